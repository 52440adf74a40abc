package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is compressed, for whom, and what is not. */
class CompressionTest {

  private static final HttpReply PAGE = HttpReply.text(200, "all the same ".repeat(500));

  private static HttpHeaders request(String... more) {
    HttpHeaders headers = new DefaultHttpHeaders();
    headers.add("Accept-Encoding", "gzip, deflate, br");
    for (int i = 0; i < more.length; i += 2) {
      headers.add(more[i], more[i + 1]);
    }
    return headers;
  }

  private static HttpReply sent(HttpReply reply, String... more) {
    return Compression.of(request(more), false).of(reply);
  }

  private static boolean compressed(HttpReply reply) {
    return reply.headers().containsKey("Content-Encoding");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip | gzip",
        "GZIP;q=1.0 | gzip",
        "gzip, deflate, br, zstd | gzip",
        "deflate | deflate",
        "gzip;q=0.5, deflate;q=0.8 | deflate",
        "* | gzip",
        "*;q=0, deflate | deflate",
        "gzip;q=0, * | deflate",
        "br, x-gzip | gzip",
        "'' | ''",
        "identity | ''",
        "br | ''",
        "gzip;q=0 | ''",
        "gzip;q=nonsense | ''",
        "gzip;q=0, deflate;q=0.000 | ''",
      })
  void theClientChooses(String accept, String expected) {
    assertThat(Compression.accepted(accept).orElse("")).isEqualTo(expected);
  }

  @Test
  void whatIsPackedCanBeUnpacked() throws Exception {
    for (String coding : new String[] {"gzip", "deflate"}) {
      HttpHeaders headers = new DefaultHttpHeaders();
      headers.add("Accept-Encoding", coding);
      HttpReply reply = Compression.of(headers, false).of(PAGE);

      assertThat(reply.headers())
          .containsEntry("Content-Encoding", coding)
          .containsEntry("Vary", "Accept-Encoding");
      assertThat(reply.body().length).isLessThan(PAGE.body().length / 10);
      ByteArrayInputStream packed = new ByteArrayInputStream(reply.body());
      try (InputStream in =
          coding.equals("gzip") ? new GZIPInputStream(packed) : new InflaterInputStream(packed)) {
        assertThat(in.readAllBytes()).isEqualTo(PAGE.body());
      }
    }
  }

  @Test
  void withoutTheClientsWishOnlyCachesAreTold() {
    HttpReply reply = Compression.of(new DefaultHttpHeaders(), false).of(PAGE);

    assertThat(compressed(reply)).isFalse();
    assertThat(reply.headers()).containsEntry("Vary", "Accept-Encoding");
    assertThat(sent(PAGE.withHeader("vary", "Origin")).headers())
        .containsEntry("vary", "Origin, Accept-Encoding");
    assertThat(sent(PAGE.withHeader("Vary", "*")).headers()).containsEntry("Vary", "*");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/html; charset=utf-8",
        "application/json",
        "application/problem+json",
        "image/svg+xml",
        "application/x-ndjson",
        "application/cbor",
        "Text/CSS"
      })
  void textAndDataAreCompressed(String type) {
    assertThat(compressed(sent(new HttpReply(200, type, PAGE.body())))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"text/event-stream", "image/png", "application/zip", "application/octet-stream"})
  void otherTypesAreNot(String type) {
    HttpReply reply = new HttpReply(200, type, PAGE.body());
    assertThat(sent(reply)).isSameAs(reply);
  }

  @Test
  void neitherShortNorVeryLongAnswersAre() {
    assertThat(compressed(sent(HttpReply.text(200, "x".repeat(1023))))).isFalse();
    assertThat(compressed(sent(HttpReply.text(200, "x".repeat(1024))))).isTrue();
    assertThat(compressed(sent(HttpReply.text(200, "x".repeat((1 << 20) + 1))))).isFalse();
  }

  @Test
  void whatDoesNotGetShorterIsSentAsItIs() {
    byte[] noise = new byte[5000];
    new Random(1).nextBytes(noise);
    HttpReply reply = sent(new HttpReply(200, "application/cbor", noise));
    assertThat(compressed(reply)).isFalse();
    assertThat(reply.body()).isEqualTo(noise);
  }

  @Test
  void neitherStreamsNorWhatIsCodedNorWhatNamesItsBytes() {
    assertThat(compressed(sent(HttpReply.stream(200, "text/plain", _ -> {})))).isFalse();
    for (HttpReply reply :
        new HttpReply[] {
          PAGE.withHeader("content-encoding", "br"),
          PAGE.withHeader("ETag", "\"5\""),
          PAGE.withHeader("Cache-Control", "no-transform"),
          new HttpReply(206, "text/plain", PAGE.body()),
        }) {
      assertThat(sent(reply)).isSameAs(reply);
    }
    assertThat(compressed(sent(PAGE.withHeader("ETag", "W/\"5\"")))).isTrue();
  }

  /** Rights that a browser adds by itself may be used by the pages of others: see the class. */
  @Test
  void answersWithSecretsAreNotForWhomABrowserSpeaksByItself() {
    assertThat(compressed(sent(PAGE, "Cookie", "a=b"))).isFalse();
    assertThat(compressed(sent(PAGE, "Authorization", "Basic QTpC"))).isFalse();
    assertThat(compressed(Compression.of(request(), true).of(PAGE))).isFalse();
    assertThat(compressed(sent(PAGE, "Authorization", "bearer abc"))).isTrue();
    assertThat(
            compressed(
                sent(PAGE.withHeader("Cache-Control", "public, max-age=60"), "Cookie", "a=b")))
        .isTrue();
  }
}
