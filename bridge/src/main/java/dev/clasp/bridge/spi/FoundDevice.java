package dev.clasp.bridge.spi;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Something of this machine that a setting can name.
 *
 * @param value as it stands in the setting
 * @param title for people
 */
public record FoundDevice(String value, String title) {

  /** Network interfaces that are up, by name, with their addresses. */
  public static List<FoundDevice> networks() {
    List<FoundDevice> found = new ArrayList<>();
    try {
      for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        if (each.isUp()) {
          List<String> addresses = each.inetAddresses().map(InetAddress::getHostAddress).toList();
          found.add(
              new FoundDevice(
                  each.getName(),
                  addresses.isEmpty()
                      ? each.getName()
                      : each.getName() + ": " + String.join(", ", addresses)));
        }
      }
    } catch (SocketException e) {
      // The system does not tell; the setting can still be written.
      return List.of();
    }
    return found;
  }
}
