package dev.clasp.ble;

import dev.clasp.transport.TransportException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What is around. */
public final class BleScan {

  /**
   * A device that was heard.
   *
   * @param address six bytes in hexadecimal
   * @param name as the device says it, from outside; empty if it has none
   * @param rssi strength in dBm
   * @param clasp it advertises the service of CLASP
   * @param paired with this machine
   * @param connected with this machine
   */
  public record Found(
      String address,
      String name,
      OptionalInt rssi,
      boolean clasp,
      boolean paired,
      boolean connected) {}

  private BleScan() {}

  /**
   * Scans.
   *
   * @param adapter such as {@code hci0}; empty = the first that is switched on
   * @param bus address of the D-Bus; empty = the system's
   * @param time how long
   * @param all devices too that do not advertise the service
   * @param enough ends when so many were heard; 0 = never
   * @return the strongest first
   * @throws TransportException with what to do
   */
  public static List<Found> run(
      Optional<String> adapter, Optional<String> bus, Duration time, boolean all, int enough)
      throws InterruptedException {
    try (Bluez bluez = Bluez.open(bus);
        Scan scan = new Scan(bluez, bluez.adapter(adapter), all)) {
      bluez.await(
          System.nanoTime() + time.toNanos(),
          () ->
              enough > 0 && heard(scan, all).size() >= enough
                  ? Optional.of(true)
                  : Optional.empty());
      return heard(scan, all).stream()
          .sorted(Comparator.comparingInt((Device d) -> -d.rssi().orElse(-999)))
          .map(d ->
              new Found(d.address(), d.name(), d.rssi(), d.advertises(), d.paired(), d.connected()))
          .toList();
    }
  }

  private static List<Device> heard(Scan scan, boolean all) {
    return scan.present().stream().filter(d -> all || d.advertises()).toList();
  }
}
