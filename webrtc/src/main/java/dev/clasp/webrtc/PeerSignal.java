package dev.clasp.webrtc;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What peers say to each other through the router (transports.md 8.2). The last two are ours: a
 * peer gets them only if it says that it knows them.
 */
sealed interface PeerSignal {

  /** Session id of the sender; a router of ours vouches for it. */
  String from();

  /** One that belongs to an attempt to connect. */
  sealed interface OfAttempt extends PeerSignal {
    /** Opaque; chosen by the one who offers. */
    String correlation();
  }

  record Offer(String from, String correlation, String sdp) implements OfAttempt {}

  record Answer(String from, String correlation, String sdp) implements OfAttempt {}

  record IceCandidate(String from, String correlation, Candidate candidate) implements OfAttempt {}

  record Connected(String from, String correlation) implements OfAttempt {}

  record Disconnected(String from, String correlation, Optional<String> reason)
      implements OfAttempt {}

  /**
   * What an announcement says, to one peer.
   *
   * @param answer whether the receiver shall say the same of itself
   */
  record Introduction(String from, Set<String> features, boolean answer) implements PeerSignal {
    public Introduction {
      features = Set.copyOf(features);
    }
  }

  /**
   * Data that goes through the router, in the order in which it was sent.
   *
   * @param messages at least one
   */
  record Relayed(String from, List<byte[]> messages, boolean reliable) implements PeerSignal {
    public Relayed {
      messages = List.copyOf(messages);
    }
  }
}
