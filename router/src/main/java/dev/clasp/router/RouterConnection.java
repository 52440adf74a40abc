package dev.clasp.router;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.DecodeException;
import dev.clasp.protocol.EncodeException;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.Feature;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageCodec;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.PatternException;
import dev.clasp.protocol.Qos;
import dev.clasp.router.spi.Connection;
import dev.clasp.router.spi.LaneExecutor.Cancellable;
import dev.clasp.security.Action;
import dev.clasp.security.Identity;
import dev.clasp.security.Login;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection's conversation: HELLO first, then anything. What a transport calls.
 *
 * <p>All methods on the thread of the connection's lane, never concurrently.
 */
public final class RouterConnection {

  private static final Logger LOG = LoggerFactory.getLogger(RouterConnection.class);

  private static final long SECOND = 1_000_000_000L;

  /** Bytes of the payload of a WELCOME with an empty name: type, version, features, time, texts. */
  private static final int WELCOME_WITHOUT_NAME = 1 + 1 + 1 + 8 + (2 + 36) + 2 + 2;

  private static final int BAD_FRAMES_MAX = 100;
  private static final long BAD_FRAMES_WINDOW = 10 * SECOND;

  /** Too much without a pause of a second for so long ends the session (operations.md 8.9). */
  private static final long EXCESS_NANOS = 10 * SECOND;

  /** What may come between HELLO and the answer about its token: what one socket read can hold. */
  private static final int HELD_BYTES = 256 << 10;

  private static final int HELD_MESSAGES = 1024;

  /** How long a session whose token ended has to take what it was told. */
  private static final long DISMISS_NANOS = SECOND / 2;

  private static final Refusal EXPIRED = new Refusal(ErrorCode.TOKEN_EXPIRED, "Token has expired");

  /** What WELCOME announces; the federation bit is never written there (wire.md 5.3). */
  private static final Set<Feature> FEATURES = EnumSet.complementOf(EnumSet.of(Feature.FEDERATION));

  private final Router router;
  private final Lane lane;
  private final Connection connection;

  /** Time for the answer to a HELLO: from the connection, or from the second HELLO. */
  private Cancellable handshakeDeadline;

  /** The HELLO whose token is being looked at. */
  private @Nullable LoginAttempt login;

  /** What came behind it, or while a snapshot was on its way, in order. */
  private final ArrayDeque<byte[]> held = new ArrayDeque<>(0);

  private int heldBytes;
  private @Nullable Session session;
  private boolean closing;

  /** The transport has reported the end. */
  private boolean gone;

  /** Why the connection ends, as soon as that is known. */
  private @Nullable CloseReason closeReason;

  private long readMicros;
  private long readNanos;
  private boolean timeFresh;
  private boolean readingPaused;
  private boolean releasing;
  private int framesOfRead;

  /** Type and number of the messages of this socket read whose latency is not recorded yet. */
  private int runType = -1;

  private int run;

  private final Traffic traffic;
  private final long openedNanos;
  private int badFrames;
  private long badFramesSince;
  private long lastBadFrameNotice;
  private final RateLimit rate;

  RouterConnection(Router router, Lane lane, Connection connection) {
    this.router = router;
    this.lane = lane;
    this.connection = connection;
    long now = router.clock().nanos();
    this.traffic = lane.traffic(connection.transport());
    this.openedNanos = now;
    traffic.add(Traffic.OPENED, 1);
    this.badFramesSince = now;
    this.lastBadFrameNotice = now - SECOND;
    int perSecond = router.config().maxMessagesPerSecond();
    this.rate = new RateLimit(perSecond, 2.0 * perSecond, now);
    this.handshakeDeadline = deadline();
  }

  private Cancellable deadline() {
    return lane.executor().schedule(this::handshakeOver, router.config().handshakeNanos());
  }

  // --- what the transport reports ----------------------------------------------------------------

