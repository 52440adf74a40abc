package dev.clasp.webrtc;

import java.time.Duration;
import java.util.List;

/** Every limit of peer connections. */
final class Limits {

  /** Longest message on a data channel, whatever the peer would take (transports.md 8.5). */
  static final int MAX_MESSAGE = 65_536;

  /** Longest message through the router: a frame minus address, names and the sender's id. */
  static final int MAX_RELAYED = 64_000;

  /** Bytes that may wait in one data channel. The library closes the channel at 16 MiB. */
  static final int MAX_BUFFERED = 1 << 20;

  /** Bytes, and calls, of send() that may wait for the loop. */
  static final int MAX_SUBMITTED = 4 << 20;

  /** What a call costs beside its bytes. */
  static final int CALL_COST = 256;

  /** Bytes that may wait for the listener. */
  static final int MAX_RECEIVED = 8 << 20;

  /** Announcements and losses that may wait for the listener; more are left out. */
  static final int MAX_NOTICES = 1_000;

  /** Peers that are remembered; the one not heard of for longest goes first. */
  static final int MAX_KNOWN = 1_000;

  /** A peer that was not heard of for so long is forgotten. */
  static final Duration KNOWN_FOR = Duration.ofHours(1);

  /** How often we make ourselves known again, so that others do not forget us. */
  static final Duration ANNOUNCE_EVERY = Duration.ofMinutes(20);

  /** Introductions to newcomers in a second. */
  static final int INTRODUCTIONS_PER_SECOND = 20;

  /** How long data waits for a peer to say that it takes relayed data. */
  static final Duration INTRODUCTION = Duration.ofSeconds(2);

  /**
   * Messages of a peer that wait for that, for the decision about it, or for the connection to
   * stand, and their bytes. Strangers can make us hold so much.
   */
  static final int MAX_HELD = 16;

  static final int MAX_HELD_BYTES = MAX_MESSAGE;

  /** Direct connections that are being made, and that stand. */
  static final int MAX_ATTEMPTS = 32;

  static final int MAX_CONNECTED = 128;

  /** Peers that the application is asked about at a time. */
  static final int MAX_QUESTIONS = 32;

  /** A peer that was refused is not asked about again for so long. */
  static final Duration REFUSED_FOR = Duration.ofSeconds(10);

  /** Offers of one peer in {@link #OFFER_WINDOW}; more are ignored. */
  static final int MAX_OFFERS = 5;

  static final Duration OFFER_WINDOW = Duration.ofSeconds(10);

  /** Remote candidates of one attempt; more are ignored (transports.md 8.5). */
  static final int MAX_CANDIDATES = 64;

  /** Candidates that came before their offer: for how long, and of how many attempts. */
  static final Duration EARLY_FOR = Duration.ofSeconds(30);

  static final int MAX_EARLY_ATTEMPTS = 64;

  /** Wait for candidates that go into the description itself (transports.md 8.5). */
  static final Duration GATHER = Duration.ofMillis(200);

  /** How long a connection that this side ends may take to bring what was sent before. */
  static final Duration DRAIN = Duration.ofSeconds(2);

  /**
   * Signals in a second. The router takes 100 of one session; what is not used at once may come
   * later.
   */
  static final int SIGNALS_PER_SECOND = 80;

  static final int SIGNAL_BURST = 20;

  /** Signals that may wait for their turn. */
  static final int MAX_SIGNALS = 1_000;

  /** Bytes of relayed data to one peer that may wait for their turn. */
  static final int MAX_RELAY_WAITING = 256 << 10;

  /** Characters. A session description of a data channel has about 800. */
  static final int MAX_SDP = 16 << 10;

  static final int MAX_CANDIDATE = 2_048;
  static final int MAX_SESSION = 128;
  static final int MAX_CORRELATION = 512;
  static final int MAX_REASON = 200;
  static final int MAX_FEATURES = 32;
  static final int MAX_FEATURE = 64;

  private Limits() {}

  /** Whether one more message may be held beside those that are. */
  static boolean mayHold(List<PeerEvent.Received> held, int length) {
    long bytes = length;
    for (PeerEvent.Received each : held) {
      bytes += each.data().length;
    }
    return held.size() < MAX_HELD && bytes <= MAX_HELD_BYTES;
  }
}
