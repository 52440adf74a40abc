package dev.clasp.ble;

import java.util.List;
import java.util.Optional;

/**
 * Where the two characteristics of a peripheral are.
 *
 * @param tx path of the one that is written
 * @param rx path of the one that is notified
 * @param command whether tx takes writes without response
 * @param request whether tx takes writes with response
 */
record Layout(String tx, String rx, boolean command, boolean request) {

  /** The one of the reference's code, or else the documented one. */
  static Optional<Layout> of(Bluez bluez, String device) {
    return find(bluez, device, BleUuid.SERVICE, BleUuid.TX, BleUuid.RX)
        .or(() ->
            find(
                bluez,
                device,
                BleUuid.DOCUMENTED_SERVICE,
                BleUuid.DOCUMENTED_BOTH,
                BleUuid.DOCUMENTED_BOTH));
  }

  private static Optional<Layout> find(
      Bluez bluez, String device, String service, String tx, String rx) {
    for (String path : bluez.paths(Bluez.SERVICE)) {
      if (path.startsWith(device + "/")
          && bluez.text(path, Bluez.SERVICE, "UUID").equalsIgnoreCase(service)) {
        Optional<String> written = characteristic(bluez, path, tx);
        Optional<String> notified = characteristic(bluez, path, rx);
        if (written.isPresent() && notified.isPresent()) {
          List<String> flags = bluez.texts(written.get(), Bluez.CHARACTERISTIC, "Flags");
          boolean command = flags.contains("write-without-response");
          return Optional.of(
              new Layout(
                  written.get(), notified.get(), command, flags.contains("write") || !command));
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> characteristic(Bluez bluez, String service, String uuid) {
    return bluez.paths(Bluez.CHARACTERISTIC).stream()
        .filter(path -> path.startsWith(service + "/"))
        .filter(path -> bluez.text(path, Bluez.CHARACTERISTIC, "UUID").equalsIgnoreCase(uuid))
        .findFirst();
  }
}
