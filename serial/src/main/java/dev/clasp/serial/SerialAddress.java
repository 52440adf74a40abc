package dev.clasp.serial;

import java.net.SocketAddress;

/** A port as the address of a peer, for logs and the status. */
final class SerialAddress extends SocketAddress {

  private static final long serialVersionUID = 1L;

  private final String port;

  SerialAddress(String port) {
    this.port = port;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SerialAddress address && address.port.equals(port);
  }

  @Override
  public int hashCode() {
    return port.hashCode();
  }

  @Override
  public String toString() {
    return port;
  }
}
