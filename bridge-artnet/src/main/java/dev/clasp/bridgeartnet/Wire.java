package dev.clasp.bridgeartnet;

import java.net.InetSocketAddress;

/** Where packets leave. Does not block for long, throws nothing. */
interface Wire {

  void send(ArtNetPacket packet, InetSocketAddress to);
}
