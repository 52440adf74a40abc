package dev.clasp.webrtc;

import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.Value;
import dev.clasp.webrtc.PeerException.Kind;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects peers: reads their signals, makes and answers offers, and decides which way data goes
 * (transports.md 8). Knows neither sockets nor native code. Loop only, except {@link #peers}.
 *
 * <p><b>Attempts.</b> Every offer has a correlation id that cannot be guessed, and everything about
 * an attempt counts only with that id and from that peer. A peer can have one connection that
 * stands, one offer of ours and one that we answer, at the same time: the first that opens wins and
 * ends the others. Two peers of this kind that offer at the same moment do not leave it to chance:
 * the smaller id stays.
 *
 * <p><b>Admission.</b> A peer to which the application connects is admitted. About any other the
 * application is asked before an offer is answered, because the answer tells addresses of this
 * machine, and before data that came through the router is delivered.
 */
final class Switchboard {

  private static final Logger LOG = LoggerFactory.getLogger(PeerToPeer.class);

  /** Ends correlation ids of peers that break ties by the smaller one. */
  static final String TIE_BREAKING = "-java";

  static final String GOODBYE = "User requested disconnect";
  private static final String SIGNAL_PREFIX = SignalCodec.address("");
  private static final long SECOND = 1_000_000_000L;

  private final Settings settings;
  private final Loop loop;
  private final SignalLine.Router router;
  private final PeerConnection.Factory factory;
  private final ReceiveBudget budget;
  private final Deliveries deliveries;
  private final SignalLine line;
  private final Contacts contacts = new Contacts();
  private final EarlyCandidates early = new EarlyCandidates();

  private int attempts;
  private int connected;
  private int leaving;
  private int questions;
  private double introductions = Limits.INTRODUCTIONS_PER_SECOND;
  private long introducedAt;
  private final AtomicLong ignored = new AtomicLong();
  private Loop.@Nullable Timer announcing;
  private boolean closed;
  private @Nullable Runnable finished;

  Switchboard(
      Settings settings,
      Loop loop,
      SignalLine.Router router,
      PeerConnection.Factory factory,
      ReceiveBudget budget,
      Deliveries deliveries) {
    this.settings = settings;
    this.loop = loop;
    this.router = router;
    this.factory = factory;
    this.budget = budget;
    this.deliveries = deliveries;
    this.line = new SignalLine(router, loop);
    this.introducedAt = loop.nanos();
  }

  /** What is known now. Any thread. */
  List<Peer> peers() {
    return contacts.peers(loop.nanos());
  }

  /**
   * Signals and candidates that were ignored: malformed, too many, or of no attempt. Any thread.
   */
  long ignored() {
    return ignored.get();
  }

  // --- the router --------------------------------------------------------------------------------

  /** Connected to the router, and subscribed. */
  void joined() {
    announce();
  }

  private void announce() {
    if (closed || router.session().isEmpty()) {
      return;
    }
    router.publish(
        SignalCodec.ANNOUNCE, SignalCodec.announcement(router.session(), settings.features()));
    contacts.forgetOld(loop.nanos());
    if (announcing != null) {
      announcing.cancel();
    }
    announcing = loop.after(Limits.ANNOUNCE_EVERY, this::announce);
  }

  /** The connection to the router is gone, and with it the own session id. */
  void left() {
    line.lost();
    early.clear();
    for (Contact contact : contacts.all()) {
      contact.pending = null;
      failIntroduction(contact, Kind.NO_ROUTER, "the connection to the router was lost");
      for (Attempt attempt : contact.attempts()) {
        if (!isLive(attempt)) {
          drop(attempt);
        }
      }
      if (!contact.promises.isEmpty()) {
        giveUp(contact, Kind.NO_ROUTER, "the connection to the router was lost");
      }
    }
  }

  /** An event at the address of announcements. Anybody can send one in any name. */
  void announced(Value value) {
    try {
      SignalCodec.Announcement announcement = SignalCodec.decodeAnnouncement(value);
      if (announcement.capable() && !announcement.session().equals(router.session())) {
        boolean unknown = contacts.find(announcement.session()).isEmpty();
        meet(announcement.session())
            .ifPresent(contact -> {
              learn(contact, announcement.features());
              if (unknown
                  && announcement.features().contains(SignalCodec.RELAY)
                  && mayIntroduce()) {
                introduce(contact, false);
              }
            });
      }
    } catch (MalformedSignal e) {
      ignore("announcement", e);
    }
  }

  /** An event at the own address. */
  void signalled(Value value) {
    try {
      PeerSignal signal = SignalCodec.decode(value);
      if (closed || signal.from().equals(router.session())) {
        ignored.incrementAndGet();
        return;
      }
      switch (signal) {
        case PeerSignal.Offer offer -> offered(offer);
        case PeerSignal.Answer answer -> answered(answer);
        case PeerSignal.IceCandidate ice -> candidate(ice);
        // The own channel says it too, and a peer cannot be believed more than that.
        case PeerSignal.Connected _ -> {}
        case PeerSignal.Disconnected disconnected -> disconnected(disconnected);
        case PeerSignal.Introduction introduction -> introduced(introduction);
        case PeerSignal.Relayed relayed -> relayed(relayed);
      }
    } catch (MalformedSignal e) {
      ignore("signal", e);
    }
  }

  private void ignore(String what, MalformedSignal why) {
    ignored.incrementAndGet();
    LOG.debug("ignored a malformed {}: {}", what, why.getMessage());
  }

  /** The router refused something that was sent to this address. */
  void refused(int code, String message, String address) {
    if (closed || !address.startsWith(SIGNAL_PREFIX)) {
      return;
    }
    Optional<Contact> found = contacts.find(address.substring(SIGNAL_PREFIX.length()));
    if (found.isEmpty()) {
      return;
    }
    Contact contact = found.get();
    if (code == ErrorCode.NOT_FOUND) {
      failAll(contact, Kind.NO_SUCH_PEER, "the router knows no session " + contact.session);
      if (contact.isIdle()) {
        contacts.remove(contact);
      }
    } else if (code == ErrorCode.FORBIDDEN || code == ErrorCode.UNAUTHORIZED) {
      failAll(contact, Kind.NOT_PERMITTED, "the router says: " + message);
    }
    undelivered(contact, "the router says: " + message);
  }

  private void failAll(Contact contact, Kind kind, String reason) {
    failIntroduction(contact, kind, reason);
    for (Attempt attempt : contact.attempts()) {
      if (!isLive(attempt)) {
        fail(attempt, kind, reason, false);
      }
    }
  }

  /** If data went through the router a short while ago, it is probably that. Once a second. */
  private void undelivered(Contact contact, String reason) {
    long now = loop.nanos();
    boolean recent = contact.relayed && now - contact.relayedAt < 5 * SECOND;
    if (recent && (!contact.undeliveredEver || now - contact.undeliveredTold >= SECOND)) {
      contact.undeliveredEver = true;
      contact.undeliveredTold = now;
      deliveries.tell(new PeerEvent.Undelivered(contact.session, reason));
    }
  }

  // --- who is there ------------------------------------------------------------------------------

  private Optional<Contact> meet(String session) {
    Optional<Contact> met = contacts.meet(session, loop.nanos());
    if (met.isEmpty()) {
      ignored.incrementAndGet();
    }
    return met;
  }

  private void learn(Contact contact, Set<String> features) {
    if (contact.features(features)) {
      deliveries.tell(new PeerEvent.Announced(contact.session, features));
    }
  }

  /** One that says so itself. */
  private void introduced(PeerSignal.Introduction introduction) {
    meet(introduction.from())
        .ifPresent(contact -> {
          learn(contact, introduction.features());
          contact.takesRelay(introduction.features().contains(SignalCodec.RELAY));
          if (introduction.answer() && mayIntroduce()) {
            introduce(contact, false);
          }
          if (contact.takesRelay()) {
            contact
                .takeIntroducing()
                .forEach(each -> relay(contact, each.data(), each.reliable(), each.sent()));
          } else {
            failIntroduction(
                contact, Kind.NO_RELAY, contact.session + " takes no data through the router");
          }
        });
  }

  private boolean mayIntroduce() {
    long now = loop.nanos();
    introductions =
        Math.min(
            Limits.INTRODUCTIONS_PER_SECOND,
            introductions
                + (double) (now - introducedAt) * Limits.INTRODUCTIONS_PER_SECOND / SECOND);
    introducedAt = now;
    if (introductions < 1) {
      return false;
    }
    introductions--;
    return true;
  }

  private void introduce(Contact contact, boolean answer) {
    line.send(
        contact.session,
        new PeerSignal.Introduction(router.session(), Set.copyOf(settings.features()), answer));
  }

  // --- connecting --------------------------------------------------------------------------------

  /** Connects to a peer; it is admitted by that. */
  void connect(String session, CompletableFuture<Peer> promise) {
    Optional<Contact> met = usable(session, promise);
    if (met.isEmpty()) {
      return;
    }
    Contact contact = met.get();
    if (settings.mode() == RoutingMode.ROUTER_ONLY) {
      promise.completeExceptionally(
          new PeerException(Kind.NOT_CONNECTED, "the routing mode allows no direct connections"));
      return;
    }
    contact.wanted = true;
    contact.admitted = true;
    if (contact.live().isPresent()) {
      promise.complete(contact.peer(loop.nanos()));
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
      answer(contact, pending);
    } else if (!contact.isConnecting()) {
      offer(contact);
    }
  }

  private Optional<Contact> usable(String session, CompletableFuture<?> promise) {
    PeerException problem = null;
    Optional<Contact> met = Optional.empty();
    if (closed) {
      problem = new PeerException(Kind.CLOSED, "peer connections are closed");
    } else if (!SignalCodec.isSession(session)) {
      problem = new PeerException(Kind.INVALID, "'" + session + "' is no session id");
    } else if (session.equals(router.session())) {
      problem = new PeerException(Kind.INVALID, "a client cannot be a peer of itself");
    } else {
      met = contacts.meet(session, loop.nanos());
      if (met.isEmpty()) {
        problem = new PeerException(Kind.OVERFLOW, "too many peers are in use");
      }
    }
    if (problem != null) {
      promise.completeExceptionally(problem);
    }
    return met;
  }

  private void offer(Contact contact) {
    if (router.session().isEmpty()) {
      giveUp(contact, Kind.NO_ROUTER, "there is no connection to the router at the moment");
      return;
    }
    String correlation =
        router.session() + "-" + contact.session + "-" + UUID.randomUUID() + TIE_BREAKING;
    Attempt attempt = new Attempt(contact, correlation, true);
    if (open(attempt)) {
      attempt.connection().offer();
    }
  }

  private void answer(Contact contact, PeerSignal.Offer offer) {
    contact.incoming().ifPresent(this::drop);
    Attempt attempt = new Attempt(contact, offer.correlation(), false);
    attempt.maxMessage = SessionDescription.check(offer.sdp()).maxMessage();
    for (Candidate each : early.take(contact.session, offer.correlation(), loop.nanos())) {
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
        loop.after(
            settings.connectTimeout(),
            () ->
                fail(
                    attempt,
                    Kind.TIMEOUT,
                    "no direct connection within " + settings.connectTimeout().toSeconds() + " s",
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

  // --- offers of others --------------------------------------------------------------------------

  private void offered(PeerSignal.Offer offer) {
    SessionDescription.check(offer.sdp());
    if (settings.mode() == RoutingMode.ROUTER_ONLY) {
      if (mayIntroduce()) {
        sayGoodbye(offer.from(), offer.correlation(), "refused");
      }
      return;
    }
    long now = loop.nanos();
    Optional<Contact> met = meet(offer.from());
    if (met.isEmpty()) {
      return;
    }
    Contact contact = met.get();
    boolean known =
        contact.attempt(offer.correlation()).isPresent()
            || (contact.pending != null
                && contact.pending.correlation().equals(offer.correlation()));
    if (known || !contact.admitOffer(now)) {
      ignored.incrementAndGet();
      return;
    }
    Optional<Attempt> own = contact.own();
    if (own.isPresent() && breaksTies(offer.correlation())) {
      if (own.get().correlation.compareTo(offer.correlation()) < 0) {
        LOG.debug("both offer; the peer drops its own");
        return;
      }
      drop(own.get());
    }
    if (contact.admitted) {
      answer(contact, offer);
    } else if (contact.isRefused(now)) {
      ignored.incrementAndGet();
    } else {
      contact.pending = offer;
      ask(contact);
    }
  }

  private static boolean breaksTies(String correlation) {
    return correlation.endsWith(TIE_BREAKING);
  }

  private void ask(Contact contact) {
    if (contact.question != null) {
      return;
    }
    Object question = new Object();
    contact.question = question;
    if (++questions > Limits.MAX_QUESTIONS) {
      decided(contact, question, false);
      return;
    }
    Loop.Timer limit =
        loop.after(settings.connectTimeout(), () -> decided(contact, question, false));
    deliveries.run(() -> {
      CompletionStage<Boolean> answer;
      try {
        answer = settings.admit().apply(contact.session);
      } catch (Throwable e) {
        LOG.warn("the decision about a peer failed; it is refused", e);
        answer = CompletableFuture.completedFuture(false);
      }
      answer.whenComplete((yes, _) ->
          loop.execute(() -> {
            limit.cancel();
            decided(contact, question, Boolean.TRUE.equals(yes));
          }));
    });
  }

  @SuppressWarnings("ReferenceEquality") // The very question is meant.
  private void decided(Contact contact, Object question, boolean yes) {
    if (contact.question != question) {
      return;
    }
    contact.question = null;
    questions--;
    PeerSignal.Offer pending = contact.pending;
    contact.pending = null;
    List<PeerEvent.Received> held = List.copyOf(contact.held);
    contact.held.clear();
    // It may have been admitted in the meantime, by connecting to it.
    boolean admitted = (yes || contact.admitted) && !closed;
    if (admitted) {
      contact.admitted = true;
      contact.wanted = true;
      held.forEach(deliveries::tell);
    } else {
      contact.refuse(loop.nanos() + Limits.REFUSED_FOR.toNanos());
      held.forEach(message -> budget.give(message.data().length));
    }
    if (pending != null && admitted) {
      answer(contact, pending);
    } else if (pending != null) {
      sayGoodbye(contact, pending.correlation(), "refused", true);
    }
  }

  private void answered(PeerSignal.Answer answer) {
    Optional<Attempt> own =
        contacts
            .find(answer.from())
            .flatMap(Contact::own)
            .filter(attempt -> attempt.correlation.equals(answer.correlation()))
            .filter(attempt -> attempt.described && !attempt.answered);
    if (own.isEmpty()) {
      ignored.incrementAndGet();
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

  private void candidate(PeerSignal.IceCandidate ice) {
    Optional<Attempt> attempt =
        contacts.find(ice.from()).flatMap(contact -> contact.attempt(ice.correlation()));
    boolean taken =
        attempt.isPresent()
            ? attempt.get().remote(ice.candidate())
            : settings.mode() != RoutingMode.ROUTER_ONLY
                && early.keep(ice.from(), ice.correlation(), ice.candidate(), loop.nanos());
    if (!taken) {
      ignored.incrementAndGet();
    }
  }

  private void disconnected(PeerSignal.Disconnected signal) {
    String reason = signal.reason().orElse("the peer ended the connection");
    Optional<Contact> contact = contacts.find(signal.from());
    if (contact.isEmpty()) {
      ignored.incrementAndGet();
      return;
    }
    PeerSignal.Offer pending = contact.get().pending;
    Optional<Attempt> attempt = contact.get().attempt(signal.correlation());
    if (pending != null && pending.correlation().equals(signal.correlation())) {
      contact.get().pending = null;
    } else if (attempt.isEmpty()) {
      ignored.incrementAndGet();
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
        attempt.gathering(loop.after(Limits.GATHER, this::describe));
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
      line.send(
          session,
          attempt.offerer
              ? new PeerSignal.Offer(router.session(), attempt.correlation, sdp)
              : new PeerSignal.Answer(router.session(), attempt.correlation, sdp));
      attempt.takeOwn().forEach(this::tellPeer);
    }

    private void tellPeer(Candidate candidate) {
      line.send(
          attempt.contact.session,
          new PeerSignal.IceCandidate(router.session(), attempt.correlation, candidate));
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
        deliveries.tell(received);
      } else if (!attempt.closed && Limits.mayHold(attempt.early, data.length)) {
        attempt.early.add(received);
      } else {
        budget.give(data.length);
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
        attempt.contact.fallBack(loop.nanos() + settings.retryAfter().toNanos());
        end(attempt, reason);
      } else {
        fail(attempt, Kind.UNREACHABLE, reason, true);
      }
    }
  }

  private static boolean isLive(Attempt attempt) {
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
    line.send(contact.session, new PeerSignal.Connected(router.session(), attempt.correlation));
    if (first) {
      deliveries.tell(new PeerEvent.Connected(contact.session));
    }
    List<CompletableFuture<Peer>> promises = List.copyOf(contact.promises);
    contact.promises.clear();
    promises.forEach(promise -> promise.complete(contact.peer(loop.nanos())));
    attempt.early.forEach(deliveries::tell);
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
    attempt.close(budget);
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
    contact.fallBack(loop.nanos() + settings.retryAfter().toNanos());
    boolean relay = settings.mode() != RoutingMode.PEER_ONLY && kind != Kind.NO_SUCH_PEER;
    deliveries.tell(new PeerEvent.Failed(contact.session, reason, relay));
    List<CompletableFuture<Peer>> promises = List.copyOf(contact.promises);
    contact.promises.clear();
    promises.forEach(promise -> promise.completeExceptionally(new PeerException(kind, reason)));
  }

  /** A connection that stood is over. */
  private void end(Attempt attempt, String reason) {
    drop(attempt);
    deliveries.tell(new PeerEvent.Disconnected(attempt.contact.session, reason));
  }

  private void sayGoodbye(Contact contact, String correlation, String reason, boolean really) {
    // A peer of the reference ends whatever it has with us, so not while something stands.
    if (really && contact.live().isEmpty()) {
      sayGoodbye(contact.session, correlation, reason);
    }
  }

  private void sayGoodbye(String session, String correlation, String reason) {
    String cut = reason.substring(0, Math.min(reason.length(), Limits.MAX_REASON));
    line.send(
        session, new PeerSignal.Disconnected(router.session(), correlation, Optional.of(cut)));
  }

  /** Ends everything with a peer; it has to be admitted again. */
  void disconnect(String session) {
    contacts.find(session).ifPresent(contact -> leave(contact, "disconnected by this side"));
  }

  private void leave(Contact contact, String reason) {
    contact.wanted = false;
    contact.admitted = false;
    failIntroduction(contact, Kind.CLOSED, reason);
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
    deliveries.tell(new PeerEvent.Disconnected(attempt.contact.session, reason));
    attempt.gathering(loop.after(Limits.DRAIN, () -> gone(attempt)));
    attempt.connection().drain(() -> gone(attempt));
  }

  private void gone(Attempt attempt) {
    if (attempt.closed) {
      return;
    }
    leaving--;
    Contact contact = attempt.contact;
    sayGoodbye(contact, attempt.correlation, GOODBYE, !contact.isConnecting());
    attempt.close(budget);
    finish();
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
    contacts.all().forEach(contact -> leave(contact, "closed by this side"));
    closed = true;
    finished = done;
    if (announcing != null) {
      announcing.cancel();
    }
    finish();
  }

  private void finish() {
    Runnable done = finished;
    if (closed && done != null && leaving == 0) {
      finished = null;
      line.lost();
      factory.close();
      done.run();
    }
  }

  // --- data --------------------------------------------------------------------------------------

  /** Sends data; the promise tells which way it went. */
  void send(String session, byte[] data, boolean reliable, CompletableFuture<Route> sent) {
    Optional<Contact> met = usable(session, sent);
    if (met.isEmpty()) {
      return;
    }
    Contact contact = met.get();
    if (settings.mode() == RoutingMode.ROUTER_ONLY) {
      relay(contact, data, reliable, sent);
      return;
    }
    Optional<Attempt> live = contact.live();
    if (live.isPresent() && direct(live.get(), data, reliable, sent)) {
      return;
    }
    if (contact.wanted && !contact.isConnecting() && !contact.isFallback(loop.nanos())) {
      offer(contact);
    }
    if (settings.mode() == RoutingMode.PEER_ONLY) {
      sent.completeExceptionally(
          new PeerException(Kind.NOT_CONNECTED, "there is no direct connection to " + session));
    } else {
      relay(contact, data, reliable, sent);
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
    live.contact.fallBack(loop.nanos() + settings.retryAfter().toNanos());
    end(live, "the data channel is closed");
    return false;
  }

  private void relay(
      Contact contact, byte[] data, boolean reliable, CompletableFuture<Route> sent) {
    if (contact.takesRelay()) {
      contact.relayed = true;
      contact.relayedAt = loop.nanos();
      line.relay(contact.session, data, reliable, sent);
    } else if (router.session().isEmpty()) {
      sent.completeExceptionally(
          new PeerException(Kind.NO_ROUTER, "there is no connection to the router at the moment"));
    } else if (contact.introducing.size() >= Limits.MAX_HELD) {
      sent.completeExceptionally(
          new PeerException(
              Kind.OVERFLOW, "too much already waits for " + contact.session + " to answer"));
    } else {
      if (contact.introducing.isEmpty()) {
        introduce(contact, true);
        contact.introductionUntil(
            loop.after(
                Limits.INTRODUCTION,
                () ->
                    failIntroduction(
                        contact,
                        Kind.NO_RELAY,
                        contact.session
                            + " does not say that it takes data through the router; nothing was"
                            + " sent")));
      }
      contact.introducing.add(new Contact.Outgoing(data, reliable, sent));
    }
  }

  private void failIntroduction(Contact contact, Kind kind, String reason) {
    contact
        .takeIntroducing()
        .forEach(each -> each.sent().completeExceptionally(new PeerException(kind, reason)));
  }

  private void relayed(PeerSignal.Relayed relayed) {
    if (settings.mode() == RoutingMode.PEER_ONLY) {
      ignored.incrementAndGet();
      return;
    }
    meet(relayed.from())
        .ifPresent(contact -> {
          contact.takesRelay(true);
          boolean ask = !contact.admitted && !contact.isRefused(loop.nanos());
          for (byte[] data : relayed.messages()) {
            boolean room = contact.admitted || (ask && Limits.mayHold(contact.held, data.length));
            if (!room || !budget.take(data.length)) {
              ignored.incrementAndGet();
              continue;
            }
            PeerEvent.Received received =
                new PeerEvent.Received(contact.session, data, relayed.reliable(), Route.RELAY);
            if (contact.admitted) {
              deliveries.tell(received);
            } else {
              contact.held.add(received);
            }
          }
          if (ask) {
            ask(contact);
          }
        });
  }
}
