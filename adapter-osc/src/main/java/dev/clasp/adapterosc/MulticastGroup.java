package dev.clasp.adapterosc;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * A group whose datagrams are taken as if they were sent to this machine.
 *
 * @param networkInterface by name; empty = whichever the system chooses
 */
public record MulticastGroup(InetAddress address, Optional<String> networkInterface) {

  public MulticastGroup {
    if (!address.isMulticastAddress()) {
      throw new IllegalArgumentException(address.getHostAddress() + " is no multicast address");
    }
  }

  /**
   * Reads {@code 239.0.0.1} or {@code 239.0.0.1@eth0}.
   *
   * @throws IllegalArgumentException with a sentence for the user
   */
  public static MulticastGroup parse(String text) {
    int at = text.indexOf('@');
    String address = at < 0 ? text : text.substring(0, at);
    if (!address.matches("[0-9a-fA-F.:]+")) {
      throw new IllegalArgumentException("'" + address + "' is no multicast address");
    }
    try {
      return new MulticastGroup(
          InetAddress.getByName(address),
          at < 0 ? Optional.empty() : Optional.of(text.substring(at + 1)));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("'" + address + "' is no multicast address", e);
    }
  }
}
