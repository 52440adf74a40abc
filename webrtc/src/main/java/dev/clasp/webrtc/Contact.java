package dev.clasp.webrtc;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What is known about one peer. Loop only, except {@link #peer}. */
final class Contact {

  /** A message that waits for something. */
  record Outgoing(byte[] data, boolean reliable, CompletableFuture<Route> sent) {}

  final String session;

  // Written by the loop, read by all.
  private volatile Set<String> features = Set.of();
  private volatile boolean relay;
  private volatile @Nullable Attempt live;
  private volatile @Nullable Attempt own;
  private volatile @Nullable Attempt incoming;
  private volatile long fallbackUntil;
  private volatile boolean fallback;

  long seenAt;

  /** The application wants to be connected: it connected, or admitted the peer. */
  boolean wanted;

  /** The application takes data of this peer. */
  boolean admitted;

  private boolean refused;
  private long refusedUntil;

  /** The application is being asked; which question, so that a late answer is not taken for it. */
  @Nullable Object question;

  /** The offer that waits for the answer of the application. */
  PeerSignal.@Nullable Offer pending;

  /** Relayed data that waits for it. */
  final List<PeerEvent.Received> held = new ArrayList<>();

  /** Who waits for the direct connection. */
  final List<CompletableFuture<Peer>> promises = new ArrayList<>();

  /** Data that waits for the peer to say whether it takes relayed data. */
  final List<Outgoing> introducing = new ArrayList<>();

  private Loop.@Nullable Timer introduction;

  private long offersSince;
  private int offers;
  long relayedAt;
  boolean relayed;
  long undeliveredTold;
  boolean undeliveredEver;

  Contact(String session, long now) {
    this.session = session;
    this.seenAt = now;
    this.offersSince = now;
  }

  // --- features ----------------------------------------------------------------------------------

  /** True if they are new. */
  boolean features(Set<String> value) {
    boolean changed = !features.equals(value);
    features = Set.copyOf(value);
    return changed;
  }

  boolean takesRelay() {
    return relay;
  }

  /** Known from the peer itself, not from an announcement, which anybody can send. */
  void takesRelay(boolean value) {
    relay = value;
  }

  /** Until then the peer has to say whether it takes relayed data. */
  void introductionUntil(Loop.Timer timer) {
    introduction = timer;
  }

  /** Data that waited for that, which is no longer expected. */
  List<Outgoing> takeIntroducing() {
    if (introduction != null) {
      introduction.cancel();
      introduction = null;
    }
    List<Outgoing> taken = List.copyOf(introducing);
    introducing.clear();
    return taken;
  }

  // --- connections -------------------------------------------------------------------------------

  Optional<Attempt> live() {
    return Optional.ofNullable(live);
  }

  /** The offer that we made. */
  Optional<Attempt> own() {
    return Optional.ofNullable(own);
  }

  /** The offer that we answer. */
  Optional<Attempt> incoming() {
    return Optional.ofNullable(incoming);
  }

  boolean isConnecting() {
    return own != null || incoming != null;
  }

  void begin(Attempt attempt) {
    if (attempt.offerer) {
      own = attempt;
    } else {
      incoming = attempt;
    }
  }

  /** It is the connection from now on. */
  void stands(Attempt attempt) {
    forget(attempt);
    live = attempt;
    fallback = false;
  }

  void forget(Attempt attempt) {
    if (isSame(own, attempt)) {
      own = null;
    }
    if (isSame(incoming, attempt)) {
      incoming = null;
    }
    if (isSame(live, attempt)) {
      live = null;
    }
  }

  @SuppressWarnings("ReferenceEquality") // The very attempt is meant.
  private static boolean isSame(@Nullable Attempt one, Attempt other) {
    return one == other;
  }

  /** The attempt with this correlation id, in whatever state. */
  Optional<Attempt> attempt(String correlation) {
    for (Attempt each : attempts()) {
      if (each.correlation.equals(correlation)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  List<Attempt> attempts() {
    List<Attempt> all = new ArrayList<>(3);
    live().ifPresent(all::add);
    own().ifPresent(all::add);
    incoming().ifPresent(all::add);
    return all;
  }

  // --- falling back ------------------------------------------------------------------------------

  void fallBack(long until) {
    fallbackUntil = until;
    fallback = true;
  }

  boolean isFallback(long now) {
    return fallback && fallbackUntil - now > 0;
  }

  // --- being asked -------------------------------------------------------------------------------

  /** Counts an offer; false when there are too many. */
  boolean admitOffer(long now) {
    if (now - offersSince > Limits.OFFER_WINDOW.toNanos()) {
      offersSince = now;
      offers = 0;
    }
    return ++offers <= Limits.MAX_OFFERS;
  }

  void refuse(long until) {
    refused = true;
    refusedUntil = until;
  }

  boolean isRefused(long now) {
    return refused && refusedUntil - now > 0;
  }

  /** Whether it may be forgotten to make room. */
  boolean isIdle() {
    return live == null
        && !isConnecting()
        && question == null
        && promises.isEmpty()
        && introducing.isEmpty();
  }

  /** For the user. Any thread. */
  Peer peer(long now) {
    Peer.State state =
        live != null
            ? Peer.State.CONNECTED
            : isConnecting()
                ? Peer.State.CONNECTING
                : isFallback(now) ? Peer.State.FALLBACK : Peer.State.KNOWN;
    return new Peer(session, features, state, relay);
  }
}
