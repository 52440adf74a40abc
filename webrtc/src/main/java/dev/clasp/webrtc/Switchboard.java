package dev.clasp.webrtc;

import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.Value;
import dev.clasp.webrtc.PeerException.Kind;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects peers: hands what comes from the router to the part that it concerns, and decides which
 * way data goes (transports.md 8). Neither this nor the parts ({@link Attempts}, {@link Admission},
 * {@link Relay}) know sockets or native code. Loop only, except what says otherwise.
 */
final class Switchboard {

  private static final Logger LOG = LoggerFactory.getLogger(PeerToPeer.class);

  private static final String SIGNAL_PREFIX = SignalCodec.address("");

  private final Surroundings around;
  private final Attempts attempts;
  private final Admission admission;
  private final Relay relay;
  private Loop.@Nullable Timer announcing;
  private boolean closed;

  Switchboard(Surroundings around, PeerConnection.Factory factory) {
    this.around = around;
    this.attempts = new Attempts(around, factory);
    this.admission = new Admission(around, attempts);
    this.relay = new Relay(around, admission);
  }

  /** What is known now. Any thread. */
  List<Peer> peers() {
    return around.contacts().peers(around.loop().nanos());
  }

  /**
   * Signals and candidates that were ignored: malformed, too many, or of no attempt. Any thread.
   */
  long ignored() {
    return around.ignored().get();
  }

  // --- the router --------------------------------------------------------------------------------

  /** Connected to the router, and subscribed: makes this client known, now and then again. */
  void joined() {
    String session = around.router().session();
    if (closed || session.isEmpty()) {
      return;
    }
    around
        .router()
        .publish(
            SignalCodec.ANNOUNCE, SignalCodec.announcement(session, around.settings().features()));
    around.contacts().forgetOld(around.loop().nanos());
    if (announcing != null) {
      announcing.cancel();
    }
    announcing = around.loop().after(Limits.ANNOUNCE_EVERY, this::joined);
  }

  /** The connection to the router is gone, and with it the own session id. */
  void left() {
    around.line().lost();
    for (Contact contact : around.contacts().all()) {
      relay.fail(contact, Kind.NO_ROUTER, "the connection to the router was lost");
      attempts.routerLost(contact);
    }
  }

  /** An event at the address of announcements. */
  void announced(Value value) {
    try {
      relay.announced(value);
    } catch (MalformedSignal e) {
      ignore("announcement", e);
    }
  }

  /** An event at the own address. */
  void signalled(Value value) {
    try {
      PeerSignal signal = SignalCodec.decode(value);
      if (closed || signal.from().equals(around.router().session())) {
        around.ignore();
        return;
      }
      switch (signal) {
        case PeerSignal.Offer offer -> offered(offer);
        case PeerSignal.Answer answer -> attempts.answered(answer);
        case PeerSignal.IceCandidate ice -> attempts.candidate(ice);
        // The own channel says it too, and a peer cannot be believed more than that.
        case PeerSignal.Connected _ -> {}
        case PeerSignal.Disconnected disconnected -> attempts.disconnected(disconnected);
        case PeerSignal.Introduction introduction -> relay.introduced(introduction);
        case PeerSignal.Relayed relayed -> relay.relayed(relayed);
      }
    } catch (MalformedSignal e) {
      ignore("signal", e);
    }
  }

  private void ignore(String what, MalformedSignal why) {
    around.ignore();
    LOG.debug("ignored a malformed {}: {}", what, why.getMessage());
  }

  /** The router refused something that was sent to this address. */
  void refused(int code, String message, String address) {
    if (closed || !address.startsWith(SIGNAL_PREFIX)) {
      return;
    }
    Optional<Contact> found = around.contacts().find(address.substring(SIGNAL_PREFIX.length()));
    if (found.isEmpty()) {
      return;
    }
    Contact contact = found.get();
    if (code == ErrorCode.NOT_FOUND) {
      fail(contact, Kind.NO_SUCH_PEER, "the router knows no session " + contact.session);
      if (contact.isIdle()) {
        around.contacts().remove(contact);
      }
    } else if (code == ErrorCode.FORBIDDEN || code == ErrorCode.UNAUTHORIZED) {
      fail(contact, Kind.NOT_PERMITTED, "the router says: " + message);
    }
    relay.undelivered(contact, "the router says: " + message);
  }

  private void fail(Contact contact, Kind kind, String reason) {
    relay.fail(contact, kind, reason);
    attempts.failAll(contact, kind, reason);
  }

  private void offered(PeerSignal.Offer offer) {
    SessionDescription.check(offer.sdp());
    if (around.settings().mode() == RoutingMode.ROUTER_ONLY) {
      if (relay.mayIntroduce()) {
        attempts.sayGoodbye(offer.from(), offer.correlation(), "refused");
      }
      return;
    }
    long now = around.loop().nanos();
    Optional<Contact> met = around.meet(offer.from());
    if (met.isEmpty()) {
      return;
    }
    Contact contact = met.get();
    boolean known =
        contact.attempt(offer.correlation()).isPresent()
            || (contact.pending != null
                && contact.pending.correlation().equals(offer.correlation()));
    if (known || !contact.admitOffer(now)) {
      around.ignore();
      return;
    }
    if (!attempts.goesOn(contact, offer)) {
      return;
    }
    if (contact.admitted) {
      attempts.answer(contact, offer);
    } else if (contact.isRefused(now)) {
      around.ignore();
    } else {
      contact.pending = offer;
      admission.ask(contact);
    }
  }

