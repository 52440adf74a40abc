package dev.clasp.transport;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/**
 * The body of a request while it comes in, and what is wrong with it. Takes memory only for what
 * has arrived, whatever is announced: {@link ConnectionLimits#maxBody} bytes at most, and as many
 * again when it is compressed. Loop thread.
 */
final class RequestBody {

  private static final byte[] NOTHING = {};

  private final int max;
  private final BodyBudget budget;
  private final String coding;
  private final boolean expectsContinue;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(0);
  private Optional<HttpReply> problem;
  private int taken;

  /**
   * @param max longest body in bytes, also of one that was compressed
   */
  RequestBody(HttpRequest head, int max, BodyBudget budget) {
    this.max = max;
    this.budget = budget;
    HttpHeaders headers = head.headers();
    this.coding =
        headers.get(HttpHeaderNames.CONTENT_ENCODING, "identity").trim().toLowerCase(Locale.ROOT);
    String expect = headers.get(HttpHeaderNames.EXPECT);
    // RFC 9110 section 10.1.1: not from a client that is older than it.
    boolean expects = expect != null && head.protocolVersion().compareTo(HttpVersion.HTTP_1_1) >= 0;
    this.expectsContinue = expects && HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expect);
    this.problem = problemOf(head, expects && !expectsContinue);
  }

  private Optional<HttpReply> problemOf(HttpRequest head, boolean expectsMore) {
    long length;
    try {
      length = HttpUtil.getContentLength(head, -1L);
    } catch (NumberFormatException e) {
      return Optional.of(HttpReply.text(400, "Content-Length must be a number\n"));
    }
    if (expectsMore) {
      return Optional.of(HttpReply.text(417, "only 100-continue can be expected\n"));
    }
    if (length > max) {
      return Optional.of(tooLong());
    }
    boolean hasBody = length > 0 || HttpUtil.isTransferEncodingChunked(head);
    return switch (coding) {
      case "identity", "gzip", "x-gzip", "deflate" -> Optional.empty();
      default ->
          hasBody
              ? Optional.of(
                  HttpReply.text(415, "Content-Encoding must be gzip, deflate or identity\n")
                      .withHeader("Accept-Encoding", "gzip, deflate"))
              : Optional.empty();
    };
  }

  private HttpReply tooLong() {
    return HttpReply.text(413, "the body is longer than " + max + " bytes\n");
  }

  /** What is wrong, if anything is. */
  Optional<HttpReply> problem() {
    return problem;
  }

  /** Does the client wait for us to say that it may send the body? */
  boolean expectsContinue() {
    return expectsContinue && problem.isEmpty() && bytes.size() == 0;
  }

  /** A piece has come. */
  void add(ByteBuf piece) {
    int length = piece.readableBytes();
    if (problem.isPresent() || length == 0) {
      return;
    }
    if (length > max - bytes.size()) {
      refuse(tooLong());
    } else if (take(length)) {
      try {
        piece.readBytes(bytes, length);
      } catch (IOException e) {
        throw new IllegalStateException("memory takes everything", e);
      }
    }
  }

  private boolean take(int length) {
    if (!budget.take(length)) {
      refuse(
          HttpReply.text(503, "too many bodies at once; try again later\n")
              .withHeader("Retry-After", "1"));
      return false;
    }
    taken += length;
    return true;
  }

  private void refuse(HttpReply reply) {
    problem = Optional.of(reply);
    release();
  }

  /** All of it has come: what it is, without compression. Nothing if there is a problem. */
  byte[] whole() {
    byte[] raw = bytes.toByteArray();
    bytes.reset();
    if (problem.isPresent() || raw.length == 0 || coding.equals("identity")) {
      return problem.isPresent() ? NOTHING : raw;
    }
    try (InputStream in =
        coding.equals("deflate")
            ? new InflaterInputStream(new ByteArrayInputStream(raw))
            : new GZIPInputStream(new ByteArrayInputStream(raw))) {
      // One more than there may be, so that it can be seen.
      byte[] plain = in.readNBytes(max + 1);
      if (plain.length > max) {
        refuse(tooLong());
      } else if (take(plain.length)) {
        return plain;
      }
    } catch (IOException e) {
      refuse(HttpReply.text(400, "the body is not " + coding + ": " + e.getMessage() + "\n"));
    }
    return NOTHING;
  }

  /** Is it handed on in another coding than it has come in? */
  boolean compressed() {
    return !coding.equals("identity");
  }

  /** Nobody needs it any more. Idempotent. */
  void release() {
    budget.giveBack(taken);
    taken = 0;
    bytes.reset();
  }
}
