package dev.clasp.webrtc;

import dev.clasp.webrtc.PeerException.Kind;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes connections and ends them: offers, answers, candidates (transports.md 8.4 and 8.5). Loop
 * only.
 *
 * <p>Every offer has a correlation id that cannot be guessed, and everything about an attempt
 * counts only with that id and from that peer. A peer can have one connection that stands, one
 * offer of ours and one that we answer, at the same time: the first that opens wins and ends the
 * others. Two peers of this kind that offer at the same moment do not leave it to chance: the
 * smaller id stays.
 */
final class Attempts {

  private static final Logger LOG = LoggerFactory.getLogger(PeerToPeer.class);

  /** Ends correlation ids of peers that break ties by the smaller one. */
  static final String TIE_BREAKING = "-java";

  static final String GOODBYE = "User requested disconnect";

  private final Surroundings around;
  private final PeerConnection.Factory factory;
  private final EarlyCandidates early = new EarlyCandidates();

  /** Being made, standing, and bringing what was sent before their end. */
  private int attempts;

  private int connected;
  private int leaving;
  private @Nullable Runnable finished;

  Attempts(Surroundings around, PeerConnection.Factory factory) {
    this.around = around;
    this.factory = factory;
  }

  // --- the beginning -----------------------------------------------------------------------------

  /** Offers a connection to a peer. */
  void offer(Contact contact) {
    if (around.router().session().isEmpty()) {
      giveUp(contact, Kind.NO_ROUTER, "there is no connection to the router at the moment");
      return;
    }
    String correlation =
        around.router().session() + "-" + contact.session + "-" + UUID.randomUUID() + TIE_BREAKING;
    Attempt attempt = new Attempt(contact, correlation, true);
    if (open(attempt)) {
      attempt.connection().offer();
    }
  }

  /** Answers an offer that was checked and whose peer is admitted. */
  void answer(Contact contact, PeerSignal.Offer offer) {
    contact.incoming().ifPresent(this::drop);
    Attempt attempt = new Attempt(contact, offer.correlation(), false);
    attempt.maxMessage = SessionDescription.check(offer.sdp()).maxMessage();
    for (Candidate each : early.take(contact.session, offer.correlation(), around.loop().nanos())) {
      attempt.remote(each);
    }
    if (open(attempt)) {
      attempt.connection().answer(offer.sdp());
    }
  }

  /** Opens the native connection of an attempt; on failure the attempt has ended. */
  private boolean open(Attempt attempt) {
    Contact contact = attempt.contact;
    if (attempts >= Limits.MAX_ATTEMPTS) {
      cannotOpen(
          attempt,
          "busy",
          new PeerException(
              Kind.OVERFLOW,
              "too many connections are being made: "
                  + Limits.MAX_ATTEMPTS
                  + " at a time are possible"));
      return false;
    }
    PeerConnection connection;
    try {
      connection = factory.open(new Told(attempt));
    } catch (PeerException e) {
      cannotOpen(attempt, "unsupported", e);
      return false;
    }
    attempts++;
    contact.begin(attempt);
    attempt.opened(
        connection,
        around
            .loop()
            .after(
                around.settings().connectTimeout(),
                () ->
                    fail(
                        attempt,
                        Kind.TIMEOUT,
                        "no direct connection within "
                            + around.settings().connectTimeout().toSeconds()
                            + " s",
                        true)));
    return true;
  }

  private void cannotOpen(Attempt attempt, String toPeer, PeerException why) {
    Contact contact = attempt.contact;
    sayGoodbye(contact, attempt.correlation, toPeer, !attempt.offerer);
    if (!contact.isConnecting() && contact.live().isEmpty()) {
      giveUp(contact, why.kind(), why.getMessage());
    }
  }

  /** The connection to the router is gone: what is not finished cannot be. */
  void routerLost(Contact contact) {
    String reason = "the connection to the router was lost";
    early.clear();
    contact.pending = null;
    dropAttempts(contact);
    if (!contact.promises.isEmpty()) {
      giveUp(contact, Kind.NO_ROUTER, reason);
    }
  }

