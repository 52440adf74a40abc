package dev.clasp.transport;

import static dev.clasp.transport.Wire.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Framing;
import dev.clasp.protocol.Qos;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for every transport: our client and our server on real sockets. */
class LinkContractTest {

  private static final long LIMIT_SECONDS = Recorder.LIMIT_SECONDS;

  /** The transports. */
  enum Over {
    WS,
    WSS,
    TCP,
    TLS,
    QUIC;

    private boolean secure() {
      return this == WSS || this == TLS;
    }

    /** Does the peer get the reason of our end? */
    private boolean tellsWhy() {
      return this != TCP && this != TLS;
    }

    private String url(int port) {
      return name().toLowerCase(java.util.Locale.ROOT) + "://localhost:" + port;
    }

    private int maxFrame() {
      // Without a time in it, which the frames of this test do not have.
      return Math.min(
          LinkClient.maxFrame(URI.create(url(1))),
          FrameDescriptor.HEADER_LENGTH + FrameDescriptor.MAX_PAYLOAD);
    }
  }

  @TempDir static Path folder;
  private static Certificates certificates;

  private final EventLoops loops = EventLoops.create("contract", 2);
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Recorder far = new Recorder();
  private final Recorder near = new Recorder();

  @BeforeAll
  static void makeCertificate() throws Exception {
    certificates = Certificates.create(folder);
  }