  /**
   * One transport message: a frame, or several in a row.
   *
   * @param b valid during the call; may be changed by nobody else meanwhile
   */
  public void frame(byte[] b, int offset, int length) {
    int at = offset;
    int end = offset + length;
    refreshTime();
    do {
      if (closing) {
        return;
      }
      if (waits()) {
        hold(Arrays.copyOfRange(b, at, end));
        return;
      }
      framesOfRead++;
      traffic.add(Traffic.FRAMES_IN, 1);
      Session s = session;
      try {
        int frameLength = FrameDescriptor.frameLength(b, at, end - at);
        traffic.add(Traffic.BYTES_IN, frameLength);
        int start = FrameDescriptor.payloadStart(b[at + 1]);
        if (s != null && start > FrameDescriptor.HEADER_LENGTH) {
          s.answering(Request.stamped(Bytes.i64(b, at + FrameDescriptor.HEADER_LENGTH)));
        }
        route(Qos.ofFlags(b[at + 1]), b, at + start, frameLength - start, frameLength);
        at += frameLength;
      } catch (DecodeException e) {
        undecodable(e);
        return;
      } finally {
        if (s != null && s.request() != null) {
          s.answering(null);
        }
      }
      // Whole frames behind the first are routed too; anything else behind it is dropped (wire.md
      // 2.6).
    } while (at < end && b[at] == FrameDescriptor.MAGIC);
  }

  /** Everything of one socket read has been handed over. */
  public void readComplete() {
    if (timeFresh) {
      timeFresh = false;
      long nanos = router.clock().nanos() - readNanos;
      endRun(nanos);
      lane.record(Distribution.READ_NANOS, nanos);
      lane.record(Distribution.READ_FRAMES, framesOfRead);
      framesOfRead = 0;
    }
    Session s = session;
    if (s == null || readingPaused) {
      return;
    }
    if (waits()) {
      pauseReading();
    } else if (s.outbound().stuffed()) {
      // It does not read its answers: no more questions until it does.
      pauseReading();
    } else if (router.congested()) {
      pauseReading();
      router.busiestLane().resumeWhenDrained(this);
    }
  }

  public void writabilityChanged() {
    Session s = session;
    if (s != null) {
      s.outbound().writabilityChanged();
    }
    resumeReading();
  }

  /** The peer showed that it is there without sending a frame: a WebSocket pong. */
  public void alive() {
    Session s = session;
    if (s != null) {
      s.lastActiveNanos = router.clock().nanos();
    }
  }

  /**
   * Addresses with a value that match and for which the peer has the right, in the order of bytes;
   * none before WELCOME. For protocols that let a pattern stand for many addresses. Looks at a
   * bounded number of addresses ({@link Router#parameters(AddressPattern, int, Optional)}).
   */
  public List<String> addresses(AddressPattern pattern, Action right, int limit) {
    Session s = session;
    return s == null || closing ? List.of() : router.addresses(pattern, right, s.rights(), limit);
  }

  /** Who the peer is; empty before WELCOME. */
  public Optional<Identity> identity() {
    Session s = session;
    return s == null ? Optional.empty() : Optional.of(s.rights().identity());
  }

  /**
   * With which code a SUBSCRIBE for the pattern would be refused now; empty if it would not, or if
   * nobody has been let in. For protocols that answer before they show anything.
   */
  public OptionalInt subscriptionRefusal(String pattern) {
    Session s = session;
    if (s == null || closing) {
      return OptionalInt.empty();
    }
    AddressPattern parsed;
    try {
      parsed = AddressPattern.parse(pattern, router.globstarParent());
    } catch (PatternException e) {
      return OptionalInt.of(ErrorCode.BAD_PATTERN);
    }
    if (!s.rights().mayReadAll(parsed)) {
      return OptionalInt.of(ErrorCode.FORBIDDEN);
    }
    return s.subscriptions.size() >= router.config().maxSubscriptionsPerSession()
            || router.subscriptionCount() >= router.config().maxSubscriptions()
        ? OptionalInt.of(ErrorCode.TOO_MANY)
        : OptionalInt.empty();
  }

  /** The connection has ended, whoever ended it. */
  public void closed(CloseReason reason) {
    closing = true;
    if (!gone) {
      gone = true;
      traffic.add(Traffic.CLOSED, 1);
    }
    endsBecause(reason);
    handshakeDeadline.cancel();
    abandonLogin();
    Session s = session;
    if (s != null) {
      s.about(LOG.atDebug()).log("{} ended: {} {}", s, reason.code(), reason.text());
      // Later: the transport may report this from inside a write under a stripe lock.
      lane.executor().execute(() -> endSession(s));
    }
  }

