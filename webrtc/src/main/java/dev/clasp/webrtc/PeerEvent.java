package dev.clasp.webrtc;

import java.util.Arrays;
import java.util.Set;

/** What happens with peers. Told to the listener one at a time, in order. */
public sealed interface PeerEvent {

  /** Session id of the peer. */
  String peer();

  /** A client that can connect to peers has made itself known. */
  record Announced(String peer, Set<String> features) implements PeerEvent {
    public Announced {
      features = Set.copyOf(features);
    }
  }

  /** The direct connection stands. Once for each connection. */
  record Connected(String peer) implements PeerEvent {}

  /**
   * Data came.
   *
   * @param data the listener's own
   * @param reliable which channel the sender chose
   * @param route the way it came
   */
  record Received(String peer, byte[] data, boolean reliable, Route route) implements PeerEvent {
    @Override
    public boolean equals(Object o) {
      return o instanceof Received other
          && peer.equals(other.peer)
          && Arrays.equals(data, other.data)
          && reliable == other.reliable
          && route == other.route;
    }

    @Override
    public int hashCode() {
      return 31 * peer.hashCode() + Arrays.hashCode(data);
    }

    @Override
    public String toString() {
      return "Received[" + peer + ", " + data.length + " bytes, " + route + "]";
    }
  }

  /**
   * No direct connection came about.
   *
   * @param relay true: until the next attempt, data for this peer goes through the router
   */
  record Failed(String peer, String reason, boolean relay) implements PeerEvent {}

  /** The direct connection has ended. Once for each {@link Connected}. */
  record Disconnected(String peer, String reason) implements PeerEvent {}

  /** Data that was sent through the router has probably not arrived. */
  record Undelivered(String peer, String reason) implements PeerEvent {}
}
