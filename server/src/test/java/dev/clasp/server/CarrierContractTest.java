package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Feature;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.router.RouterConfig;
import dev.clasp.security.OwnCertificate;
import dev.clasp.testkit.RawPeer;
import dev.clasp.testkit.RawPeer.Carrier;
import dev.clasp.transport.ConnectionLimits;
import dev.clasp.transport.ServerTls;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every carrier of frames must do alike, with the real router behind it. */
@Timeout(180)
class CarrierContractTest {

  /** Largest payload that goes over every carrier: 65,536 with the header (transports.md 1.5). */
  private static final int LARGEST = 65_532;

  private static final ServerTls CERTIFICATE = certificate();

  private final List<AutoCloseable> open = new ArrayList<>();
  private final ClaspServer server = start(RouterConfig.builder().maxMessagesPerSecond(0).build());

  private static ClaspServer start(RouterConfig router) {
    return ClaspServer.start(
        ServerConfig.DEFAULT
            .withPort(0)
            .withNetwork(
                NetworkConfig.DEFAULT
                    .withTls(CERTIFICATE, false)
                    // While a loop has a flood to handle, an upgrade may take its time.
                    .withLimits(ConnectionLimits.DEFAULT.withHandshake(Duration.ofMinutes(1))))
            .withRouter(router));
  }

