package dev.clasp.transport;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Whether and how the answer to a request is compressed (RFC 9110 section 12.5.3). Immutable.
 *
 * <p>Secrets: whoever can make a victim's browser ask again and again, with words of his own in the
 * answer, and sees how long the answers are, learns what else is in them (BREACH). It takes
 * requests that a browser can be made to send with the victim's rights: those with what browsers
 * add by themselves, which are cookies, HTTP authentication and client certificates. Answers to
 * these are not compressed unless they are marked as public. Tokens of the API (Bearer) are added
 * by the program that knows them and by nobody else.
 *
 * <p>Not compressed either: answers that go out piece by piece (each would wait for the next, or
 * cost its own block), and those with a strong ETag, which names exact bytes and is sent back in
 * If-Match.
 */
final class Compression {

  /** Below, it is not worth the head; above, it would keep the loop for too long. Bytes. */
  private static final int MIN = 1024;

  private static final int MAX = 1 << 20;

  /** A tenth of the time of the default, for a tenth more bytes. */
  private static final int LEVEL = 2;

  /** Besides text, and whatever ends in +json or +xml. */
  private static final Set<String> TYPES =
      Set.of(
          "application/json",
          "application/x-ndjson",
          "application/jsonl",
          "application/xml",
          "application/javascript",
          "application/yaml",
          "application/wasm",
          "application/cbor",
          "application/msgpack",
          "application/x-msgpack",
          "application/vnd.msgpack");

  /** Statuses whose bodies are none, or parts. */
  private static final Set<Integer> BARE = Set.of(204, 205, 206, 304);

  private final Optional<String> coding;
  private final boolean publicOnly;

  private Compression(Optional<String> coding, boolean publicOnly) {
    this.coding = coding;
    this.publicOnly = publicOnly;
  }

  /**
   * What a request asks for.
   *
   * @param certificates are clients asked for certificates?
   */
  static Compression of(HttpHeaders request, boolean certificates) {
    String authorization = request.get(HttpHeaderNames.AUTHORIZATION);
    boolean browserAdds =
        certificates
            || request.contains(HttpHeaderNames.COOKIE)
            || authorization != null && !authorization.regionMatches(true, 0, "Bearer ", 0, 7);
    return new Compression(
        accepted(String.join(",", request.getAll(HttpHeaderNames.ACCEPT_ENCODING))), browserAdds);
  }

  /** The best of those that we have; gzip if the client does not mind. */
  static Optional<String> accepted(String accept) {
    AcceptEncoding codings = AcceptEncoding.of(accept);
    double gzip = codings.weight(AcceptEncoding.Coding.GZIP);
    double deflate = codings.weight(AcceptEncoding.Coding.DEFLATE);
    if (gzip <= 0 && deflate <= 0) {
      return Optional.empty();
    }
    return Optional.of(gzip >= deflate ? "gzip" : "deflate");
  }

  /** The answer as it is sent. */
  HttpReply of(HttpReply reply) {
    if (reply.stream().isPresent()
        || reply.body().length < MIN
        || reply.body().length > MAX
        || BARE.contains(reply.status())
        || !compressible(reply.contentType())
        || header(reply, "Content-Encoding").isPresent()
        || header(reply, "ETag").filter(tag -> !tag.startsWith("W/")).isPresent()) {
      return reply;
    }
    String cache = header(reply, "Cache-Control").orElse("").toLowerCase(Locale.ROOT);
    if (cache.contains("no-transform")) {
      return reply;
    }
    HttpReply plain = varying(reply);
    if (coding.isEmpty() || publicOnly && !cache.contains("public")) {
      return plain;
    }
    byte[] packed = pack(reply.body(), coding.get());
    if (packed.length >= reply.body().length) {
      return plain;
    }
    HttpReply answer = plain.withHeader("Content-Encoding", coding.get());
    return new HttpReply(answer.status(), answer.contentType(), packed, answer.headers());
  }

  private static boolean compressible(String contentType) {
    String type = contentType.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
    return type.startsWith("text/") && !type.equals("text/event-stream")
        || type.endsWith("+json")
        || type.endsWith("+xml")
        || TYPES.contains(type);
  }

  private static Optional<String> header(HttpReply reply, String name) {
    return reply.headers().entrySet().stream()
        .filter(header -> header.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /** Caches must not give it to clients that want it otherwise (RFC 9110 section 12.5.5). */
  private static HttpReply varying(HttpReply reply) {
    for (Map.Entry<String, String> header : reply.headers().entrySet()) {
      if (header.getKey().equalsIgnoreCase("Vary")) {
        String value = header.getValue();
        return value.contains("*") || value.toLowerCase(Locale.ROOT).contains("accept-encoding")
            ? reply
            : reply.withHeader(header.getKey(), value + ", Accept-Encoding");
      }
    }
    return reply.withHeader("Vary", "Accept-Encoding");
  }

  private static byte[] pack(byte[] plain, String coding) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream(plain.length / 4);
    try (OutputStream out =
        coding.equals("gzip") ? new FastGzip(packed) : new FastDeflate(packed)) {
      out.write(plain);
    } catch (IOException e) {
      throw new IllegalStateException("memory takes everything", e);
    }
    return packed.toByteArray();
  }

  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(OutputStream out) throws IOException {
      super(out, 4096);
      def.setLevel(LEVEL);
    }
  }

  private static final class FastDeflate extends DeflaterOutputStream {
    FastDeflate(OutputStream out) {
      super(out);
      def.setLevel(LEVEL);
    }
  }
}
