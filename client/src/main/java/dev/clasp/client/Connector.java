package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.transport.FrameLink;
import dev.clasp.transport.TransportException;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes connections, up to WELCOME. Loop.
 *
 * <p>A <b>round</b> tries each URI once, beginning with the one that worked last. A failed round is
 * followed by another after the delay of the backoff, as long as that makes sense: not when the
 * router refuses the only token we have.
 */
final class Connector {

  private static final Logger LOG = LoggerFactory.getLogger(ClaspClient.class);

  /** Who wants a connection. */
  interface Owner extends Connection.Owner {

    /** Runs a task on the loop, later. Any thread. */
    void later(Runnable task);

    void welcomed(Connection connection, Message.Welcome welcome);

    /** There will be no connection. Nothing follows. */
    void gaveUp(ClaspException why);
  }

  private final ClientConfig config;
  private final Reactor reactor;
  private final Dialer dialer;
  private final Executor background;
  private final RandomGenerator random;
  private final Events events;
  private final Owner owner;

  /**
   * By this the router recognises us when we come back, and takes nothing more from the connection
   * before.
   */
  private final UUID instance = UUID.randomUUID();

  /** The attempt that is going on. */
  private @Nullable Connection pending;

  private Reactor.@Nullable Timer attemptTimer;
  private Reactor.@Nullable Timer roundTimer;

  private boolean everConnected;
  private int firstUri;
  private int tried;
  private int attempt;

  /** Tells a dial whose token comes late from the present one. */
  private long dials;

  private boolean stopped;
  private @Nullable ClaspException refusal;
  private @Nullable String refusedToken;
  private boolean tokenRetried;

  /**
   * @param background where a token supplier may wait
   */
  Connector(
      ClientConfig config,
      Reactor reactor,
      Dialer dialer,
      Executor background,
      RandomGenerator random,
      Events events,
      Owner owner) {
    this.config = config;
    this.reactor = reactor;
    this.dialer = dialer;
    this.background = background;
    this.random = random;
    this.events = events;
    this.owner = owner;
  }

  // --- rounds ------------------------------------------------------------------------------------

  /** Connects, at once. */
  void begin() {
    roundTimer = null;
    tried = 0;
    tokenRetried = false;
    if (!stopped) {
      dialNext();
    }
  }

  /**
   * The connection was lost; connects again, after a delay.
   *
   * @param wasStable it lasted so long that the count of attempts starts again
   * @param retryNanos when the router said that we shall be back; another router is tried sooner
   */
  void again(boolean wasStable, OptionalLong retryNanos) {
    if (wasStable) {
      attempt = 0;
    }
    if (retryNanos.isPresent() && config.uris().size() > 1) {
      firstUri = (firstUri + 1) % config.uris().size();
      schedule(Optional.empty(), OptionalLong.empty());
    } else {
      schedule(Optional.empty(), retryNanos);
    }
  }

  /** Ends whatever is going on. */
  void stop() {
    stopped = true;
    dials++;
    cancelTimers();
    Connection c = pending;
    pending = null;
    if (c != null) {
      c.close(CloseReason.NORMAL, "");
    }
  }

  /** Is this the attempt that is going on? */
  boolean isPending(Connection connection) {
    return connection == pending;
  }

  private void roundFailed(ClaspException why) {
    if (everConnected || config.awaitRouter()) {
      schedule(Optional.of(why), OptionalLong.empty());
    } else {
      owner.gaveUp(why);
    }
  }

  private void schedule(Optional<ClaspException> cause, OptionalLong wanted) {
    OptionalLong delay = config.backoff().delayNanos(attempt, random);
    if (delay.isPresent() && wanted.isPresent()) {
      delay = wanted;
    }
    if (delay.isEmpty()) {
      owner.gaveUp(
          new ClaspException(
              Kind.UNREACHABLE,
              "gave up connecting to "
                  + config.uris().get(firstUri)
                  + " after "
                  + attempt
                  + (attempt == 1 ? " attempt" : " attempts")
                  + cause.map(why -> ": " + why.getMessage()).orElse(""),
              cause.orElse(null)));
      return;
    }
    attempt++;
    events.report(
        new ClientEvent.Reconnecting(attempt, Duration.ofNanos(delay.getAsLong()), cause));
    roundTimer = reactor.schedule(this::begin, delay.getAsLong());
  }

  // --- one attempt -------------------------------------------------------------------------------

  private void dialNext() {
    URI uri = config.uris().get((firstUri + tried) % config.uris().size());
    events.report(new ClientEvent.Connecting(uri));
    long dial = ++dials;
    if (!config.tokenMayChange()) {
      dial(dial, uri, config.tokens().get());
      return;
    }
    attemptTimer =
        reactor.schedule(() -> noToken(dial, noTokenInTime()), config.connectTimeout().toNanos());
    background.execute(() -> {
      String token;
      try {
        token = Objects.requireNonNull(config.tokens().get(), "it gave null");
        // Here, because a token that cannot be sent must not end the work of the loop.
        var _ = hello(token);
      } catch (RuntimeException e) {
        LOG.warn("the token supplier failed", e);
        owner.later(() -> noToken(dial, supplierFailed(e)));
        return;
      }
      owner.later(() -> dial(dial, uri, token));
    });
  }

  private static ClaspException supplierFailed(RuntimeException e) {
    return new ClaspException(Kind.REFUSED, "there is no token: the supplier failed: " + e, e);
  }

  private ClaspException noTokenInTime() {
    return new ClaspException(
        Kind.TIMEOUT,
        "there is no token: the supplier did not answer within "
            + config.connectTimeout().toMillis() / 1000.0
            + " s");
  }