  @AfterEach
  void stop() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
    loops.close();
  }

  private <T extends AutoCloseable> T keep(T resource) {
    open.push(resource);
    return resource;
  }

  /** What the servers have in common. */
  private interface Server extends AutoCloseable {
    InetSocketAddress address();

    int connections();

    @Override
    void close();
  }

  private record MainPort(LinkServer server) implements Server {
    @Override
    public InetSocketAddress address() {
      return server.address();
    }

    @Override
    public int connections() {
      return server.connections();
    }

    @Override
    public void close() {
      server.close();
    }
  }

  private record QuicPort(QuicServer server) implements Server {
    @Override
    public InetSocketAddress address() {
      return server.address();
    }

    @Override
    public int connections() {
      return server.connections();
    }

    @Override
    public void close() {
      server.close();
    }
  }

  private Server server(Over over, LinkAcceptor acceptor) {
    if (over == Over.QUIC) {
      QuicServer quic =
          (QuicServer)
              QuicServer.with(QuicConfig.of("127.0.0.1", 0, certificates.serverTls()))
                  .create(
                      new Lobby(ConnectionLimits.DEFAULT, TrustedProxies.NONE, acceptor), loops);
      quic.start();
      return keep(new QuicPort(quic));
    }
    LinkServer.Builder builder =
        LinkServer.builder().host("127.0.0.1").loops(loops).acceptor(acceptor);
    if (over.secure()) {
      builder.tls(certificates.serverTls());
    }
    LinkServer server = builder.build();
    server.start();
    return keep(new MainPort(server));
  }

  private FrameLink connect(Over over, int port, LinkAcceptor acceptor) throws Exception {
    return LinkClient.connect(
            URI.create(over.url(port)),
            loops,
            DialOptions.DEFAULT.withTls(certificates.trusted()),
            acceptor)
        .get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  /** Over TCP, a server knows what a connection is when it has said something. */
  private FrameLink connectAndSay(Over over, int port, LinkAcceptor acceptor) throws Exception {
    FrameLink link = connect(over, port, acceptor);
    send(link, frame(8));
    far.awaitFrame();
    return link;
  }

  private static byte[] frame(int length) {
    byte[] b = bytes(length);
    FrameDescriptor.writeHeader(b, 0, Qos.FIRE, length - FrameDescriptor.HEADER_LENGTH);
    return b;
  }

  private static void send(FrameLink link, byte[] frame) {
    byte[] framed = new byte[Framing.MAX_PREFIX + frame.length];
    int prefix = link.framing().prefixLength(frame.length);
    link.framing().writePrefix(framed, 0, frame.length);
    System.arraycopy(frame, 0, framed, prefix, frame.length);
    link.loop().execute(() -> link.write(framed, 0, prefix + frame.length));
  }

  @ParameterizedTest
  @EnumSource
  void carriesFramesOfEverySizeBothWays(Over over) throws Exception {
    Server server = server(over, far);
    FrameLink link = connect(over, server.address().getPort(), near);
    int[] sizes = {4, 5, 12, 125, 126, 127, 1000, 16_384, 50_000, over.maxFrame()};
    for (int size : sizes) {
      send(link, frame(size));
      assertThat(far.awaitFrame()).as(size + " bytes there").isEqualTo(frame(size));
      send(far.link(), frame(size));
      assertThat(near.awaitFrame()).as(size + " bytes back").isEqualTo(frame(size));
    }
    assertThat(far.link().transport())
        .isEqualTo(
            switch (over) {
              case WS -> "websocket";
              case WSS -> "websocket+tls";
              case TCP -> "tcp";
              case TLS -> "tcp+tls";
              case QUIC -> "quic";
            });
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "QUIC")
  void carriesFramesThatArriveByteForByte(Over over) throws Exception {
    Server server = server(over, far);
    Meddler cable = keep(new Meddler(server.address(), 1));
    FrameLink link = connect(over, cable.port(), near);

    for (int size : new int[] {4, 300, 3000}) {
      send(link, frame(size));
      assertThat(far.awaitFrame()).isEqualTo(frame(size));
      send(far.link(), frame(size));
      assertThat(near.awaitFrame()).isEqualTo(frame(size));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFloodArrivesCompleteAndInOrder(Over over) throws Exception {
    int count = 20_000;
    CountDownLatch all = new CountDownLatch(count);
    AtomicInteger next = new AtomicInteger();
    AtomicBoolean inOrder = new AtomicBoolean(true);
    Server server =
        server(
            over,
            _ ->
                new FrameListener() {
                  @Override
                  public void frame(byte[] b, int offset, int length) {
                    int number = (b[offset + 4] & 0xff) << 16 | (b[offset + 5] & 0xff) << 8;
                    number |= b[offset + 6] & 0xff;
                    if (number != next.getAndIncrement()) {
                      inOrder.set(false);
                    }
                    all.countDown();
                  }

                  @Override
                  public void closed(CloseReason reason) {}
                });
    FrameLink link = connect(over, server.address().getPort(), near);

    for (int i = 0; i < count; i++) {
      byte[] numbered = frame(31);
      numbered[4] = (byte) (i >> 16);
      numbered[5] = (byte) (i >> 8);
      numbered[6] = (byte) i;
      send(link, numbered);
    }

    assertThat(all.await(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(inOrder).isTrue();
  }

  /** One that does not read is told apart from the others: only its own link is not writable. */
  @ParameterizedTest
  @EnumSource
  void aSlowReaderHoldsUpNobodyElse(Over over) throws Exception {
    Server server = server(over, far);
    connectAndSay(over, server.address().getPort(), near).pauseReading();
    FrameLink slow = far.link();
    while (slow.writable()) {
      CompletableFuture<Void> written = new CompletableFuture<>();
      byte[] frame = frame(60_000);
      send(slow, frame);
      slow.loop().execute(() -> written.complete(null));
      written.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    Recorder other = new Recorder();
    connectAndSay(over, server.address().getPort(), other);
    assertThat(far.link()).isNotEqualTo(slow);
    send(far.link(), frame(100));
    assertThat(other.awaitFrame()).isEqualTo(frame(100));

    near.link().resumeReading();
    assertThat(near.awaitFrame()).hasSize(60_000);
  }

  private static <T> T await(java.util.function.Supplier<Optional<T>> what) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (System.nanoTime() < deadline) {
      Optional<T> there = what.get();
      if (there.isPresent()) {
        return there.get();
      }
      LockSupport.parkNanos(1_000_000);
    }
    throw new AssertionError("it did not happen within " + LIMIT_SECONDS + " s");
  }

  @ParameterizedTest
  @EnumSource
  void whatWasWrittenArrivesBeforeTheEnd(Over over) throws Exception {
    Server server = server(over, far);
    FrameLink link = connectAndSay(over, server.address().getPort(), near);
    for (int i = 0; i < 100; i++) {
      send(link, frame(1000));
    }
    link.close(new CloseReason(CloseReason.NORMAL, "done"));

    CloseReason there = far.awaitEnd();
    assertThat(far.taken()).hasSize(100);
    assertThat(near.awaitEnd().code()).isEqualTo(CloseReason.NORMAL);
    assertThat(there.code()).isEqualTo(over.tellsWhy() ? CloseReason.NORMAL : CloseReason.NO_CODE);
    assertThat(await(() -> Optional.of(server.connections()).filter(n -> n == 0))).isZero();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "QUIC")
  void aCutCableEndsBothSides(Over over) throws Exception {
    Server server = server(over, far);
    Meddler cable = keep(new Meddler(server.address(), 4096));
    FrameLink link = connect(over, cable.port(), near);
    send(link, frame(10));
    far.awaitFrame();

    cable.cut();

    assertThat(near.awaitEnd().code()).isIn(CloseReason.ABNORMAL, CloseReason.NO_CODE);
    assertThat(far.awaitEnd().code()).isIn(CloseReason.ABNORMAL, CloseReason.NO_CODE);
  }

  /** A peer that vanished without a word does not keep us: closing takes two seconds at most. */
  @ParameterizedTest
  @EnumSource
  void closingADeadConnectionEnds(Over over) throws Exception {
    Server server = server(over, far);
    int port;
    Runnable goDead;
    if (over == Over.QUIC) {
      UdpRelay relay = keep(UdpRelay.to(server.address()));
      port = relay.port();
      goDead = relay::cut;
    } else {
      Meddler cable = keep(new Meddler(server.address(), 4096));
      port = cable.port();
      goDead = cable::goDead;
    }
    FrameLink link = connect(over, port, near);
    send(link, frame(10));
    far.awaitFrame();

    goDead.run();
    far.link().close(new CloseReason(CloseReason.GOING_AWAY, "bye"));

    assertThat(far.awaitEnd().code()).isEqualTo(CloseReason.GOING_AWAY);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "QUIC")
  void garbageEndsTheConnectionAndNothingElse(Over over) throws Exception {
    try (ErrorLog log = ErrorLog.open()) {
      Server server = server(over, far);
      // Who says nothing has five seconds, and a busy machine may need them for the garbage.
      connectAndSay(over, server.address().getPort(), near);
      byte[] garbage = new byte[4096];
      for (int first = 0; first < 256; first += 5) {
        Arrays.fill(garbage, (byte) first);
        try (var socket = new java.net.Socket("127.0.0.1", server.address().getPort())) {
          socket.getOutputStream().write(garbage);
        } catch (java.io.IOException e) {
          // Closed while we wrote: as it should be.
        }
      }
      send(near.link(), frame(10));
      assertThat(far.awaitFrame()).isNotEmpty();
      assertThat(log.lines()).noneMatch(line -> line.startsWith("ERROR"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void stoppingTheServerTellsEverybody(Over over) throws Exception {
    Server server = server(over, far);
    connectAndSay(over, server.address().getPort(), near);

    server.close();

    CloseReason told = near.awaitEnd();
    assertThat(told.code())
        .isEqualTo(over.tellsWhy() ? CloseReason.GOING_AWAY : CloseReason.NO_CODE);
  }
}
