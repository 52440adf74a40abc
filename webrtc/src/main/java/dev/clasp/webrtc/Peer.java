package dev.clasp.webrtc;

import java.util.Set;

/**
 * Another client, as known at one moment.
 *
 * @param session id that the router gave it; another one after it has reconnected
 * @param features that it announced, such as {@code webrtc}
 * @param state of the direct connection
 * @param relay whether it is known to take data that comes through the router
 */
public record Peer(String session, Set<String> features, State state, boolean relay) {

  /** Of the direct connection. */
  public enum State {
    /** There is none. */
    KNOWN,
    /** It is being made. */
    CONNECTING,
    /** It stands. */
    CONNECTED,
    /** It failed a short while ago; data goes through the router for now. */
    FALLBACK
  }

  public Peer {
    features = Set.copyOf(features);
  }
}
