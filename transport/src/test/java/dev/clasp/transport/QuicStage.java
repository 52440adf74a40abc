package dev.clasp.transport;

import dev.clasp.testkit.CertificateMaker;
import dev.clasp.testkit.CertificateMaker.Issued;
import dev.clasp.testkit.CertificateMaker.Kind;
import dev.clasp.transport.ServerTls.Clients;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/** QUIC servers and clients in one process, with certificates of an authority of their own. */
final class QuicStage {

  static final Issued ROOT = CertificateMaker.root("Test root");

  /** Signed by somebody in between, for this machine by name and by address. */
  static final Issued SERVER =
      ROOT.issue(Kind.AUTHORITY, "In between").issue(Kind.LEAF, "localhost", "127.0.0.1", "::1");

  final Path folder;
  final EventLoops loops = EventLoops.create("test", 2);
  private final List<AutoCloseable> open = new ArrayList<>();

  QuicStage(Path folder) {
    this.folder = folder;
  }

  <T extends AutoCloseable> T keep(T closeable) {
    open.add(closeable);
    return closeable;
  }

  ServerTls tls(Issued identity) {
    return tls(identity, Clients.NOT_ASKED);
  }

  /** Clients have certificates of the same root. */
  ServerTls tls(Issued identity, Clients clients) {
    identity.write(folder, "server");
    ROOT.write(folder, "root");
    return ServerTls.of(
        new ServerTls.Source(
            folder.resolve("server.pem"),
            folder.resolve("server.key"),
            clients == Clients.NOT_ASKED
                ? Optional.empty()
                : Optional.of(folder.resolve("root.pem")),
            clients));
  }

  static TlsIdentity identity(Issued issued) {
    return new TlsIdentity(issued.keys().getPrivate(), issued.chain());
  }

  /** A client that knows the root. */
  static ClientTls trusting() {
    return ClientTls.trusting(new ClientTls.Trust.Authorities(List.of(ROOT.certificate())));
  }

  /** A server with long deadlines: what a test waits for is not a matter of time. */
  QuicServer start(LinkAcceptor acceptor) {
    return start(acceptor, UnaryOperator.identity(), UnaryOperator.identity());
  }

  QuicServer start(
      LinkAcceptor acceptor,
      UnaryOperator<ConnectionLimits> limits,
      UnaryOperator<QuicConfig> config) {
    return start(lobby(acceptor, limits), config.apply(QuicConfig.of("127.0.0.1", 0, tls(SERVER))));
  }

  QuicServer start(Lobby lobby, QuicConfig config) {
    QuicServer server = (QuicServer) keep(QuicServer.with(config).create(lobby, loops));
    server.start();
    return server;
  }

  static Lobby lobby(LinkAcceptor acceptor, UnaryOperator<ConnectionLimits> limits) {
    return new Lobby(
        limits.apply(ConnectionLimits.DEFAULT.withHandshake(Duration.ofMinutes(10))),
        TrustedProxies.NONE,
        acceptor);
  }

  CompletableFuture<FrameLink> dial(String url, DialOptions options, LinkAcceptor acceptor) {
    return LinkClient.connect(URI.create(url), loops, options, acceptor);
  }

  CompletableFuture<FrameLink> dial(QuicServer server, LinkAcceptor acceptor) {
    return dial(
        "quic://localhost:" + server.address().getPort(),
        DialOptions.DEFAULT.withTls(trusting()).withTimeout(Duration.ofSeconds(20)),
        acceptor);
  }

  FrameLink connect(QuicServer server, Recorder recorder) throws Exception {
    FrameLink link = dial(server, recorder).get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
    keep(() -> link.close(new dev.clasp.protocol.CloseReason(1000, "")));
    return link;
  }

  /** Why there is no link. */
  static TransportException failure(CompletableFuture<FrameLink> dial) throws Exception {
    try {
      dial.get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TransportException failure) {
        return failure;
      }
      throw e;
    } catch (TimeoutException e) {
      throw new AssertionError("neither a link nor a failure", e);
    }
    throw new AssertionError("connected");
  }

  /** On the loop of the link. */
  static void write(FrameLink link, byte[] frames) {
    link.loop().execute(() -> link.write(frames, 0, frames.length));
  }

  void end() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
    loops.close();
  }
}