  // --- the application ---------------------------------------------------------------------------

  /** Connects to a peer; it is admitted by that. */
  void connect(String session, CompletableFuture<Peer> promise) {
    Optional<Contact> met = usable(session, promise);
    if (met.isEmpty()) {
      return;
    }
    Contact contact = met.get();
    if (around.settings().mode() == RoutingMode.ROUTER_ONLY) {
      promise.completeExceptionally(
          new PeerException(Kind.NOT_CONNECTED, "the routing mode allows no direct connections"));
      return;
    }
    contact.wanted = true;
    contact.admitted = true;
    if (contact.live().isPresent()) {
      promise.complete(contact.peer(around.loop().nanos()));
      return;
    }
    if (contact.promises.size() >= Limits.MAX_HELD) {
      promise.completeExceptionally(
          new PeerException(
              Kind.OVERFLOW, "too many calls already wait for the connection to " + session));
      return;
    }
    contact.promises.add(promise);
    PeerSignal.Offer pending = contact.pending;
    if (pending != null) {
      // The application answers the question about this peer by connecting to it.
      contact.pending = null;
      attempts.answer(contact, pending);
    } else if (!contact.isConnecting()) {
      attempts.offer(contact);
    }
  }

  private Optional<Contact> usable(String session, CompletableFuture<?> promise) {
    PeerException problem = null;
    Optional<Contact> met = Optional.empty();
    if (closed) {
      problem = new PeerException(Kind.CLOSED, "peer connections are closed");
    } else if (!SignalCodec.isSession(session)) {
      problem = new PeerException(Kind.INVALID, "'" + session + "' is no session id");
    } else if (session.equals(around.router().session())) {
      problem = new PeerException(Kind.INVALID, "a client cannot be a peer of itself");
    } else {
      met = around.contacts().meet(session, around.loop().nanos());
      if (met.isEmpty()) {
        problem = new PeerException(Kind.OVERFLOW, "too many peers are in use");
      }
    }
    if (problem != null) {
      promise.completeExceptionally(problem);
    }
    return met;
  }

  /** Ends everything with a peer; it has to be admitted again. */
  void disconnect(String session) {
    around
        .contacts()
        .find(session)
        .ifPresent(contact -> leave(contact, "disconnected by this side"));
  }

  private void leave(Contact contact, String reason) {
    relay.fail(contact, Kind.CLOSED, reason);
    attempts.leave(contact, reason);
  }

  /**
   * Ends everything.
   *
   * @param done called when that is over, after {@link Limits#DRAIN} at most
   */
  void close(Runnable done) {
    if (closed) {
      done.run();
      return;
    }
    around.contacts().all().forEach(contact -> leave(contact, "closed by this side"));
    closed = true;
    admission.close();
    if (announcing != null) {
      announcing.cancel();
    }
    attempts.close(() -> {
      around.line().lost();
      done.run();
    });
  }

  // --- data --------------------------------------------------------------------------------------

  /** Sends data; the promise tells which way it went. */
  void send(String session, byte[] data, boolean reliable, CompletableFuture<Route> sent) {
    Optional<Contact> met = usable(session, sent);
    if (met.isEmpty()) {
      return;
    }
    Contact contact = met.get();
    if (around.settings().mode() == RoutingMode.ROUTER_ONLY) {
      relay.send(contact, data, reliable, sent);
      return;
    }
    Optional<Attempt> live = contact.live();
    if (live.isPresent() && direct(live.get(), data, reliable, sent)) {
      return;
    }
    if (contact.wanted && !contact.isConnecting() && !contact.isFallback(around.loop().nanos())) {
      attempts.offer(contact);
    }
    if (around.settings().mode() == RoutingMode.PEER_ONLY) {
      sent.completeExceptionally(
          new PeerException(Kind.NOT_CONNECTED, "there is no direct connection to " + session));
    } else {
      relay.send(contact, data, reliable, sent);
    }
  }

  /** True if that was decided: sent, or refused for good. */
  private boolean direct(
      Attempt live, byte[] data, boolean reliable, CompletableFuture<Route> sent) {
    if (data.length > live.maxMessage) {
      sent.completeExceptionally(
          new PeerException(
              Kind.TOO_LARGE,
              "a message of "
                  + data.length
                  + " bytes is too long: the peer takes at most "
                  + live.maxMessage));
      return true;
    }
    PeerConnection connection = live.connection();
    long buffered = connection.buffered(reliable);
    if (buffered + data.length > Limits.MAX_BUFFERED) {
      sent.completeExceptionally(
          new PeerException(
              Kind.OVERFLOW,
              buffered
                  + " bytes already wait in the data channel to "
                  + live.contact.session
                  + ": the peer or the network is too slow"));
      return true;
    }
    // What may get lost may also arrive, where the peer has only the other channel.
    if (connection.send(data, reliable) || (!reliable && connection.send(data, true))) {
      sent.complete(Route.PEER);
      return true;
    }
    attempts.lost(live, "the data channel is closed");
    return false;
  }
}
