package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.testkit.RawPeer;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pages on a port of their own, on real sockets. */
@Timeout(120)
class PageServerTest {

  @TempDir Path folder;

  private final EventLoops loops = EventLoops.create("pages", 1);
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  @AfterEach
  void stop() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
    loops.close();
  }

  private <T extends AutoCloseable> T keep(T closeable) {
    open.push(closeable);
    return closeable;
  }

  private PageServer start(int port, ConnectionLimits limits, Optional<ServerTls> tls) {
    PageServer server =
        keep(
            new PageServer(
                "127.0.0.1",
                port,
                loops,
                limits,
                TrustedProxies.NONE,
                tls,
                query ->
                    HttpReply.text(
                        200, query.method() + " " + query.path() + " " + query.body().length)));
    server.start();
    return server;
  }

  private PageServer start() {
    return start(0, ConnectionLimits.DEFAULT, Optional.empty());
  }

  private static URI page(PageServer server, String scheme, String path) {
    return URI.create(scheme + "://localhost:" + server.address().getPort() + path);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return keep(HttpClient.newHttpClient()).send(request.build(), BodyHandlers.ofString());
  }

  @Test
  void servesPages() throws Exception {
    PageServer server = start();

    HttpResponse<String> answer =
        send(
            HttpRequest.newBuilder(page(server, "http", "/a?b=c"))
                .method("PUT", HttpRequest.BodyPublishers.ofString("12345")));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("PUT /a 5");
    assertThat(server.count(ConnectionCounter.ACCEPTED)).isPositive();
  }

  @Test
  void servesNothingElse() throws Exception {
    PageServer server = start();

    try (RawPeer peer = RawPeer.connect(server.address())) {
      assertThat(peer.send(RawPeer.UPGRADE).readHead()).startsWith("HTTP/1.1 403 ");
    }
    try (RawPeer peer = RawPeer.connect(server.address())) {
      peer.sendMessage(new byte[] {0x53, 1, 0, 1, 1});
      assertThat(peer.readToEnd()).isEmpty();
    }
    assertThat(server.count(ConnectionCounter.REFUSED_DISABLED)).isEqualTo(2);
  }

  @Test
  void aBodyMayBeAsLongAsTheLimitsSay() throws Exception {
    PageServer server = start(0, ConnectionLimits.DEFAULT.withMaxBody(100), Optional.empty());

    for (int length : new int[] {100, 101}) {
      HttpResponse<String> answer =
          send(
              HttpRequest.newBuilder(page(server, "http", "/"))
                  .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[length])));
      assertThat(answer.statusCode()).isEqualTo(length == 100 ? 200 : 413);
    }
  }

  @Test
  void servesPagesOverTls() throws Exception {
    Certificates ours = Certificates.create(folder);
    PageServer server =
        start(
            0,
            ConnectionLimits.DEFAULT,
            Optional.of(
                ServerTls.of(
                    new ServerTls.Source(
                        ours.pem(),
                        ours.keyPem(),
                        Optional.empty(),
                        ServerTls.Clients.NOT_ASKED))));

    HttpClient client = keep(HttpClient.newBuilder().sslContext(trusting(ours)).build());

    assertThat(
            client
                .send(
                    HttpRequest.newBuilder(page(server, "https", "/x")).build(),
                    BodyHandlers.ofString())
                .body())
        .isEqualTo("GET /x 0");
    assertThat(server.count(ConnectionCounter.TLS)).isEqualTo(1);
  }

  private static SSLContext trusting(Certificates ours) throws Exception {
    java.security.KeyStore store = java.security.KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("ours", ours.certificate());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  @Test
  void aPortInUseIsSaid() {
    PageServer first = start();

    assertThatThrownBy(
            () -> start(first.address().getPort(), ConnectionLimits.DEFAULT, Optional.empty()))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("the address is in use");
  }

  @Test
  void stopsAcceptingFirstAndEndsConnectionsThen() throws Exception {
    PageServer server = start();
    RawPeer peer = keep(RawPeer.connect(server.address()));
    peer.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n").readAnswer();

    server.stopAccepting();

    assertThatThrownBy(() -> RawPeer.connect(server.address()))
        .isInstanceOf(ConnectException.class);
    server.close();
    server.close();
    assertThat(peer.readToEnd()).isEmpty();
  }
}