  /**
   * Nothing is looked at now: the token of a HELLO is, or a snapshot is on its way piece by piece.
   * So whoever asks for the values and then for a PONG has the values when the PONG comes.
   */
  private boolean waits() {
    return login != null || session != null && session.catchingUp();
  }

  /**
   * Keeps what is not to be looked at yet. It is what the socket had read before reading stopped;
   * whoever has not logged in may not make us keep much.
   */
  private void hold(byte[] rest) {
    heldBytes += rest.length;
    if (login != null && (held.size() >= HELD_MESSAGES || heldBytes > HELD_BYTES)) {
      close(new CloseReason(CloseReason.POLICY, "too many messages before WELCOME"));
    } else if (releasing) {
      held.addFirst(rest);
    } else {
      held.addLast(rest);
    }
  }

  /**
   * Routes what was held, as far as nothing makes it wait again: the login has been answered, the
   * snapshot is complete, or it waits for the receiver and then is not waited for.
   */
  private void release() {
    if (releasing) {
      // The one who does it goes on.
      return;
    }
    releasing = true;
    while (!held.isEmpty() && !waits() && !closing) {
      byte[] next = held.removeFirst();
      heldBytes -= next.length;
      frame(next, 0, next.length);
    }
    releasing = false;
    readComplete();
    resumeReading();
  }

  private void resumeReading() {
    Session s = session;
    if (readingPaused && !closing && !waits() && (s == null || !s.outbound().stuffed())) {
      readingPaused = false;
      connection.reading(true);
    }
  }

  /** Another lane has caught up. Any lane's thread. */
  void resumeAfterCongestion() {
    lane.executor().execute(this::resumeReading);
  }

  private void pauseReading() {
    readingPaused = true;
    connection.reading(false);
  }

  /** Another type follows: those before it have been routed. One more look at the clock. */
  private void beginRun(int type) {
    if (run > 0) {
      endRun(router.clock().nanos() - readNanos);
    }
    runType = type;
  }

  /**
   * @param nanos since the hand-over of the socket read
   */
  private void endRun(long nanos) {
    if (run > 0) {
      lane.recordLatency(runType, nanos, run);
      run = 0;
      runType = -1;
    }
  }

  private void refreshTime() {
    if (!timeFresh) {
      // One look at the clock per socket read.
      timeFresh = true;
      readMicros = router.clock().unixMicros();
      readNanos = router.clock().nanos();
      Session s = session;
      if (s != null) {
        s.lastActiveNanos = readNanos;
        s.setNow(readNanos, readMicros);
      }
    }
  }

  // --- dispatch ----------------------------------------------------------------------------------

  private void route(Qos qos, byte[] b, int offset, int length, int frameLength) {
    if (length > 0 && MessageCodec.isMessagePack(b[offset])) {
      // The legacy form is rare: make it binary, then it goes the one way that all messages go.
      byte[] binary;
      try {
        binary = MessageCodec.encode(MessageCodec.decode(b, offset, length));
      } catch (EncodeException e) {
        throw DecodeException.of(
            DecodeException.Kind.BAD_MESSAGE_PACK, String.valueOf(e.getMessage()));
      }
      route(qos, binary, 0, binary.length, frameLength);
      return;
    }
    MessageView view = lane.view.wrap(b, offset, length);
    int type = view.type();
    traffic.received(type);
    if (type != runType) {
      beginRun(type);
    }
    run++;
    Session s = session;
    if (s == null) {
      handshake(view);
      return;
    }
    s.messagesIn++;
    s.bytesIn += frameLength;
    if (rate.limits() && overRate(s, view)) {
      return;
    }
    if (qos == Qos.COMMIT && repeats(s, view)) {
      return;
    }
    switch (view.type()) {
      case MessageType.SET -> router.writes().set(s, view, qos);
      case MessageType.PUBLISH -> router.writes().publish(s, view);
      case MessageType.GET -> router.reads().get(s, view);
      case MessageType.PING -> Replies.pong(s);
      case MessageType.BUNDLE -> router.bundles().bundle(s, view, qos);
      default -> routeRare(s, MessageCodec.decode(b, offset, length));
    }
  }

