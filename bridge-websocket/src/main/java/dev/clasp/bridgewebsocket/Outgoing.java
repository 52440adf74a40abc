package dev.clasp.bridgewebsocket;

import dev.clasp.protocol.SignalType;
import java.util.Optional;

/**
 * A message on its way to a peer.
 *
 * @param address what it is about, for order; empty for replies
 * @param newest a newer one of the same address makes it needless
 */
record Outgoing(SocketMessage message, Optional<String> address, boolean newest) {

  static Outgoing reply(SocketMessage message) {
    return new Outgoing(message, Optional.empty(), false);
  }

  static Outgoing of(SocketMessage message, String address, SignalType type) {
    return new Outgoing(message, Optional.of(address), type != SignalType.EVENT);
  }
}
