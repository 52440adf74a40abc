package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Value;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.NetworkConfig;
import dev.clasp.server.ServerConfig;
import dev.clasp.testkit.CertificateMaker;
import dev.clasp.testkit.CertificateMaker.Issued;
import dev.clasp.testkit.CertificateMaker.Kind;
import dev.clasp.transport.ClientTls;
import dev.clasp.transport.DialOptions;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.FrameLink;
import dev.clasp.transport.FrameListener;
import dev.clasp.transport.LinkClient;
import dev.clasp.transport.QuicConfig;
import dev.clasp.transport.QuicServer;
import dev.clasp.transport.ServerTls;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * CLASP over QUIC with a peer that shares no code with ours, aioquic, and with our own client. The
 * server is the real one, inside this process.
 */
@Timeout(120)
class QuicPeersTest {

  private static final Issued ROOT = CertificateMaker.root("Test root");

  @TempDir Path folder;
  private ClaspServer server;

  @BeforeEach
  void start() {
    ROOT.write(folder, "root");
    ROOT.issue(Kind.AUTHORITY, "In between")
        .issue(Kind.LEAF, "localhost", "127.0.0.1")
        .write(folder, "server");
    ServerTls tls =
        ServerTls.of(
            new ServerTls.Source(
                folder.resolve("server.pem"),
                folder.resolve("server.key"),
                Optional.empty(),
                ServerTls.Clients.NOT_ASKED));
    server =
        ClaspServer.start(
            ServerConfig.DEFAULT
                .withPort(0)
                .withNetwork(
                    NetworkConfig.DEFAULT.withListeners(
                        List.of(QuicServer.with(QuicConfig.of("127.0.0.1", 0, tls))))));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private URI quic() {
    return server.urls().stream()
        .filter(url -> url.startsWith("quic:"))
        .map(URI::create)
        .findFirst()
        .orElseThrow();
  }

  private QuicPeer client(String protocol) {
    return QuicPeer.client(protocol, quic().getPort(), folder.resolve("root.pem"));
  }

  private ClaspClient java(String name) {
    return ClaspClient.builder(quic())
        .name(name)
        .connectTimeout(Patience.START)
        .requestTimeout(Patience.LIMIT)
        .tls(ClientTls.authorities(folder.resolve("root.pem")))
        .connectBlocking();
  }

  private static QuicPeer welcomed(QuicPeer peer) {
    peer.send(Frames.hello("aioquic"));
    peer.await(Message.Welcome.class, _ -> true);
    return peer;
  }

  private static boolean sets(Message.SetValue set, String address, Value value) {
    return set.address().equals(address) && set.value().equals(value);
  }

  @Test
  void anIndependentClientIsWelcomedSetsHearsItsEchoAndCloses() {
    try (QuicPeer peer = client("clasp/2")) {
      assertThat(peer.await("connected ")).isEqualTo("clasp/2");
      welcomed(peer).send(Frames.subscribe(1, "/quic/**"));
      peer.send(Frames.set("/quic/level", 0.5));
      peer.await(Message.SetValue.class, set -> sets(set, "/quic/level", Value.of(0.5)));

      peer.say("finish");
      // Mostly after the end of our side of the stream, which no one is promised: the end of the
      // connection may overtake it.
      assertThat(peer.await("closed ")).isEqualTo("application 0 ");
    }
  }

  /** Transports.md 14: 50 kB, which the reference loses. */
  @Test
  void aLargeValueGoesThroughInBothDirections() {
    byte[] bytes = new byte[50_000];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31);
    }
    Value large = Value.of(bytes);
    try (QuicPeer peer = client("clasp");
        ClaspClient other = java("other")) {
      welcomed(peer).send(Frames.subscribe(1, "/large/**"));
      peer.send(Frames.set("/large/a", large));
      peer.await(Message.SetValue.class, set -> sets(set, "/large/a", large));
      assertThat(other.blocking().get("/large/a"))
          .hasValueSatisfying(found -> assertThat(found.value()).isEqualTo(large));

      other.blocking().set("/large/b", large);
      peer.await(Message.SetValue.class, set -> sets(set, "/large/b", large));
    }
  }

  @Test
  void framesThatComeByteByByteAreFrames() {
    try (QuicPeer peer = client("clasp/2")) {
      welcomed(peer)
          .say(
              "send-bytewise "
                  + java.util.HexFormat.of()
                      .formatHex(dev.clasp.protocol.FrameCodec.encode(new Message.Ping())));
      peer.await(Message.Pong.class, _ -> true);
    }
  }

  /** The client really moves: another socket, and a connection id that nobody has seen. */
  @Test
  void aSessionSurvivesTheMoveOfAnIndependentClient() {
    try (QuicPeer peer = client("clasp/2")) {
      welcomed(peer).send(Frames.subscribe(1, "/move/**"));
      for (int i = 0; i < 3; i++) {
        double value = i;
        peer.send(Frames.set("/move/x", value));
        peer.await(Message.SetValue.class, set -> sets(set, "/move/x", Value.of(value)));
        peer.say("move");
        peer.await("moved " + i);
      }
      peer.send(Frames.set("/move/x", 99));
      peer.await(Message.SetValue.class, set -> sets(set, "/move/x", Value.of(99.0)));
      assertThat(server.router().sessionStatus())
          .singleElement()
          .satisfies(session -> assertThat(session.transport()).isEqualTo("quic"));
    }
  }

  @Test
  void aServerThatStopsSaysSo() {
    try (QuicPeer peer = client("clasp/2")) {
      welcomed(peer);
      server.close();

      assertThat(peer.await("closed ")).startsWith("application 4");
    }
  }

  @Test
  void garbageIsClosedWithCodeOne() {
    try (QuicPeer peer = client("clasp/2")) {
      peer.say("send 47455420");

      assertThat(peer.await("closed "))
          .isEqualTo("application 1 a frame must begin with 0x53, not 0x47");
    }
  }

  @Test
  void ourClientsSpeakToEachOther() {
    try (ClaspClient writer = java("writer");
        ClaspClient reader = java("reader")) {
      writer.blocking().set("/java/x", 0.25);
      assertThat(reader.blocking().get("/java/x"))
          .hasValueSatisfying(found -> assertThat(found.value()).isEqualTo(Value.of(0.25)));
    }
  }

  /** The other way round: our client, their server. */
  @Test
  void ourClientSpeaksWithAnIndependentServer() throws Exception {
    try (QuicPeer peer =
            QuicPeer.server(folder.resolve("server.pem"), folder.resolve("server.key"));
        EventLoops loops = EventLoops.create("quic", 1)) {
      int port = Integer.parseInt(peer.await("listening "));
      Received<byte[]> frames = new Received<>("the echo");
      FrameLink link =
          LinkClient.connect(
                  URI.create("quic://127.0.0.1:" + port),
                  loops,
                  DialOptions.DEFAULT.withTls(ClientTls.authorities(folder.resolve("root.pem"))),
                  _ ->
                      new FrameListener() {
                        @Override
                        public void frame(byte[] b, int offset, int length) {
                          frames.add(Arrays.copyOfRange(b, offset, offset + length));
                        }

                        @Override
                        public void closed(dev.clasp.protocol.CloseReason reason) {
                          frames.end(reason.toString());
                        }
                      })
              .get(30, TimeUnit.SECONDS);
      byte[] sent = new byte[65_539];
      sent[0] = 0x53;
      sent[1] = 1;
      sent[2] = -1;
      sent[3] = -1;
      link.loop().execute(() -> link.write(sent, 0, sent.length));

      assertThat(frames.awaitFirst("echo", _ -> true)).isEqualTo(sent);
      link.close(new dev.clasp.protocol.CloseReason(1000, "done"));
      assertThat(peer.await("closed ")).isEqualTo("application 0 done");
    }
  }
}