  private void dropAttempts(Contact contact) {
    for (Attempt attempt : contact.attempts()) {
      if (!isLive(attempt)) {
        drop(attempt);
      }
    }
  }

  // --- signals of the peer -----------------------------------------------------------------------

  /**
   * Whether an offer is one to go on with. Not if ours has met it and the peer is the one to give
   * way; if that is us, our offer is gone afterwards.
   */
  boolean goesOn(Contact contact, PeerSignal.Offer offer) {
    Optional<Attempt> own = contact.own();
    if (own.isPresent() && offer.correlation().endsWith(TIE_BREAKING)) {
      if (own.get().correlation.compareTo(offer.correlation()) < 0) {
        LOG.debug("both offer; the peer drops its own");
        return false;
      }
      drop(own.get());
    }
    return true;
  }

  void answered(PeerSignal.Answer answer) {
    Optional<Attempt> own =
        around
            .contacts()
            .find(answer.from())
            .flatMap(Contact::own)
            .filter(attempt -> attempt.correlation.equals(answer.correlation()))
            .filter(attempt -> attempt.described && !attempt.answered);
    if (own.isEmpty()) {
      around.ignore();
      return;
    }
    Attempt attempt = own.get();
    try {
      attempt.maxMessage = SessionDescription.check(answer.sdp()).maxMessage();
    } catch (MalformedSignal e) {
      fail(attempt, Kind.UNREACHABLE, "the answer cannot be used: " + e.getMessage(), true);
      return;
    }
    attempt.answered = true;
    attempt.connection().complete(answer.sdp());
  }

  void candidate(PeerSignal.IceCandidate ice) {
    Optional<Attempt> attempt =
        around.contacts().find(ice.from()).flatMap(contact -> contact.attempt(ice.correlation()));
    boolean taken =
        attempt.isPresent()
            ? attempt.get().remote(ice.candidate())
            : around.settings().mode() != RoutingMode.ROUTER_ONLY
                && early.keep(
                    ice.from(), ice.correlation(), ice.candidate(), around.loop().nanos());
    if (!taken) {
      around.ignore();
    }
  }

  void disconnected(PeerSignal.Disconnected signal) {
    String reason = signal.reason().orElse("the peer ended the connection");
    Optional<Contact> contact = around.contacts().find(signal.from());
    if (contact.isEmpty()) {
      around.ignore();
      return;
    }
    PeerSignal.Offer pending = contact.get().pending;
    Optional<Attempt> attempt = contact.get().attempt(signal.correlation());
    if (pending != null && pending.correlation().equals(signal.correlation())) {
      contact.get().pending = null;
    } else if (attempt.isEmpty()) {
      around.ignore();
    } else if (isLive(attempt.get())) {
      contact.get().wanted = false;
      end(attempt.get(), reason);
    } else {
      fail(attempt.get(), Kind.REFUSED, "the peer says: " + reason, false);
    }
  }

  // --- what a connection tells -------------------------------------------------------------------

  private final class Told implements PeerConnection.Listener {

    private final Attempt attempt;

    Told(Attempt attempt) {
      this.attempt = attempt;
    }

    @Override
    public void localSet() {
      if (attempt.closed) {
        return;
      }
      attempt.localSet = true;
      if (attempt.gathered) {
        describe();
      } else {
        attempt.gathering(around.loop().after(Limits.GATHER, this::describe));
      }
    }

    @Override
    public void gathered() {
      attempt.gathered = true;
      if (attempt.localSet) {
        describe();
      }
    }

