package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.transport.HttpReply;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The console as the build made it. */
class ConsoleFilesTest {

  private final ConsoleFiles files = new ConsoleFiles();

  private static String text(HttpReply reply) {
    return new String(reply.body(), StandardCharsets.UTF_8);
  }

  @Test
  void thePageIsServed() {
    HttpReply page = files.serve("/");

    assertThat(page.status()).isEqualTo(200);
    assertThat(page.contentType()).isEqualTo("text/html; charset=utf-8");
    assertThat(text(page)).contains("<html", "CLASP");
    assertThat(page.headers()).containsEntry("Cache-Control", "no-cache");
    assertThat(files.serve("/index.html").body()).isEqualTo(page.body());
  }

  /** Everything the page asks for is there, and nothing of it would break the policy. */
  @Test
  void whatThePageRefersToIsServedForEver() {
    String page = text(files.serve("/"));
    List<String> references =
        Pattern.compile("(?:src|href)=\"([^\"]+)\"")
            .matcher(page)
            .results()
            .map(m -> m.group(1))
            .toList();
    assertThat(references).anyMatch(r -> r.endsWith(".js")).anyMatch(r -> r.endsWith(".css"));
    assertThat(page).doesNotContain("<script>", "<style", "style=", "onclick=", "javascript:");

    for (String reference : references) {
      String path =
          reference.startsWith("/") ? reference : "/" + reference.replaceFirst("^\\./", "");
      if (path.equals("/api/status")) {
        continue;
      }
      HttpReply file = files.serve(path);
      assertThat(file.status()).as(path).isEqualTo(200);
      assertThat(file.body()).as(path).isNotEmpty();
      if (path.startsWith("/assets/")) {
        assertThat(file.headers())
            .as(path)
            .containsEntry("Cache-Control", "public, max-age=31536000, immutable");
      }
      if (path.endsWith(".js")) {
        assertThat(file.contentType()).isEqualTo("text/javascript; charset=utf-8");
      }
    }
  }

  @Test
  void whoTakesItGetsItPackedAsTheBuildDidIt() throws Exception {
    HttpReply plain = files.serve("/");
    HttpReply gzip = files.serve("/", "gzip;q=0.5, br;q=0");
    assertThat(gzip.headers())
        .containsEntry("Content-Encoding", "gzip")
        .containsEntry("Vary", "Accept-Encoding")
        .containsEntry("Cache-Control", "no-cache")
        .containsKey("Content-Security-Policy");
    assertThat(gzip.contentType()).isEqualTo(plain.contentType());
    try (var in = new GZIPInputStream(new ByteArrayInputStream(gzip.body()))) {
      assertThat(in.readAllBytes()).isEqualTo(plain.body());
    }
    HttpReply brotli = files.serve("/", "gzip, deflate, br");
    assertThat(brotli.headers()).containsEntry("Content-Encoding", "br");
    assertThat(brotli.body()).hasSizeLessThan(plain.body().length);
    assertThat(files.serve("/", "identity").headers()).doesNotContainKey("Content-Encoding");
    assertThat(files.serve("/index.html.br").status()).isEqualTo(404);
  }

  @Test
  void everyFileIsProtected() {
    for (String path : List.of("/", "/favicon.svg", "/THIRD-PARTY-NOTICES.txt")) {
      HttpReply file = files.serve(path);
      assertThat(file.status()).as(path).isEqualTo(200);
      assertThat(file.headers())
          .as(path)
          .containsEntry("X-Content-Type-Options", "nosniff")
          .containsEntry("Referrer-Policy", "no-referrer");
      assertThat(file.headers().get("Content-Security-Policy"))
          .as(path)
          .startsWith("default-src 'none'; ")
          .contains(
              "script-src 'self';",
              "style-src 'self';",
              "connect-src 'self';",
              "frame-ancestors 'none'")
          .doesNotContain("unsafe", "ws:", "wss:", "*");
    }
  }

  /** What makes an app of the page; a browser that keeps these would never see a newer one. */
  @ParameterizedTest
  @CsvSource({
    "/sw.js, text/javascript; charset=utf-8",
    "/manifest.webmanifest, application/manifest+json",
    "/icon-512.png, image/png",
  })
  void theAppIsServedAndAskedForEachTime(String path, String type) {
    HttpReply file = files.serve(path);

    assertThat(file.status()).isEqualTo(200);
    assertThat(file.contentType()).isEqualTo(type);
    assertThat(file.headers())
        .containsEntry("Cache-Control", "no-cache")
        .hasEntrySatisfying(
            "Content-Security-Policy",
            policy -> assertThat(policy).contains("worker-src 'self';", "manifest-src 'self';"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/nothing.html",
        "/assets",
        "/assets/",
        "/assets/index.js",
        "/../clasp-console/index.html",
        "/../../dev/clasp/server/ClaspServer.class",
        "/..%2f..%2flogback.xml",
        "/%2e%2e/index.html",
        "/assets/../index.html",
        "/assets/..\\index.html",
        "/assets//index.html",
        "//index.html",
        "/./index.html",
        "/.index.html",
        "/index.html/",
        "/index.html.",
        "/index..html",
        "/index.html%00.js",
        "/index.html\0.js",
        "/INDEX.HTML",
        "index.html",
        "http://host/index.html",
        "/META-INF/MANIFEST.MF",
        "/assets/a.class",
        "*",
      })
  void nothingElseIsServed(String path) {
    HttpReply reply = files.serve(path);

    assertThat(reply.status()).isEqualTo(404);
    assertThat(text(reply)).isEqualTo("no such page\n");
  }

  /** A pattern for such paths once needed a stack frame for each part. */
  @Test
  void aPathOfThousandsOfPartsIsNotServed() throws Exception {
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < 30_000; i++) {
      path.append("/a");
    }
    int[] status = {0};
    Thread small = new Thread(null, () -> status[0] = files.serve(path + ".html").status(), "s", 1);
    small.start();
    small.join();

    assertThat(status[0]).isEqualTo(404);
  }
}
