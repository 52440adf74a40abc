package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.testkit.Eventually;
import dev.clasp.testkit.PeerProgram;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages and streams over every version of HTTP, to clients that others have written. */
@Timeout(180)
class HttpPeersTest {

  private static final String CURL = "apt-get install curl";
  private static final String NODE = "apt-get install nodejs";

  @TempDir Path folder;

  private final EventLoops loops = EventLoops.create("peers", 2);
  private final Queue<HttpBody> streams = new ConcurrentLinkedQueue<>();
  private final AtomicInteger ended = new AtomicInteger();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private Certificates ours;
  private LinkServer server;

  @BeforeEach
  void start() throws Exception {
    ours = Certificates.create(folder);
    server =
        keep(
            LinkServer.builder()
                .loops(loops)
                .host("127.0.0.1")
                .limits(ConnectionLimits.DEFAULT.withMaxBody(2 << 20))
                .acceptor(new Recorder())
                .tls(
                    ServerTls.of(
                        new ServerTls.Source(
                            ours.pem(),
                            ours.keyPem(),
                            Optional.empty(),
                            ServerTls.Clients.NOT_ASKED)))
                .http(this::page)
                .build());
    server.start();
  }

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

  private HttpReply page(HttpQuery query) {
    return switch (query.path()) {
      case "/large" -> HttpReply.text(200, "all the same ".repeat(5000));
      case "/events" ->
          HttpReply.stream(
              200,
              "text/event-stream",
              body -> {
                body.whenEnded(ended::incrementAndGet);
                body.write("data: hello\n\n".getBytes(StandardCharsets.UTF_8));
                streams.add(body);
              });
      case "/list" -> HttpReply.stream(200, "application/x-ndjson", HttpPeersTest::list);
      default ->
          HttpReply.text(200, query.method() + " " + query.path() + " " + query.body().length);
    };
  }

  /** 20 MB, as fast as the peer reads. */
  private static void list(HttpBody body) {
    Iterator<byte[]> lines =
        Stream.generate(() -> "{\"address\":\"/some/where\"}\n".repeat(400))
            .limit(2000)
            .map(text -> text.getBytes(StandardCharsets.UTF_8))
            .iterator();
    Runnable more =
        () -> {
          while (body.writable() && lines.hasNext()) {
            body.write(lines.next());
          }
          if (!lines.hasNext()) {
            body.end();
          }
        };
    body.whenWritable(more);
    more.run();
  }

  private static final int LIST_BYTES = 2000 * 400 * 26;

  private String url(String scheme, String path) {
    return scheme + "://localhost:" + server.address().getPort() + path;
  }

  private void tellAll(String event) {
    streams.forEach(body -> body.write(event.getBytes(StandardCharsets.UTF_8)));
  }

  private void endAll() {
    for (HttpBody body = streams.poll(); body != null; body = streams.poll()) {
      body.end();
    }
  }

  // --- curl --------------------------------------------------------------------------------------