    /** Sends the own description, and then the candidates that were found before. */
    private void describe() {
      if (attempt.closed || attempt.described) {
        return;
      }
      attempt.described = true;
      String sdp = SessionDescription.limited(attempt.connection().localDescription());
      String session = attempt.contact.session;
      around
          .line()
          .send(
              session,
              attempt.offerer
                  ? new PeerSignal.Offer(around.router().session(), attempt.correlation, sdp)
                  : new PeerSignal.Answer(around.router().session(), attempt.correlation, sdp));
      attempt.takeOwn().forEach(this::tellPeer);
    }

    private void tellPeer(Candidate candidate) {
      around
          .line()
          .send(
              attempt.contact.session,
              new PeerSignal.IceCandidate(
                  around.router().session(), attempt.correlation, candidate));
    }

    @Override
    public void remoteSet() {
      if (!attempt.closed) {
        attempt.remoteSet();
      }
    }

    @Override
    public void candidate(Candidate candidate) {
      if (attempt.closed) {
        return;
      }
      if (attempt.described) {
        tellPeer(candidate);
      } else {
        attempt.keepOwn(candidate);
      }
    }

    @Override
    public void open(boolean reliable) {
      if (reliable && !attempt.closed && !isLive(attempt)) {
        stands(attempt);
      }
    }

    @Override
    public void message(byte[] data, boolean reliable) {
      PeerEvent.Received received =
          new PeerEvent.Received(attempt.contact.session, data, reliable, Route.PEER);
      if (isLive(attempt)) {
        around.deliveries().tell(received);
      } else if (!attempt.closed && Limits.mayHold(attempt.early, data.length)) {
        attempt.early.add(received);
      } else {
        around.budget().give(data.length);
      }
    }

    @Override
    public void left() {
      if (attempt.leaving) {
        gone(attempt);
      } else if (!attempt.closed) {
        attempt.contact.wanted = false;
        end(attempt, "the peer closed the connection");
      }
    }

    @Override
    public void ended(String reason) {
      if (attempt.closed) {
        return;
      }
      if (attempt.leaving) {
        gone(attempt);
      } else if (isLive(attempt)) {
        lost(attempt, reason);
      } else {
        fail(attempt, Kind.UNREACHABLE, reason, true);
      }
    }
  }

  static boolean isLive(Attempt attempt) {
    Optional<Attempt> live = attempt.contact.live();
    return live.isPresent() && live.get().correlation.equals(attempt.correlation);
  }

  /** The reliable channel is open. */
  private void stands(Attempt attempt) {
    Contact contact = attempt.contact;
    boolean first = contact.live().isEmpty();
    if (first && connected >= Limits.MAX_CONNECTED) {
      fail(
          attempt,
          Kind.OVERFLOW,
          Limits.MAX_CONNECTED + " peers are connected already, which is the limit",
          true);
      return;
    }
    attempt.standing();
    attempts--;
    // The others lose. Not a word about it: a peer of the reference would take a goodbye for this.
    for (Attempt other : contact.attempts()) {
      if (!other.correlation.equals(attempt.correlation)) {
        drop(other);
      }
    }
    contact.stands(attempt);
    connected++;
    around
        .line()
        .send(
            contact.session,
            new PeerSignal.Connected(around.router().session(), attempt.correlation));
    if (first) {
      around.deliveries().tell(new PeerEvent.Connected(contact.session));
    }
    List<CompletableFuture<Peer>> promises = List.copyOf(contact.promises);
    contact.promises.clear();
    promises.forEach(promise -> promise.complete(contact.peer(around.loop().nanos())));
    attempt.early.forEach(around.deliveries()::tell);
    attempt.early.clear();
  }

  // --- ends --------------------------------------------------------------------------------------

  /** Ends an attempt or a connection without a word to anybody. */
  private void drop(Attempt attempt) {
    if (attempt.closed) {
      return;
    }
    if (isLive(attempt)) {
      connected--;
    } else {
      attempts--;
    }
    attempt.contact.forget(attempt);
    attempt.close(around.budget());
  }

