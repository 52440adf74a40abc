package dev.clasp.adapterosc;

import dev.clasp.transport.TrustedProxies;
import java.net.InetAddress;
import java.util.Optional;

/**
 * A network whose programs may come, and as whom. Addresses of datagrams can be forged: this is for
 * networks in which nobody does.
 *
 * @param token as whom they come in a server that wants tokens; empty = each sends its own
 */
public record OscAllowance(TrustedProxies.Network network, Optional<String> token) {

  /**
   * Reads {@code 192.0.2.0/24} or {@code 192.0.2.7=TOKEN}.
   *
   * @throws IllegalArgumentException with a sentence for the user
   */
  public static OscAllowance parse(String text) {
    int equals = text.indexOf('=');
    String network = equals < 0 ? text : text.substring(0, equals);
    Optional<String> token =
        equals < 0 ? Optional.empty() : Optional.of(text.substring(equals + 1));
    if (token.isPresent() && token.get().isEmpty()) {
      throw new IllegalArgumentException("there is no token behind " + network + "=");
    }
    return new OscAllowance(TrustedProxies.Network.parse(network.strip()), token);
  }

  boolean holds(InetAddress address) {
    return network.contains(address.getAddress());
  }

  /** Without the token. */
  @Override
  public String toString() {
    return network.toString();
  }
}