  private List<String> curlCommand(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of("curl", "-sS", "--max-time", "60", "--cacert", ours.pem().toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** What curl prints. */
  private String curl(String... arguments) throws Exception {
    Path out = Files.createTempFile(folder, "curl", ".out");
    Process curl;
    try {
      curl =
          new ProcessBuilder(curlCommand(arguments))
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .start();
    } catch (IOException e) {
      throw new AssertionError("this test needs the program curl: " + CURL, e);
    }
    assertThat(curl.waitFor(90, TimeUnit.SECONDS)).as("curl ends").isTrue();
    String text = Files.readString(out, StandardCharsets.ISO_8859_1);
    assertThat(curl.exitValue()).as(text).isZero();
    return text;
  }

  @ParameterizedTest
  @CsvSource({
    "--http1.0, http, 1.1",
    "--http1.1, http, 1.1",
    "--http2, http, 1.1",
    "--http2-prior-knowledge, http, 2",
    "--http1.1, https, 1.1",
    "--http2, https, 2",
  })
  void curlGetsPages(String option, String scheme, String version) throws Exception {
    assertThat(curl(option, "-w", " %{http_version} %{http_code}", url(scheme, "/a?b=c")))
        .isEqualTo("GET /a 0 " + version + " 200");
    for (String method : List.of("PUT", "POST", "PATCH", "DELETE", "OPTIONS")) {
      assertThat(curl(option, "-X", method, "-d", "hello", url(scheme, "/x")))
          .isEqualTo(method + " /x 5");
    }
    assertThat(curl(option, "-I", url(scheme, "/large"))).containsIgnoringCase("content-length: ");
    assertThat(curl(option, "--compressed", url(scheme, "/large")))
        .isEqualTo("all the same ".repeat(5000));
    assertThat(
            curl(option, "--compressed", "-i", "-o", "/dev/null", "-D", "-", url(scheme, "/large")))
        .containsIgnoringCase("content-encoding: gzip")
        .containsIgnoringCase("vary: accept-encoding");
    assertThat(curl(option, "-o", "/dev/null", "-w", "%{size_download}", url(scheme, "/list")))
        .isEqualTo(Integer.toString(LIST_BYTES));
  }

  @ParameterizedTest
  @CsvSource({
    "--http1.1, http",
    "--http2-prior-knowledge, http",
    "--http1.1, https",
    "--http2, https"
  })
  void curlSendsBodies(String option, String scheme) throws Exception {
    Path megabyte = Files.write(folder.resolve("megabyte"), new byte[1 << 20]);
    Path packed = folder.resolve("packed");
    try (GZIPOutputStream gzip = new GZIPOutputStream(Files.newOutputStream(packed))) {
      gzip.write(new byte[1 << 20]);
    }
    Path tooLong = Files.write(folder.resolve("long"), new byte[(2 << 20) + 1]);

    String waiting =
        curl(
            option,
            "-v",
            "-H",
            "Expect: 100-continue",
            "--expect100-timeout",
            "50",
            "--data-binary",
            "@" + megabyte,
            url(scheme, "/x"));
    assertThat(waiting).contains(" 100").contains("POST /x 1048576");
    assertThat(
            curl(
                option,
                "-H",
                "Content-Encoding: gzip",
                "--data-binary",
                "@" + packed,
                url(scheme, "/x")))
        .isEqualTo("POST /x 1048576");
    assertThat(
            curl(
                option,
                "-w",
                "%{http_code}",
                "-H",
                "Content-Encoding: br",
                "-d",
                "x",
                url(scheme, "/x")))
        .isEqualTo("Content-Encoding must be gzip, deflate or identity\n415");
    assertThat(
            curl(
                option,
                "-w",
                "%{http_code}",
                "-H",
                "Expect: 100-continue",
                "--data-binary",
                "@" + tooLong,
                url(scheme, "/x")))
        .isEqualTo("the body is longer than 2097152 bytes\n413");
    Eventually.is("no body is held any more", () -> server.lobby().bodies().used() == 0);
  }

  @ParameterizedTest
  @CsvSource({
    "--http1.0, http",
    "--http1.1, http",
    "--http2-prior-knowledge, http",
    "--http1.1, https",
    "--http2, https"
  })
  void curlListens(String option, String scheme) {
    PeerProgram curl =
        keep(
            PeerProgram.start(
                CURL, folder, curlCommand(option, "-N", "--compressed", url(scheme, "/events"))));
    curl.awaitLine("data: hello");
    Eventually.is("streaming", () -> !streams.isEmpty());
    tellAll("data: one\n\n");
    curl.awaitLine("data: one");
    tellAll("data: two\n\n");
    curl.awaitLine("data: two");
    endAll();
    curl.finished();
    Eventually.is("whoever answers knows", () -> ended.get() == 1);

    PeerProgram gone =
        keep(PeerProgram.start(CURL, folder, curlCommand(option, "-N", url(scheme, "/events"))));
    gone.awaitLine("data: hello");
    gone.close();
    Eventually.is("the end of who has gone is noticed", () -> ended.get() == 2);
    assertThat(server.lobby().count(ConnectionCounter.STREAMED)).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--http1.1", "--http2"})
  void theEndOfTheServerIsAProperEnd(String option) {
    PeerProgram curl =
        keep(PeerProgram.start(CURL, folder, curlCommand(option, "-N", url("https", "/events"))));
    curl.awaitLine("data: hello");
    server.close();
    curl.finished();
    Eventually.is("whoever answers knows", () -> ended.get() == 1);
  }

  // --- Node --------------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void nodeAsksManyThingsAtOnce(String scheme) throws Exception {
    Path script =
        Files.writeString(
            folder.resolve("many.cjs"),
            """
            const http2 = require('http2');
            const fs = require('fs');
            const session = http2.connect(process.argv[2], { ca: fs.readFileSync(process.argv[3]) });
            session.on('error', e => { console.log('error ' + e); process.exit(1); });
            session.on('goaway', code => console.log('goaway ' + code));
            session.on('close', () => console.log('closed'));
            const ask = (path, method, body) => new Promise((done, failed) => {
              const stream = session.request({ ':path': path, ':method': method });
              let text = '';
              let status;
              stream.on('response', headers => { status = headers[':status']; });
              stream.setEncoding('utf8');
              stream.on('data', more => { text += more; });
              stream.on('end', () => done(status + ' ' + text));
              stream.on('error', failed);
              stream.end(body);
            });
            const events = session.request({ ':path': '/events' });
            events.setEncoding('utf8');
            events.on('data', text => console.log('event ' + JSON.stringify(text)));
            const given = session.request({ ':path': '/events' });
            given.on('data', () => given.close(http2.constants.NGHTTP2_CANCEL));
            given.on('close', () => console.log('given up'));
            given.on('error', () => {});
            (async () => {
              for (let round = 0; round < 5; round++) {
                const answers = await Promise.all(
                  [...Array(90).keys()].map(i => ask('/p' + i, 'POST', 'x'.repeat(i * 100))));
                answers.forEach((a, i) => {
                  if (a !== `200 POST /p${i} ${i * 100}`) { throw new Error(a); }
                });
              }
              const list = await ask('/list', 'GET');
              console.log('list ' + list.length);
              session.ping((e, ms) => console.log('pong ' + (e || '')));
            })().catch(e => { console.log('error ' + e); process.exit(1); });
            """);
    PeerProgram node =
        keep(
            PeerProgram.start(
                NODE,
                folder,
                List.of("node", script.toString(), url(scheme, ""), ours.pem().toString())));
    node.awaitLine("list " + (4 + LIST_BYTES));
    node.awaitLine("pong");
    Eventually.is("one was given up", () -> ended.get() == 1);
    assertThat(server.lobby().count(ConnectionCounter.HTTP2)).isEqualTo(1);

    tellAll("data: one\n\n");
    node.awaitLine("data: one");
    server.close();
    node.awaitLine("goaway 0");
    node.awaitLine("closed");
    Eventually.is("whoever answers knows", () -> ended.get() == 2);
  }

  @Test
  void nodeFetchesAndListens() throws Exception {
    Path script =
        Files.writeString(
            folder.resolve("fetch.cjs"),
            """
            (async () => {
              const base = process.argv[2];
              const page = await fetch(base + '/large');
              console.log('large ' + page.headers.get('content-encoding'), (await page.text()).length);
              const put = await fetch(base + '/x', { method: 'PUT', body: 'hello' });
              console.log('put ' + await put.text());
              const events = await fetch(base + '/events');
              for await (const piece of events.body) {
                console.log('event ' + JSON.stringify(Buffer.from(piece).toString()));
              }
              console.log('over');
            })().catch(e => { console.log('error ' + e); process.exit(1); });
            """);
    PeerProgram node =
        keep(
            PeerProgram.start(
                NODE,
                folder,
                List.of(
                    "node", script.toString(), "http://127.0.0.1:" + server.address().getPort())));
    node.awaitLine("large gzip 65000");
    node.awaitLine("put PUT /x 5");
    node.awaitLine("data: hello");
    Eventually.is("streaming", () -> !streams.isEmpty());
    tellAll("data: one\n\n");
    node.awaitLine("data: one");
    endAll();
    node.awaitLine("over");
  }

  // --- the JDK -----------------------------------------------------------------------------------

  private HttpClient client() throws Exception {
    return keep(
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_2)
            .sslContext(trustingUs())
            .build());
  }

  private SSLContext trustingUs() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
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
  void theJdkAsksManyThingsAtOnce() throws Exception {
    HttpClient client = client();
    // One first: the others then share its connection.
    assertThat(
            client
                .send(
                    HttpRequest.newBuilder(URI.create(url("https", "/first"))).build(),
                    BodyHandlers.ofString())
                .version())
        .isEqualTo(HttpClient.Version.HTTP_2);
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 80; i++) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(url("https", "/" + i)))
              .PUT(BodyPublishers.ofByteArray(new byte[i * 1000]))
              .build();
      answers.add(client.sendAsync(request, BodyHandlers.ofString()));
    }
    for (int i = 0; i < 80; i++) {
      assertThat(answers.get(i).get(60, TimeUnit.SECONDS).body())
          .isEqualTo("PUT /" + i + " " + i * 1000);
    }
    assertThat(server.lobby().count(ConnectionCounter.HTTP2)).isEqualTo(1);
  }

  @Test
  void theJdkListensAndGoes() throws Exception {
    HttpClient client = client();
    for (String scheme : List.of("http", "https")) {
      HttpResponse<Stream<String>> answer =
          client.send(
              HttpRequest.newBuilder(URI.create(url(scheme, "/events"))).build(),
              BodyHandlers.ofLines());
      assertThat(answer.version())
          .isEqualTo(
              scheme.equals("http") ? HttpClient.Version.HTTP_1_1 : HttpClient.Version.HTTP_2);
      Iterator<String> lines = answer.body().iterator();
      assertThat(lines.next()).isEqualTo("data: hello");
      Eventually.is("streaming", () -> !streams.isEmpty());
      tellAll("data: one\n\n");
      assertThat(lines.next()).isEmpty();
      assertThat(lines.next()).isEqualTo("data: one");
      endAll();
      assertThat(lines.next()).isEmpty();
      assertThat(lines.hasNext()).isFalse();
    }
    Eventually.is("whoever answers knows", () -> ended.get() == 2);
  }

  // --- WebSockets beside it ----------------------------------------------------------------------

  @Test
  void webSocketsOverTlsGoOn() throws Exception {
    WebSocket socket =
        client()
            .newWebSocketBuilder()
            .subprotocols("clasp")
            .buildAsync(URI.create(url("wss", "/clasp")), new WebSocket.Listener() {})
            .get(30, TimeUnit.SECONDS);
    assertThat(socket.getSubprotocol()).isEqualTo("clasp");
    socket.abort();
  }

  /** Whoever offers both and then speaks HTTP/1.1 all the same is not sent away. */
  @ParameterizedTest
  @CsvSource({"http/1.1, http/1.1", "h2 http/1.1, h2", "other, ''", "'', ''"})
  void webSocketsWorkWhateverIsOffered(String offered, String chosen) throws Exception {
    try (SSLSocket socket =
        (SSLSocket)
            trustingUs()
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      if (!offered.isEmpty()) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(offered.split(" ", -1));
        socket.setSSLParameters(parameters);
      }
      socket.setSoTimeout(30_000);
      socket.startHandshake();
      assertThat(socket.getApplicationProtocol()).isEqualTo(chosen);
      socket
          .getOutputStream()
          .write(
              ("GET /clasp HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                      + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      byte[] start = socket.getInputStream().readNBytes(12);
      assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 101");
    }
  }

  @Test
  void garbageInsideHttp2OverTlsIsTheEnd() throws Exception {
    try (SSLSocket socket =
        (SSLSocket)
            trustingUs()
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      socket.setSSLParameters(parameters);
      socket.setSoTimeout(30_000);
      socket.startHandshake();
      byte[] garbage = new byte[5000];
      Arrays.fill(garbage, (byte) 0xA7);
      socket.getOutputStream().write(Wire.concat(Http2Frames.PREFACE, garbage));
      byte[] all = socket.getInputStream().readAllBytes();
      assertThat(all.length).isLessThan(500);
    }
  }

  // --- many --------------------------------------------------------------------------------------

  @Test
  void aThousandListenersFromOneMachine() throws Exception {
    int count = 1100;
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        Socket socket = new Socket(server.address().getAddress(), server.address().getPort());
        sockets.add(socket);
        socket.setSoTimeout(60_000);
        socket
            .getOutputStream()
            .write("GET /events HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      }
      Eventually.is("all listen", () -> streams.size() == count);
      for (int i = 0; i < 5; i++) {
        tellAll("data: " + i + "\n\n");
      }
      for (Socket socket : sockets) {
        awaitText(socket.getInputStream(), "data: 4\n\n");
      }
      assertThat(server.lobby().count(ConnectionCounter.DISPLACED)).isZero();
      assertThat(server.lobby().unauthenticated()).isZero();
      assertThat(server.lobby().open()).isEqualTo(count);
      assertThat(ended).hasValue(0);
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    Eventually.is("all have gone", () -> ended.get() == count && server.lobby().open() == 0);
  }

  private static void awaitText(InputStream in, String text) throws IOException {
    StringBuilder got = new StringBuilder();
    while (got.indexOf(text) < 0) {
      int next = in.read();
      if (next < 0) {
        throw new AssertionError("ended with " + got);
      }
      got.append((char) next);
    }
  }
}
