package dev.clasp.ble;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * How a router is a peripheral. Immutable.
 *
 * @param name that centrals see when they scan; 1 to {@value #MAX_NAME} bytes in UTF-8, which fit
 *     into any advertisement
 * @param adapter such as {@code hci0}; empty = the first that is switched on
 * @param encryption what a central needs
 * @param bytesPerSecond that notifications may have; {@value #LEAST_RATE} or more. BlueZ takes them
 *     without saying when they are out, so that this alone keeps values from getting old in its
 *     queue
 * @param bus address of the D-Bus; empty = the system's
 */
public record PeripheralConfig(
    String name,
    Optional<String> adapter,
    Encryption encryption,
    int bytesPerSecond,
    Optional<String> bus) {

  static final int MAX_NAME = 26;
  static final int LEAST_RATE = 100;

  public static final PeripheralConfig DEFAULT =
      new PeripheralConfig(
          "CLASP", Optional.empty(), Encryption.ENCRYPTED, 16_000, Optional.empty());

  public PeripheralConfig {
    int length = name.getBytes(StandardCharsets.UTF_8).length;
    if (length < 1 || length > MAX_NAME) {
      throw new IllegalArgumentException(
          "the name for Bluetooth must have 1 to " + MAX_NAME + " bytes: '" + name + "'");
    }
    if (bytesPerSecond < LEAST_RATE) {
      throw new IllegalArgumentException(
          "bytesPerSecond must be " + LEAST_RATE + " or more, not " + bytesPerSecond);
    }
  }

  public PeripheralConfig withName(String value) {
    return new PeripheralConfig(value, adapter, encryption, bytesPerSecond, bus);
  }

  public PeripheralConfig withAdapter(String value) {
    return new PeripheralConfig(name, Optional.of(value), encryption, bytesPerSecond, bus);
  }

  public PeripheralConfig withEncryption(Encryption value) {
    return new PeripheralConfig(name, adapter, value, bytesPerSecond, bus);
  }

  public PeripheralConfig withBytesPerSecond(int value) {
    return new PeripheralConfig(name, adapter, encryption, value, bus);
  }

  public PeripheralConfig withBus(String value) {
    return new PeripheralConfig(name, adapter, encryption, bytesPerSecond, Optional.of(value));
  }
}
