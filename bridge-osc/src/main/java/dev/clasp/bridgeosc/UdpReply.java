package dev.clasp.bridgeosc;

import dev.clasp.osc.OscCodec;
import java.net.InetSocketAddress;

/** Somebody who was heard lately. */
record UdpReply(InetSocketAddress address, boolean wide, UdpPort port) implements Destination {

  @Override
  public boolean accepts(String oscAddress) {
    return true;
  }

  @Override
  public int maxBytes() {
    return OscCodec.MAX_DATAGRAM;
  }

  @Override
  public void send(byte[] packet, int length) {
    port.send(packet, length, address, toString());
  }

  @Override
  public String toString() {
    return "udp://" + address.getAddress().getHostAddress() + ":" + address.getPort();
  }
}