  /** A commit message that came before: answered as then, not executed again (docs/qos.md). */
  private boolean repeats(Session s, MessageView view) {
    if (router.config().commitWindow() == 0 || !isWrite(view.type())) {
      return false;
    }
    Request request = s.request();
    Commits.Identity identity = Commits.identityOf(view, request, router.space());
    if (identity == null) {
      return false;
    }
    Commits commits = s.commits(router.config().commitWindow());
    Request first = commits.find(identity);
    if (first != null) {
      lane.add(Counter.COMMITS_REPEATED, 1);
      Replies.repeat(s, first);
      return true;
    }
    if (request == null) {
      request = Request.unstamped();
      s.answering(request);
    }
    commits.remember(identity, request);
    return false;
  }

  private static boolean isWrite(int messageType) {
    return Writes.isBundleMember(messageType) || messageType == MessageType.BUNDLE;
  }

  private void routeRare(Session s, Message message) {
    switch (message) {
      case Message.Hello hello -> {
        handshakeDeadline = deadline();
        login(hello);
      }
      case Message.Subscribe subscribe -> router.reads().subscribe(s, subscribe);
      case Message.Unsubscribe(int id) -> router.reads().unsubscribe(s, id);
      case Message.Announce announce -> router.announcements().announce(s, announce);
      case Message.Query(String pattern) -> router.announcements().query(s, pattern);
      case Message.Sync sync -> {
        s.synchronise(sync.t1Micros(), readMicros);
        Replies.sync(s, sync.t1Micros(), readMicros, router.clock().unixMicros());
      }
      case Message.Replay replay ->
          Replies.error(
              s,
              new Refusal(ErrorCode.UNAVAILABLE, "Journal not configured on this router"),
              replay.pattern());
      case Message.FederationSync _ ->
          Replies.error(
              s,
              new Refusal(ErrorCode.UNAVAILABLE, "Federation is not available on this router"),
              null);
      // What only routers send is ignored (router.md 20); the rest never comes here.
      case Message.Welcome _,
          Message.Snapshot _,
          Message.Ack _,
          Message.Error _,
          Message.Pong _,
          Message.Result _,
          Message.Ping _,
          Message.SetValue _,
          Message.Publish _,
          Message.Get _,
          Message.Bundle _ -> {}
    }
  }

  // --- handshake and end -------------------------------------------------------------------------

  private void handshake(MessageView view) {
    if (view.type() != MessageType.HELLO) {
      refuse(
          new Refusal(ErrorCode.BAD_REQUEST, "the first message must be HELLO"),
          "the first message must be HELLO");
    } else if (MessageCodec.decode(view.buffer(), view.offset(), view.length())
        instanceof Message.Hello hello) {
      if (hello.instance().filter(router.instances()::containsKey).isPresent() || !full()) {
        login(hello);
      }
    }
  }

  /** Refuses a new session if there are as many as may be, or memory is short. */
  private boolean full() {
    if (router.pressure() != MemoryPressure.NONE) {
      refuse(
          CloseReason.TRY_LATER,
          new Refusal(ErrorCode.UNAVAILABLE, "Server short of memory"),
          "server short of memory");
      return true;
    }
    int max = router.config().maxSessions();
    if (max == 0 || router.sessions().size() < max) {
      return false;
    }
    refuse(CloseReason.TRY_LATER, new Refusal(ErrorCode.UNAVAILABLE, "Server full"), "server full");
    return true;
  }

  // --- login -------------------------------------------------------------------------------------

  /** Asks who this is. Nothing that comes meanwhile is looked at. */
  private void login(Message.Hello hello) {
    LoginAttempt attempt = new LoginAttempt(hello, lane, this::answered);
    login = attempt;
    router.logins().add(attempt);
    Login answer;
    try {
      answer = attempt.ask(router.authenticator(), connection.peer());
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("peer", connection.peer())
          .setCause(e)
          .log("the login of {} could not be looked at", connection.peer());
      answer = new Login.Refused(ErrorCode.INTERNAL, "The login could not be looked at");
    }
    if (answer != null) {
      answered(attempt, answer);
    } else {
      pauseReading();
    }
  }