  private static ServerTls certificate() {
    try {
      Path folder = Files.createTempDirectory("clasp-contract");
      Path certificate = folder.resolve("cert.pem");
      Path key = folder.resolve("key.pem");
      OwnCertificate made =
          OwnCertificate.make(
              new OwnCertificate.Request(
                  OwnCertificate.Use.SERVER, "localhost", List.of("localhost"), Duration.ofDays(1)),
              Instant.now(),
              new SecureRandom());
      Files.writeString(certificate, made.certificatePem());
      Files.writeString(key, made.keyPem());
      ServerTls tls =
          ServerTls.of(
              new ServerTls.Source(
                  certificate, key, Optional.empty(), ServerTls.Clients.NOT_ASKED));
      Files.delete(certificate);
      Files.delete(key);
      Files.delete(folder);
      return tls;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
    server.close();
  }

  // --- peers -------------------------------------------------------------------------------------

  private RawPeer connect(Carrier carrier) throws IOException {
    return connect(server, carrier);
  }

  private RawPeer connect(ClaspServer to, Carrier carrier) throws IOException {
    RawPeer peer = RawPeer.open(to.address(), carrier);
    open.add(peer);
    return peer;
  }

  private static byte[] hello(String name) {
    Set<Feature> features = EnumSet.allOf(Feature.class);
    return FrameCodec.encode(
        new Message.Hello(1, features, name, Optional.empty(), Optional.empty()));
  }

  /** With WELCOME and SNAPSHOT behind it. */
  private RawPeer welcomed(Carrier carrier) throws IOException {
    RawPeer peer = connect(carrier).sendMessage(hello("contract"));
    next(peer, Message.Welcome.class);
    next(peer, Message.Snapshot.class);
    return peer;
  }

  private static Message next(RawPeer peer) throws IOException {
    byte[] frame = peer.readMessage();
    FrameCodec.Frame decoded = FrameCodec.decode(frame, 0, frame.length);
    assertThat(decoded.length()).as("one frame, and nothing behind it").isEqualTo(frame.length);
    return decoded.message();
  }

  private static <T extends Message> T next(RawPeer peer, Class<T> kind) throws IOException {
    Message message = next(peer);
    assertThat(message).isInstanceOf(kind);
    return kind.cast(message);
  }

  /** Asks for no acknowledgement. */
  private static void say(RawPeer peer, Message message) throws IOException {
    peer.sendMessage(FrameCodec.encode(message, Qos.FIRE));
  }

  private static byte[] subscribe(String pattern) {
    return FrameCodec.encode(
        new Message.Subscribe(1, pattern, SignalType.ALL_MASK, Message.SubscribeOptions.NONE));
  }

  private static Message.Publish publish(String address, SignalType type, GesturePhase phase) {
    return new Message.Publish(
        address,
        type,
        phase,
        Message.Content.of(Value.of("go")),
        OptionalLong.empty(),
        type == SignalType.GESTURE ? OptionalInt.of(3) : OptionalInt.empty(),
        OptionalInt.empty());
  }

  /** Everything that was sent before has been handled. */
  private static void settle(RawPeer peer) throws IOException {
    say(peer, new Message.Ping());
    next(peer, Message.Pong.class);
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TestClient.LIMIT_SECONDS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  private boolean sessionsAre(int count) {
    return server.router().sessionStatus().size() == count;
  }

  // --- messages ----------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(Carrier.class)
  void connectsAndTellsItsTransport(Carrier carrier) throws Exception {
    welcomed(carrier);

    assertThat(server.router().sessionStatus())
        .singleElement()
        .satisfies(session -> {
          assertThat(session.transport())
              .isEqualTo(
                  switch (carrier) {
                    case WEBSOCKET -> "websocket";
                    case TCP -> "tcp";
                    case WEBSOCKET_TLS -> "websocket+tls";
                    case TCP_TLS -> "tcp+tls";
                  });
          assertThat(session.peer()).startsWith("127.0.0.1:");
        });
  }

  @ParameterizedTest
  @EnumSource(Carrier.class)
  void everyKindOfMessageGoesThrough(Carrier carrier) throws Exception {
    RawPeer peer = welcomed(carrier);
    RawPeer other = welcomed(carrier).sendMessage(subscribe("/**"));
    settle(other);
    Message.Publish event = publish("/event", SignalType.EVENT, GesturePhase.START);

    peer.sendMessage(FrameCodec.encode(TestClient.set("/set", Value.of(21.5)), Qos.CONFIRM));
    assertThat(next(peer, Message.Ack.class).address()).hasValue("/set");
    assertThat(next(other, Message.SetValue.class).value()).isEqualTo(Value.of(21.5));
    say(peer, new Message.Get("/set"));
    assertThat(next(peer, Message.Snapshot.class).parameters()).hasSize(1);
    say(peer, new Message.Get("/nothing"));
    assertThat(next(peer, Message.Error.class).code()).isEqualTo(404);

    say(peer, event);
    assertThat(next(other, Message.Publish.class)).isEqualTo(event);
    for (GesturePhase phase : List.of(GesturePhase.START, GesturePhase.END)) {
      Message.Publish gesture = publish("/gesture", SignalType.GESTURE, phase);
      say(peer, gesture);
      assertThat(next(other, Message.Publish.class).phase()).isEqualTo(phase);
    }

    say(peer, new Message.Sync(17, OptionalLong.empty(), OptionalLong.empty()));
    assertThat(next(peer, Message.Sync.class).t1Micros()).isEqualTo(17);
    say(
        peer,
        new Message.Announce(
            "/ns",
            List.of(
                new Message.SignalDefinition(
                    "/ns/a",
                    SignalType.PARAM,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty())),
            Map.of()));
    next(peer, Message.Ack.class);
    say(peer, new Message.Query("/ns/**"));
    assertThat(next(peer, Message.Result.class).signals()).hasSize(1);
    peer.sendMessage(
        FrameCodec.encode(
            new Message.Bundle(
                List.of(TestClient.set("/b/1", Value.of(1)), TestClient.set("/b/2", Value.of(2))),
                OptionalLong.empty()),
            Qos.COMMIT));
    next(peer, Message.Ack.class);
    assertThat(next(other, Message.SetValue.class).address()).isEqualTo("/b/1");
    assertThat(next(other, Message.SetValue.class).address()).isEqualTo("/b/2");

    say(other, new Message.Unsubscribe(1));
    settle(other);
    say(peer, TestClient.set("/set", Value.of(1)));
    settle(peer);
    settle(other);
  }

  @ParameterizedTest
  @EnumSource(Carrier.class)
  void theLargestFrameGoesBothWays(Carrier carrier) throws Exception {
    RawPeer peer = welcomed(carrier);
    peer.sendMessage(subscribe("/large"));
    settle(peer);
    // A SET comes back with its revision, eight bytes longer.
    byte[] bytes = new byte[LARGEST - 8 - "/large".length() - 6];
    Arrays.fill(bytes, (byte) 'x');
    byte[] frame = FrameCodec.encode(TestClient.set("/large", Value.of(bytes)), Qos.FIRE);
    assertThat(frame.length).isLessThanOrEqualTo(LARGEST + 4 - 8);
    peer.sendMessage(frame);

    assertThat(next(peer, Message.SetValue.class).value()).isEqualTo(Value.of(bytes));
  }

  /** Frames of the largest size, and one byte more (T-03). */
  @ParameterizedTest
  @EnumSource(Carrier.class)
  void aMessageAboveTheLimitIsTheEnd(Carrier carrier) throws Exception {
    RawPeer peer = welcomed(carrier);
    byte[] tooLong = new byte[carrier.webSocket() ? 65_548 : 65_537];
    try {
      peer.sendMessage(tooLong);
    } catch (SocketException e) {
      // Closed before it had read everything.
    }
    if (carrier.webSocket()) {
      assertThat(peer.read().code()).isEqualTo(CloseReason.TOO_BIG);
      peer.close();
    } else {
      assertThat(peer.readToEnd()).isEmpty();
    }
    await("the session ends", () -> sessionsAre(0));
  }

  @ParameterizedTest
  @EnumSource(Carrier.class)
  void streamsMayBeCutAtEveryByte(Carrier carrier) throws Exception {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (byte[] frame :
        List.of(
            hello("cut"),
            subscribe("/cut"),
            FrameCodec.encode(TestClient.set("/cut", Value.of("value")), Qos.FIRE),
            FrameCodec.encode(new Message.Ping()))) {
      stream.writeBytes(carrier.wrap(frame));
    }
    byte[] all = stream.toByteArray();
    for (int cut = 1; cut < all.length; cut++) {
      try (RawPeer peer = RawPeer.open(server.address(), carrier)) {
        peer.send(Arrays.copyOf(all, cut));
        peer.send(Arrays.copyOfRange(all, cut, all.length));
        next(peer, Message.Welcome.class);
        Message message = next(peer);
        while (message instanceof Message.Snapshot) {
          message = next(peer);
        }
        assertThat(message).as("cut at " + cut).isInstanceOf(Message.SetValue.class);
        next(peer, Message.Pong.class);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Carrier.class)
  void aStreamMayComeByteForByte(Carrier carrier) throws Exception {
    RawPeer peer = welcomed(carrier);
    byte[] frame =
        carrier.wrap(FrameCodec.encode(TestClient.set("/drip", Value.of("drop")), Qos.CONFIRM));
    for (byte b : frame) {
      peer.send(new byte[] {b});
    }
    assertThat(next(peer, Message.Ack.class).address()).hasValue("/drip");
  }

  // --- ends --------------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(Carrier.class)
  void aCrashEndsTheSession(Carrier carrier) throws Exception {
    RawPeer peer = welcomed(carrier);
    RawPeer other = welcomed(carrier);
    // In the middle of a frame.
    peer.send(Arrays.copyOf(carrier.wrap(hello("again")), 9));
    assertThat(sessionsAre(2)).isTrue();
    peer.crash();

    await("the session ends", () -> sessionsAre(1));
    settle(other);
  }

  @ParameterizedTest
  @EnumSource(Carrier.class)
  void whoNeverSaysHelloIsToldAndReallyClosed(Carrier carrier) throws Exception {
    // Only here: on a busy machine others would not be in time.
    ClaspServer impatient =
        start(RouterConfig.builder().handshakeNanos(TimeUnit.MILLISECONDS.toNanos(500)).build());
    open.add(impatient);
    RawPeer silent = connect(impatient, carrier);
    if (!carrier.webSocket()) {
      // One byte makes it a connection of CLASP, which then has the time for HELLO.
      silent.send(new byte[] {0});
    }
    assertThat(next(silent, Message.Error.class).code()).isEqualTo(400);
    assertThatThrownBy(silent::readMessage).isInstanceOf(EOFException.class);
  }

  @ParameterizedTest
  @EnumSource(Carrier.class)
  void whatIsNoFrameBeforeHelloIsTheEnd(Carrier carrier) throws Exception {
    for (byte[] bad : List.of(new byte[] {1}, "GET / HTTP".getBytes("ASCII"), new byte[5000])) {
      RawPeer peer = connect(carrier).sendMessage(bad);
      assertThatThrownBy(peer::readMessage).isInstanceOf(EOFException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(Carrier.class)
  void whatIsNoFrameAfterHelloIsAnErrorAndTheConnectionGoesOn(Carrier carrier) throws Exception {
    RawPeer peer = welcomed(carrier).sendMessage(new byte[] {0x53, 1, 0, 1, 1});
    assertThat(next(peer, Message.Error.class).code()).isEqualTo(400);
    settle(peer);
  }

  @ParameterizedTest
  @EnumSource(Carrier.class)
  void aStopIsToldBehindWhatWasSent(Carrier carrier) throws Exception {
    RawPeer peer = welcomed(carrier);
    peer.sendMessage(FrameCodec.encode(TestClient.set("/last", Value.of(1)), Qos.CONFIRM));
    next(peer, Message.Ack.class);
    Thread stopping = Thread.ofVirtual().start(server::close);

    Message.Error goodbye = next(peer, Message.Error.class);
    assertThat(goodbye.message()).startsWith("server shutting down, retry_after_ms=");
    assertThatThrownBy(peer::readMessage).isInstanceOf(EOFException.class);
    peer.close();
    stopping.join();
  }

  // --- load --------------------------------------------------------------------------------------

  /** Asks without end and reads nothing: it is not read any more, and the others do not wait. */
  @ParameterizedTest
  @EnumSource(Carrier.class)
  void aFloodDelaysNobodyElse(Carrier carrier) throws Exception {
    RawPeer flooding = welcomed(carrier);
    ByteArrayOutputStream questions = new ByteArrayOutputStream();
    for (int i = 0; i < 1000; i++) {
      questions.writeBytes(carrier.wrap(FrameCodec.encode(new Message.Query("/**"))));
    }
    Thread asking =
        Thread.ofVirtual()
            .start(() -> {
              try {
                for (int i = 0; i < 200; i++) {
                  flooding.send(questions.toByteArray());
                }
              } catch (IOException e) {
                // Stuck until closed.
              }
            });
    RawPeer other = welcomed(carrier);
    for (int i = 0; i < 500; i++) {
      settle(other);
    }
    flooding.close();
    asking.join();
  }

  @ParameterizedTest
  @EnumSource(Carrier.class)
  void aSlowReaderEndsOnTheNewestValueAndDelaysNobody(Carrier carrier) throws Exception {
    RawPeer slow = welcomed(carrier).sendMessage(subscribe("/slow/**"));
    settle(slow);
    RawPeer writer = welcomed(carrier);
    byte[] padding = new byte[1000];
    int writes = 20_000;
    for (int i = 1; i <= writes; i++) {
      List<Value> value = List.of(Value.of(i), Value.of(padding));
      say(writer, TestClient.set("/slow/" + i % 10, Value.of(value)));
      if (i % 1000 == 0) {
        settle(writer);
      }
    }
    int[] newest = new int[10];
    int seen = 0;
    while (Arrays.stream(newest).min().orElse(0) <= writes - 10) {
      if (next(slow) instanceof Message.SetValue set
          && set.value() instanceof Value.Array(List<Value> values)
          && values.getFirst() instanceof Value.Int(long number)) {
        int slot = (int) (number % 10);
        assertThat((int) number).as("never a step back").isGreaterThan(newest[slot]);
        newest[slot] = (int) number;
        seen++;
      }
    }
    assertThat(seen).as("what it could not take was left out").isLessThan(writes);
  }

  /** T-01, T-28: whatever does not speak has no effect on those who do. */
  @ParameterizedTest
  @EnumSource(Carrier.class)
  void aThousandWhoSayNothingKeepNobodyOut(Carrier carrier) throws Exception {
    byte[] half = Arrays.copyOf(carrier.wrap(hello("half")), 7);
    for (int i = 0; i < 1000; i++) {
      RawPeer peer = RawPeer.connect(server.address());
      open.add(peer);
      switch (i % 4) {
        case 0 -> {}
        case 1 -> peer.send("GET / HTTP/1.1\r\nHost: localh");
        case 2 -> peer.send(new byte[] {0, 0, 0, 40, 0x53});
        default -> peer.send(RawPeer.UPGRADE).send(half);
      }
    }
    settle(welcomed(carrier));
    settle(welcomed(carrier));
  }
}