  /** An attempt came to nothing. */
  private void fail(Attempt attempt, Kind kind, String reason, boolean tellPeer) {
    if (attempt.closed || isLive(attempt)) {
      return;
    }
    Contact contact = attempt.contact;
    drop(attempt);
    sayGoodbye(contact, attempt.correlation, reason, tellPeer);
    if (!contact.isConnecting() && contact.live().isEmpty()) {
      giveUp(contact, kind, reason);
    }
  }

  /** There is no direct connection for now. */
  private void giveUp(Contact contact, Kind kind, String reason) {
    contact.fallBack(around.retryAt());
    boolean relay = around.settings().mode() != RoutingMode.PEER_ONLY && kind != Kind.NO_SUCH_PEER;
    around.deliveries().tell(new PeerEvent.Failed(contact.session, reason, relay));
    List<CompletableFuture<Peer>> promises = List.copyOf(contact.promises);
    contact.promises.clear();
    promises.forEach(promise -> promise.completeExceptionally(new PeerException(kind, reason)));
  }

  /** A connection that stood is over. */
  private void end(Attempt attempt, String reason) {
    drop(attempt);
    around.deliveries().tell(new PeerEvent.Disconnected(attempt.contact.session, reason));
  }

  void sayGoodbye(Contact contact, String correlation, String reason, boolean really) {
    // A peer of the reference ends whatever it has with us, so not while something stands.
    if (really && contact.live().isEmpty()) {
      sayGoodbye(contact.session, correlation, reason);
    }
  }

  /** Tells a peer that there will be no connection, or none any more. */
  void sayGoodbye(String session, String correlation, String reason) {
    String cut = reason.substring(0, Math.min(reason.length(), Limits.MAX_REASON));
    around
        .line()
        .send(
            session,
            new PeerSignal.Disconnected(around.router().session(), correlation, Optional.of(cut)));
  }

  /** Everything that is being tried with a peer has failed. */
  void failAll(Contact contact, Kind kind, String reason) {
    for (Attempt attempt : contact.attempts()) {
      if (!isLive(attempt)) {
        fail(attempt, kind, reason, false);
      }
    }
  }

  /** A channel that stood does not take anything any more. */
  void lost(Attempt live, String reason) {
    live.contact.fallBack(around.retryAt());
    end(live, reason);
  }

  /** Ends everything with a peer; it has to be admitted again. */
  void leave(Contact contact, String reason) {
    contact.wanted = false;
    contact.admitted = false;
    contact.pending = null;
    List<CompletableFuture<Peer>> promises = List.copyOf(contact.promises);
    contact.promises.clear();
    promises.forEach(p -> p.completeExceptionally(new PeerException(Kind.CLOSED, reason)));
    for (Attempt attempt : contact.attempts()) {
      if (isLive(attempt)) {
        drain(attempt, reason);
      } else {
        sayGoodbye(contact.session, attempt.correlation, GOODBYE);
        drop(attempt);
      }
    }
  }

  /**
   * Lets a connection bring what was sent before, and says goodbye only then: peers close at it.
   */
  private void drain(Attempt attempt, String reason) {
    attempt.contact.forget(attempt);
    connected--;
    attempt.leaving = true;
    leaving++;
    around.deliveries().tell(new PeerEvent.Disconnected(attempt.contact.session, reason));
    attempt.gathering(around.loop().after(Limits.DRAIN, () -> gone(attempt)));
    attempt.connection().drain(() -> gone(attempt));
  }

  private void gone(Attempt attempt) {
    if (attempt.closed) {
      return;
    }
    leaving--;
    Contact contact = attempt.contact;
    sayGoodbye(contact, attempt.correlation, GOODBYE, !contact.isConnecting());
    attempt.close(around.budget());
    finish();
  }

  /** After everything was left: ends the library too, when what was sent before has arrived. */
  void close(Runnable done) {
    finished = done;
    finish();
  }

  private void finish() {
    Runnable done = finished;
    if (done != null && leaving == 0) {
      finished = null;
      factory.close();
      done.run();
    }
  }
}
