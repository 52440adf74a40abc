package dev.clasp.ble;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which peripherals a router connects to. Immutable.
 *
 * @param allowed addresses of devices, in capitals; empty = every one that advertises the service
 * @param pairedOnly only those that are paired with this machine: anybody else can advertise too
 * @param max devices at once, 1 to {@value #MOST}; many adapters can hold no more than 7 to 10
 * @param scan how long to look for devices at a time
 * @param pause between two scans, and after a failure before that device is tried again
 * @param adapter such as {@code hci0}; empty = the first that is switched on
 * @param bus address of the D-Bus; empty = the system's
 */
public record NodesConfig(
    Set<String> allowed,
    boolean pairedOnly,
    int max,
    Duration scan,
    Duration pause,
    Optional<String> adapter,
    Optional<String> bus) {

  static final int MOST = 64;

  public static final NodesConfig DEFAULT =
      new NodesConfig(
          Set.of(),
          false,
          8,
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          Optional.empty(),
          Optional.empty());

  public NodesConfig {
    allowed =
        allowed.stream()
            .map(address -> address.toUpperCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    for (String address : allowed) {
      if (!BleUrl.isAddress(address)) {
        throw new IllegalArgumentException(
            "'" + address + "' is no address of a Bluetooth device, such as AA:BB:CC:DD:EE:FF");
      }
    }
    if (max < 1 || max > MOST) {
      throw new IllegalArgumentException("max must be 1 to " + MOST + ", not " + max);
    }
    if (!scan.isPositive() || !pause.isPositive()) {
      throw new IllegalArgumentException("scan and pause must be longer than 0");
    }
  }

  /** Only these devices, by address. */
  public NodesConfig withAllowed(Set<String> value) {
    return new NodesConfig(value, pairedOnly, max, scan, pause, adapter, bus);
  }

  public NodesConfig withPairedOnly(boolean value) {
    return new NodesConfig(allowed, value, max, scan, pause, adapter, bus);
  }

  public NodesConfig withMax(int value) {
    return new NodesConfig(allowed, pairedOnly, value, scan, pause, adapter, bus);
  }

  /** How long to scan, and how long not to. */
  public NodesConfig withScan(Duration time, Duration off) {
    return new NodesConfig(allowed, pairedOnly, max, time, off, adapter, bus);
  }

  public NodesConfig withAdapter(String value) {
    return new NodesConfig(allowed, pairedOnly, max, scan, pause, Optional.of(value), bus);
  }

  public NodesConfig withBus(String value) {
    return new NodesConfig(allowed, pairedOnly, max, scan, pause, adapter, Optional.of(value));
  }
}
