package dev.clasp.transport;

import java.net.SocketAddress;

/** Where a peer in the same process is: it has a name, and no network leads there. Immutable. */
final class LocalAddress extends SocketAddress {

  private static final long serialVersionUID = 1L;

  private final String name;

  LocalAddress(String name) {
    this.name = name;
  }

  /** {@code local:bridge:desk}. Addresses of networks never look so. */
  @Override
  public String toString() {
    return "local:" + name;
  }
}
