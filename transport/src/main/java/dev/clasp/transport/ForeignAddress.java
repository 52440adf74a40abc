package dev.clasp.transport;

import java.net.SocketAddress;

/** Where somebody is who came by another protocol and is spoken for in this process. Immutable. */
final class ForeignAddress extends SocketAddress {

  private static final long serialVersionUID = 1L;

  private final String text;

  /**
   * @param text {@code host:port}
   */
  ForeignAddress(String text) {
    // Who is of this process is not for others to say.
    this.text = text.startsWith("local:") ? "peer " + text : text;
  }

  @Override
  public String toString() {
    return text;
  }
}