  /** Nobody waits for the answer any more. */
  private void abandonLogin() {
    LoginAttempt attempt = login;
    if (attempt != null) {
      login = null;
      router.logins().remove(attempt);
    }
    held.clear();
    heldBytes = 0;
  }

  private void answered(LoginAttempt attempt, Login answer) {
    if (login != attempt || closing) {
      // The connection has ended meanwhile, or waited too long.
      return;
    }
    Session before =
        answer instanceof Login.Admitted(Identity who) ? predecessor(attempt.hello(), who) : null;
    if (before != null) {
      pauseReading();
      replace(before, () -> attempt.handOver(answer));
      return;
    }
    login = null;
    switch (answer) {
      case Login.Admitted(Identity identity) -> admitted(attempt, identity);
      case Login.Refused(int code, String text) -> {
        router.logins().remove(attempt);
        lane.add(Counter.LOGINS_REFUSED, 1);
        refusedLogin(attempt, new Refusal(code, text));
      }
    }
    release();
  }

  /**
   * The session of an earlier connection of the same client, which must have ended before this one
   * begins: what it wrote and what is still on its way would otherwise come behind newer values.
   */
  private @Nullable Session predecessor(Message.Hello hello, Identity identity) {
    Session before = hello.instance().map(router.instances()::get).orElse(null);
    return before != null && before != session && isOf(before, identity) ? before : null;
  }

  private static boolean isOf(Session s, Identity identity) {
    return s.rights().identity().subject().equals(identity.subject());
  }

  /** Ends a session of the same client: it is not found again, even if its loop has stopped. */
  private void replace(Session before, Runnable then) {
    before.replace(() -> {
      before.instance().ifPresent(instance -> router.instances().remove(instance, before));
      then.run();
    });
  }

  /** Others of the client may be let in on other loops at the same time: one of them stays. */
  private void takePlace(UUID instance, Session s) {
    Session other = router.instances().putIfAbsent(instance, s);
    while (other != null && isOf(other, s.rights().identity())) {
      if (router.instances().replace(instance, other, s)) {
        other.replace(() -> {});
        return;
      }
      // It has ended, or a third one was faster.
      other = router.instances().putIfAbsent(instance, s);
    }
  }

  /** The client is back on another connection. */
  private void replaced(Session s) {
    if (s == session && !closing) {
      s.about(LOG.atDebug()).log("{} is replaced: its client has connected again", s);
      close(new CloseReason(CloseReason.NORMAL, "replaced by a newer connection of this client"));
    }
    endSession(s);
  }

  private void admitted(LoginAttempt attempt, Identity identity) {
    Session older = session;
    if (older != null) {
      older.outbound().writeBatch();
      endSession(older);
    } else if (full()) {
      router.logins().remove(attempt);
      return;
    }
    handshakeDeadline.cancel();
    if (older == null) {
      traffic.handshake(router.clock().nanos() - openedNanos);
    }
    lane.add(Counter.LOGINS_ADMITTED, 1);
    Session s = welcome(attempt.hello(), identity);
    // Only now, so that whoever expels it finds it here or there.
    router.logins().remove(attempt);
    Refusal expelled = attempt.expelled(identity);
    if (expelled != null) {
      expel(s, expelled);
    } else {
      s.watchExpiry(router.clock(), () -> expel(s, EXPIRED));
    }
  }

  private void refusedLogin(LoginAttempt attempt, Refusal refusal) {
    String name = LogText.of(attempt.hello().name());
    // The authenticator knows more about it, and how much of that belongs into a log.
    LOG.atDebug()
        .addKeyValue("peer", connection.peer())
        .addKeyValue("code", refusal.code())
        .log(
            "login of {} from {} is refused: {} {}",
            name,
            connection.peer(),
            refusal.code(),
            refusal.text());
    Session s = session;
    if (s == null) {
      refuse(refusal, refusal.text());
    } else {
      dismiss(s, refusal);
    }
  }

  /** Its token is no longer valid. */
  private void expel(Session s, Refusal why) {
    if (s != session || closing) {
      return;
    }
    lane.add(Counter.EXPELLED, 1);
    s.about(LOG.atInfo())
        .addKeyValue("code", why.code())
        .log("{} is expelled: {} {}", s, why.code(), why.text());
    s.rights().lapse();
    dismiss(s, why);
  }

