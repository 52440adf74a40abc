package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bodies of requests, as they come in. */
class RequestBodyTest {

  private static final int MAX = 1000;

  private final BodyBudget all = BodyBudget.ofAll();
  private final BodyBudget budget = all.ofConnection(4 * MAX);

  private static HttpRequest request(String... headers) {
    HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.PUT, "/");
    for (int i = 0; i < headers.length; i += 2) {
      request.headers().add(headers[i], headers[i + 1]);
    }
    return request;
  }

  private RequestBody body(String... headers) {
    return new RequestBody(request(headers), MAX, budget);
  }

  private static void add(RequestBody body, byte[] bytes) {
    body.add(Unpooled.wrappedBuffer(bytes));
  }

  private static String problem(RequestBody body) {
    return body.problem()
        .map(reply -> reply.status() + " " + new String(reply.body(), StandardCharsets.UTF_8))
        .orElse("");
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    }
    return out.toByteArray();
  }

  @Test
  void comesInPieces() {
    RequestBody body = body();
    add(body, Wire.bytes(600));
    add(body, new byte[0]);
    add(body, Wire.bytes(400));

    assertThat(body.whole()).isEqualTo(Wire.concat(Wire.bytes(600), Wire.bytes(400)));
    assertThat(problem(body)).isEmpty();
    assertThat(budget.used()).isEqualTo(1000);
    body.release();
    body.release();
    assertThat(budget.used()).isZero();
  }

  @Test
  void isNotLongerThanItMayBe() {
    RequestBody body = body();
    add(body, new byte[600]);
    add(body, new byte[401]);
    assertThat(problem(body)).isEqualTo("413 the body is longer than 1000 bytes\n");
    assertThat(body.whole()).isEmpty();
    assertThat(budget.used()).isZero();
    add(body, new byte[1]);
    assertThat(budget.used()).isZero();

    assertThat(problem(body("Content-Length", "1001"))).startsWith("413 ");
    assertThat(problem(body("Content-Length", "1000"))).isEmpty();
  }

  @Test
  void isUnpacked() throws IOException {
    byte[] plain = Wire.bytes(900);
    for (String coding : new String[] {"gzip", "X-GZIP"}) {
      RequestBody body = body("Content-Encoding", coding);
      add(body, gzip(plain));
      assertThat(body.whole()).isEqualTo(plain);
      assertThat(body.compressed()).isTrue();
      body.release();
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflate = new DeflaterOutputStream(out)) {
      deflate.write(plain);
    }
    RequestBody body = body("Content-Encoding", "deflate");
    add(body, out.toByteArray());
    assertThat(body.whole()).isEqualTo(plain);
    body.release();
    assertThat(budget.used()).isZero();
  }

  @Test
  void aBombIsNot() throws IOException {
    byte[] bomb = gzip(new byte[900_000]);
    assertThat(bomb.length).isLessThan(MAX);
    RequestBody body = body("Content-Encoding", "gzip");
    add(body, bomb);

    assertThat(body.whole()).isEmpty();
    assertThat(problem(body)).isEqualTo("413 the body is longer than 1000 bytes\n");
    assertThat(budget.used()).isZero();
  }

  @Test
  void whatIsNotPackedIsSaid() throws IOException {
    RequestBody body = body("Content-Encoding", "gzip");
    add(body, "{\"value\": 1}".getBytes(StandardCharsets.UTF_8));
    assertThat(body.whole()).isEmpty();
    assertThat(problem(body)).startsWith("400 the body is not gzip");

    byte[] whole = gzip(Wire.bytes(300));
    RequestBody half = body("Content-Encoding", "gzip");
    add(half, java.util.Arrays.copyOf(whole, whole.length / 2));
    assertThat(half.whole()).isEmpty();
    assertThat(problem(half)).startsWith("400 the body is not gzip");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Content-Encoding | br | 415 Content-Encoding must be",
        "Content-Encoding | gzip, gzip | 415 Content-Encoding must be",
        "Expect | a miracle | 417 only 100-continue",
        "Content-Encoding | identity | ''",
        "Expect | 100-Continue | ''",
      })
  void unknownWishesAreRefused(String name, String value, String expected) {
    RequestBody body = body("Content-Length", "5", name, value);

    assertThat(problem(body)).startsWith(expected);
    assertThat(body.expectsContinue()).isEqualTo(name.equals("Expect") && expected.isEmpty());
  }

  @Test
  void connectionsShareWhatThereIs() {
    BodyBudget one = all.ofConnection(100 << 20);
    assertThat(one.take(BodyBudget.FREE)).isTrue();
    assertThat(all.used()).isZero();
    assertThat(one.take(60 << 20)).isTrue();
    assertThat(all.used()).isEqualTo(60 << 20);

    RequestBody large = new RequestBody(request(), 50 << 20, all.ofConnection(200 << 20));
    add(large, new byte[10 << 20]);
    assertThat(problem(large)).startsWith("503 too many bodies at once");
    RequestBody small = new RequestBody(request(), 50 << 20, all.ofConnection(200 << 20));
    add(small, new byte[BodyBudget.FREE]);
    assertThat(problem(small)).isEmpty();

    one.giveBack((60 << 20) + BodyBudget.FREE);
    assertThat(all.used()).isZero();
    assertThat(one.used()).isZero();
  }
}
