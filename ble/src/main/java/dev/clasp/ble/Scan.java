package dev.clasp.ble;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.bluez.Adapter1;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.freedesktop.dbus.types.Variant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A scan for devices, from the constructor to {@link #close}. One thread. */
final class Scan implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Scan.class);

  private final Bluez bluez;
  private final String path;
  private final Adapter1 adapter;

  /**
   * Starts it.
   *
   * @param adapter path of the adapter
   * @param all whether devices count that do not advertise the service
   * @throws dev.clasp.transport.TransportException it cannot be started
   */
  Scan(Bluez bluez, String adapter, boolean all) {
    this.bluez = bluez;
    this.path = adapter;
    this.adapter = bluez.object(adapter, Adapter1.class);
    try {
      this.adapter.SetDiscoveryFilter(
          all
              ? Map.of("Transport", new Variant<>("le"))
              : Map.of(
                  "Transport",
                  new Variant<>("le"),
                  "UUIDs",
                  new Variant<>(new String[] {BleUuid.SERVICE}, "as")));
      this.adapter.StartDiscovery();
    } catch (DBusException | DBusExecutionException e) {
      throw Bluez.failed("cannot scan for Bluetooth devices with " + Bluez.lastPart(adapter), e);
    }
  }

  /** The first device that is wanted and there; empty when the time is over. */
  Optional<Device> find(Predicate<Device> wanted, long deadlineNanos) throws InterruptedException {
    return bluez.await(deadlineNanos, () -> present().stream().filter(wanted).findFirst());
  }

  /** The devices that have been heard. */
  List<Device> present() {
    return bluez.devices(path).stream().filter(Device::present).toList();
  }

  @Override
  public void close() {
    try {
      adapter.StopDiscovery();
    } catch (DBusException | DBusExecutionException e) {
      // It stops with our connection to D-Bus, if not now.
      LOG.debug("cannot stop the scan: {}", Bluez.text(e));
    }
  }
}