  /** Says why, and closes when that is on its way. Nothing else is sent or received any more. */
  private void dismiss(Session s, Refusal why) {
    CloseReason reason = new CloseReason(CloseReason.POLICY, why.text());
    closing = true;
    endsBecause(reason);
    handshakeDeadline.cancel();
    abandonLogin();
    leave(s);
    Replies.error(s, why, null);
    s.outbound().seal();
    s.closeWhenFlushed(reason, DISMISS_NANOS, () -> {});
  }

  private Session welcome(Message.Hello hello, Identity identity) {
    Session s =
        new Session(
            UUID.randomUUID().toString(),
            hello.name(),
            identity,
            hello.features(),
            lane,
            connection,
            router,
            this::release);
    session = s;
    s.whenExpelled(why -> expel(s, why));
    connection.established();
    router.sessions().put(s.id(), s);
    hello
        .instance()
        .ifPresent(instance -> {
          s.ofInstance(instance, () -> replaced(s));
          takePlace(instance, s);
        });
    lane.add(Counter.SESSIONS_OPENED, 1);
    lane.sessions().add(s);
    if (identity.tokenId().isEmpty()) {
      s.about(LOG.atDebug()).log("{} begins", s);
    } else {
      s.about(LOG.atInfo())
          .addKeyValue("token_id", LogText.of(identity.tokenId()))
          .log(
              "{} begins with token {}{}",
              s,
              LogText.of(identity.tokenId()),
              identity.subject().map(subject -> " of " + LogText.of(subject)).orElse(""));
    }
    router.witness().began(s.party());
    Replies.message(
        s,
        new Message.Welcome(
            1,
            FEATURES,
            router.clock().unixMicros(),
            s.id(),
            shortened(router.config().name(), s.maxPayload() - WELCOME_WITHOUT_NAME),
            Optional.empty()));
    if (connection.greetedWithValues()) {
      s.snapshot(SnapshotCursor.ofEverything(router));
    }
    return s;
  }

  /** As much of a text as goes into so many bytes: a small peer must not miss its WELCOME. */
  private static String shortened(String text, int bytes) {
    int end = text.length();
    while (end > 0 && text.substring(0, end).getBytes(StandardCharsets.UTF_8).length > bytes) {
      end = text.offsetByCodePoints(end, -1);
    }
    return text.substring(0, end);
  }

  private void handshakeOver() {
    if (closing) {
      return;
    }
    LoginAttempt attempt = login;
    if (attempt != null) {
      LOG.atWarn()
          .addKeyValue("peer", connection.peer())
          .log("the login of {} was not answered in time", connection.peer());
      abandonLogin();
      Refusal late = new Refusal(ErrorCode.UNAVAILABLE, "The login could not be looked at in time");
      Session s = session;
      if (s == null) {
        refuse(CloseReason.TRY_LATER, late, late.text());
      } else {
        dismiss(s, late);
      }
    } else if (session == null) {
      String text = "no HELLO within " + router.config().handshakeNanos() / SECOND + " s";
      refuse(new Refusal(ErrorCode.BAD_REQUEST, text), text);
    }
  }

  private void refuse(Refusal refusal, String reason) {
    refuse(CloseReason.POLICY, refusal, reason);
  }

  /** Says why in an ERROR, then closes. For connections without a session. */
  private void refuse(int closeCode, Refusal refusal, String reason) {
    byte[] frame =
        FrameCodec.encode(
            new Message.Error(
                refusal.code(), refusal.text(), Optional.empty(), OptionalInt.empty()));
    Outgoing reply = lane.reply;
    reply.load(frame, DeliveryClass.REPLY);
    int start = reply.start(connection.framing());
    connection.write(reply.buffer, start, reply.framedLength());
    lane.countError(refusal.code());
    close(new CloseReason(closeCode, reason));
  }

  private void close(CloseReason reason) {
    closing = true;
    endsBecause(reason);
    handshakeDeadline.cancel();
    abandonLogin();
    Session s = session;
    if (s == null) {
      connection.close(reason);
    } else {
      s.close(reason);
    }
  }