  private void noToken(long dial, ClaspException why) {
    if (dial == dials) {
      // What the supplier still says comes too late.
      dials++;
      cancelTimers();
      roundFailed(why);
    }
  }

  private byte[] hello(String token) {
    return FrameCodec.encode(
        new Message.Hello(
            1,
            config.features(),
            config.name(),
            token.isEmpty() ? Optional.empty() : Optional.of(token),
            Optional.empty(),
            Optional.of(instance)));
  }

  private void dial(long dial, URI uri, String token) {
    if (dial != dials) {
      return;
    }
    cancelTimers();
    ClaspException why = refusal;
    if (why != null && token.equals(refusedToken)) {
      owner.gaveUp(why);
      return;
    }
    Connection c = new Connection(owner, uri, token);
    pending = c;
    attemptTimer =
        reactor.schedule(() -> failed(c, tookTooLong(uri)), config.connectTimeout().toNanos());
    dialer
        .dial(
            uri,
            config.connectTimeout(),
            link -> {
              c.opened(link);
              return c;
            })
        .whenComplete((_, failure) -> owner.later(() -> dialed(c, failure)));
  }

  private ClaspException tookTooLong(URI uri) {
    return new ClaspException(
        Kind.TIMEOUT,
        uri
            + " did not answer within "
            + config.connectTimeout().toMillis() / 1000.0
            + " s: is this a CLASP router?");
  }

  private void dialed(Connection c, @Nullable Throwable failure) {
    FrameLink link = c.link();
    if (c != pending) {
      c.close(CloseReason.NORMAL, "too late");
    } else if (failure != null || link == null) {
      failed(c, failureOf(c, failure));
    } else {
      byte[] hello = hello(c.token());
      link.write(hello, 0, hello.length);
      c.helloSent(reactor.unixMicros());
    }
  }

  private static ClaspException failureOf(Connection c, @Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof TransportException e) {
      Kind kind =
          switch (e.kind()) {
            case BAD_URL -> Kind.INVALID;
            case TIMEOUT -> Kind.TIMEOUT;
            case BIND, UNREACHABLE, HANDSHAKE -> Kind.UNREACHABLE;
          };
      return new ClaspException(kind, String.valueOf(e.getMessage()), e);
    }
    return new ClaspException(
        Kind.UNREACHABLE, "cannot connect to " + c.uri() + ": " + cause, cause);
  }

  /** A message on the attempt that is going on. */
  void received(Connection c, Message message) {
    switch (message) {
      case Message.Welcome welcome -> {
        pending = null;
        cancelTimers();
        everConnected = true;
        firstUri = (firstUri + tried) % config.uris().size();
        refusal = null;
        refusedToken = null;
        owner.welcomed(c, welcome);
      }
      case Message.Error error -> failed(c, refusalOf(c, error));
      case Message.Ping _ -> {
        FrameLink link = c.link();
        if (link != null) {
          link.write(Exchange.PONG, 0, Exchange.PONG.length);
        }
      }
      // State comes behind WELCOME; some routers are too eager.
      case Message.SetValue _,
          Message.Publish _,
          Message.Snapshot _,
          Message.Bundle _,
          Message.Ack _,
          Message.Pong _,
          Message.Sync _,
          Message.Result _,
          Message.Announce _ -> {}
      case Message.Hello _,
          Message.Subscribe _,
          Message.Unsubscribe _,
          Message.Get _,
          Message.Query _,
          Message.Replay _,
          Message.FederationSync _ ->
          owner.undecodable("a router does not send " + message.getClass().getSimpleName());
    }
  }

  /** The attempt that is going on has been closed. */
  void closed(Connection c, CloseReason reason) {
    failed(
        c,
        new ClaspException(
            reason.code() == CloseReason.POLICY ? Kind.REFUSED : Kind.UNREACHABLE,
            c.uri() + " closed the connection before WELCOME" + Exchange.because(reason)));
  }

  private void failed(Connection c, ClaspException why) {
    if (c != pending) {
      return;
    }
    pending = null;
    cancelTimers();
    c.close(CloseReason.NORMAL, "");
    if (why.kind() == Kind.REFUSED && why.code().isPresent()) {
      refused(c, why);
    } else if (++tried < config.uris().size()) {
      dialNext();
    } else {
      roundFailed(why);
    }
  }

  /** Trying again makes sense only with another token. */
  private void refused(Connection c, ClaspException why) {
    if (!config.tokenMayChange()) {
      owner.gaveUp(why);
      return;
    }
    refusal = why;
    refusedToken = c.token();
    if (!tokenRetried) {
      tokenRetried = true;
      dialNext();
    } else {
      roundFailed(why);
    }
  }

  private static ClaspException refusalOf(Connection c, Message.Error error) {
    String text = c.uri() + " refuses the connection: " + Exchange.text(error);
    return switch (error.code()) {
      case ErrorCode.UNAUTHORIZED, ErrorCode.FORBIDDEN ->
          new ClaspException(
              Kind.REFUSED,
              text
                  + (c.token().isEmpty()
                      ? ". It wants a token, and none was given"
                      : ". Check the token"),
              error.code(),
              null);
      case ErrorCode.TOKEN_EXPIRED ->
          new ClaspException(Kind.REFUSED, text + ". Ask for a new token", error.code(), null);
      default -> new ClaspException(Kind.REJECTED, text, error.code(), null);
    };
  }

  private void cancelTimers() {
    if (attemptTimer != null) {
      attemptTimer.cancel();
      attemptTimer = null;
    }
    if (roundTimer != null) {
      roundTimer.cancel();
      roundTimer = null;
    }
  }
}
