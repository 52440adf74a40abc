package dev.clasp.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Feature;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Value;
import dev.clasp.transport.Backoff;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A client with fake time and a fake network; everything happens on the thread of the test. */
final class Rig {

  static final URI FIRST = URI.create("ws://one:1");
  static final URI SECOND = URI.create("ws://two:2");

  final ManualReactor reactor = new ManualReactor();
  final FakeDialer dialer = new FakeDialer(reactor);
  final List<ClientEvent> events = new ArrayList<>();

  // Settings, to be changed before start().
  List<URI> uris = List.of(FIRST);
  Supplier<String> tokens = () -> "";
  boolean tokenMayChange;
  boolean reconnect = true;
  boolean awaitRouter;
  Backoff backoff = new Backoff(Duration.ofSeconds(1), 2, Duration.ofSeconds(4), false, 0);
  OfflinePolicy offline = OfflinePolicy.BUFFER;
  int maxWaitingBytes = 1 << 20;
  int maxViewParameters = 1000;
  long maxViewBytes = 1 << 20;
  boolean clockSync;
  Executor dispatcher = Runnable::run;
  Executor completer = Runnable::run;
  Executor background = Runnable::run;

  private @Nullable Conductor conductor;
  private @Nullable CompletableFuture<Conductor> started;
  private @Nullable ClaspClient client;

  /** A client that is connected to a fake router. */
  static Rig connected() {
    Rig rig = new Rig();
    rig.connect();
    return rig;
  }

  /** Starts, lets the network open, and says WELCOME. */
  Rig connect() {
    start();
    welcome();
    assertThat(started()).isCompleted();
    return this;
  }

  CompletableFuture<Conductor> start() {
    Conductor c =
        new Conductor(
            new ClientConfig(
                uris,
                "rig",
                EnumSet.of(Feature.PARAM, Feature.EVENT),
                tokens,
                tokenMayChange,
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                reconnect,
                awaitRouter,
                backoff,
                events::add,
                offline,
                maxWaitingBytes,
                maxViewParameters,
                maxViewBytes,
                clockSync),
            reactor,
            dialer,
            new Threads(dispatcher, completer, background, () -> {}),
            new SplittableRandom(1));
    conductor = c;
    client = new ClaspClient(c);
    CompletableFuture<Conductor> future = c.start();
    started = future;
    reactor.run();
    return future;
  }

  CompletableFuture<Conductor> started() {
    return nonNull(started);
  }

  ClaspClient client() {
    return nonNull(client);
  }

  Conductor conductor() {
    return nonNull(conductor);
  }

  /** The newest connection. */
  FakeLink link() {
    return dialer.links().getLast();
  }

  /** The router of the newest connection greets; what was sent so far, HELLO, is taken. */
  void welcome() {
    assertThat(link().takeSent()).hasSize(1).first().isInstanceOf(Message.Hello.class);
    link().says(welcome("session-" + dialer.links().size()));
  }

  Message.Welcome welcome(String session) {
    return new Message.Welcome(
        1,
        EnumSet.of(Feature.PARAM),
        reactor.unixMicros(),
        session,
        "fake router",
        Optional.empty());
  }

  /** What the client has sent since the last call. */
  List<Message> sent() {
    return link().takeSent();
  }

  private static <T> T nonNull(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("not started");
    }
    return value;
  }

  // --- messages of a router ----------------------------------------------------------------------

  static Message.Ack ack(String address, long revision) {
    return new Message.Ack(
        Optional.of(address),
        OptionalLong.of(revision),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty());
  }

  static Message.Ack announceAck(String namespace) {
    return new Message.Ack(
        Optional.of(namespace),
        OptionalLong.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty());
  }

  static Message.Ack bundleAck(long revision) {
    return new Message.Ack(
        Optional.empty(),
        OptionalLong.of(revision),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty());
  }

  static Message.Error error(int code, String message, String address) {
    return new Message.Error(code, message, Optional.of(address), OptionalInt.empty());
  }

  static Message.Error error(int code, String message) {
    return new Message.Error(code, message, Optional.empty(), OptionalInt.empty());
  }

  static Message.SetValue set(String address, double value, long revision) {
    return new Message.SetValue(
        address, Value.of(value), OptionalLong.of(revision), false, false, Optional.empty());
  }

  static Message.Snapshot snapshot(Message.Parameter... entries) {
    return new Message.Snapshot(List.of(entries));
  }

  static Message.Parameter entry(String address, double value, long revision) {
    return new Message.Parameter(
        address,
        Value.of(value),
        revision,
        Optional.of("writer"),
        OptionalLong.of(ManualReactor.START_MICROS));
  }
}