  /** The first reason is the one: what the transport reports later follows from it. */
  private void endsBecause(CloseReason reason) {
    if (closeReason == null) {
      closeReason = reason;
    }
  }

  /** Takes the session out of everything; nothing is sent to it any more. No stripe lock held. */
  private void endSession(Session s) {
    leave(s);
    s.silence();
  }

  /** Takes the session out of every table and releases its locks. No stripe lock held. */
  private void leave(Session s) {
    if (s.ended()) {
      return;
    }
    s.end();
    Gestures gestures = s.gesturesIfAny();
    if (gestures != null) {
      gestures.endAll();
    }
    router.bundles().endSession(s);
    router.announcements().endSession(s);
    router.sessions().remove(s.id());
    s.instance().ifPresent(instance -> router.instances().remove(instance, s));
    lane.sessions().remove(s);
    if (!s.subscriptions.isEmpty()) {
      router.subscriptions().removeAll(List.copyOf(s.subscriptions.values()));
      s.subscriptions.clear();
    }
    if (!s.locks.isEmpty()
        && router.config().lockGraceNanos() > 0
        && !s.rights().lapsed(router.clock())) {
      lane.agenda().after(router.config().lockGraceNanos(), () -> releaseLocks(s));
    } else {
      releaseLocks(s);
    }
    Ephemerals ephemerals = s.ephemeralsIfAny();
    if (ephemerals != null) {
      ephemerals.endAll();
    }
    traffic.ended(SessionEnd.of(closeReason));
    router.witness().ended(s.party(), Optional.ofNullable(closeReason));
  }

  /** The locks that an ended session still holds. */
  private void releaseLocks(Session s) {
    for (Address address : s.locks) {
      Stripe stripe = router.space().stripeOf(address.hash);
      stripe.lock.lock();
      try {
        if (address.lockHolder == s) {
          address.lockHolder = null;
        }
      } finally {
        stripe.lock.unlock();
      }
    }
    s.locks.clear();
  }

  // --- misbehaviour ------------------------------------------------------------------------------

  private void undecodable(DecodeException e) {
    lane.add(Counter.BAD_FRAMES, 1);
    Session s = session;
    forgetCommit(s);
    if (s == null) {
      // D2: no message, just the end.
      close(new CloseReason(CloseReason.POLICY, "not a CLASP frame"));
      return;
    }
    if (readNanos - badFramesSince >= BAD_FRAMES_WINDOW) {
      badFramesSince = readNanos;
      badFrames = 0;
    }
    badFrames++;
    if (badFrames >= BAD_FRAMES_MAX) {
      close(new CloseReason(CloseReason.POLICY, badFrames + " undecodable frames in 10 s"));
    } else if (readNanos - lastBadFrameNotice >= SECOND) {
      lastBadFrameNotice = readNanos;
      Replies.error(s, new Refusal(ErrorCode.BAD_REQUEST, String.valueOf(e.getMessage())), null);
    }
  }

  /** What turned out to be undecodable was not executed: it is no first of repetitions. */
  private static void forgetCommit(@Nullable Session s) {
    Request request = s == null ? null : s.request();
    Commits commits = s == null ? null : s.commitsIfAny();
    if (request != null && request.identity() != null && commits != null) {
      commits.forget(request.identity());
    }
  }

  /** Counts messages, those in bundles too; true if this one is one too many. */
  private boolean overRate(Session s, MessageView view) {
    int n = view.type() == MessageType.BUNDLE ? Math.max(1, view.bundleCount()) : 1;
    if (rate.admit(n, readNanos)) {
      return false;
    }
    lane.add(Counter.RATE_LIMITED, 1);
    String limit = router.config().maxMessagesPerSecond() + " messages/second";
    if (rate.excessNanos() >= EXCESS_NANOS) {
      lane.add(Counter.RATE_CLOSED, 1);
      close(new CloseReason(CloseReason.POLICY, "more than " + limit + " for 10 s"));
      return true;
    }
    int refused = rate.refusedToTell(readNanos);
    if (refused > 0) {
      Replies.error(
          s,
          new Refusal(
              ErrorCode.TOO_MANY,
              "Rate limit exceeded: " + limit + ", " + refused + " not executed"),
          null);
    }
    return true;
  }
}
