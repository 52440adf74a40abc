package dev.clasp.web;

import dev.clasp.protocol.Value;
import dev.clasp.transport.HttpQuery;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A request, taken apart. */
final class ApiRequest {

  private static final String BEARER = "bearer ";
  private static final int MAX_PARAMETERS = 256;

  private final HttpQuery query;
  private final Map<String, List<String>> parameters;

  /**
   * @throws ProblemException 400: the query string cannot be read
   */
  ApiRequest(HttpQuery query) {
    this.query = query;
    this.parameters = parameters(query.query());
  }

  String method() {
    return query.method();
  }

  boolean reads() {
    return method().equals("GET") || method().equals("HEAD");
  }

  String path() {
    return query.path();
  }

  Optional<String> header(String name) {
    return query.header(name);
  }

  byte[] body() {
    return query.body();
  }

  /** {@code host:port} of whoever asks. */
  String peer() {
    SocketAddress remote = query.remote();
    if (remote instanceof InetSocketAddress address) {
      return host() + ":" + address.getPort();
    }
    return remote.toString();
  }

  /** The host of whoever asks. */
  String host() {
    if (query.remote() instanceof InetSocketAddress address) {
      String host = address.getHostString();
      return host.contains(":") ? "[" + host + "]" : host;
    }
    return query.remote().toString();
  }

  /**
   * What is shown to the router.
   *
   * @param inQuery whether {@code access_token} counts: only where a browser cannot send a header
   */
  Optional<String> token(boolean inQuery) {
    Optional<String> header =
        header("authorization")
            .filter(h -> h.regionMatches(true, 0, BEARER, 0, BEARER.length()))
            .map(h -> h.substring(BEARER.length()).strip())
            .filter(token -> !token.isEmpty());
    return header.isPresent() || !inQuery
        ? header
        : parameter("access_token").filter(token -> !token.isEmpty());
  }

  // --- parameters --------------------------------------------------------------------------------

  Optional<String> parameter(String name) {
    return parameters(name, 1).stream().findFirst();
  }

  /**
   * @throws ProblemException 400: more than so many
   */
  List<String> parameters(String name, int most) {
    List<String> all = parameters.getOrDefault(name, List.of());
    if (all.size() > most) {
      throw new ProblemException(
          Problem.badRequest(name + " may be given " + most + (most == 1 ? " time" : " times")));
    }
    return all;
  }

  /**
   * A whole number.
   *
   * @throws ProblemException 400: it is none, or out of its range
   */
  long number(String name, long least, long most, long standard) {
    Optional<String> text = parameter(name);
    if (text.isEmpty()) {
      return standard;
    }
    if (text.get().matches("[0-9]{1,18}")) {
      long number = Long.parseLong(text.get());
      if (number >= least && number <= most) {
        return number;
      }
    }
    throw new ProblemException(
        Problem.badRequest(name + " must be a whole number from " + least + " to " + most));
  }

  private static Map<String, List<String>> parameters(String query) {
    Map<String, List<String>> all = new LinkedHashMap<>();
    if (query.isEmpty()) {
      return all;
    }
    String[] parts = query.split("&", MAX_PARAMETERS + 1);
    if (parts.length > MAX_PARAMETERS) {
      throw new ProblemException(
          Problem.badRequest("more than " + MAX_PARAMETERS + " parameters in the query string"));
    }
    for (String part : parts) {
      if (part.isEmpty()) {
        continue;
      }
      int equals = part.indexOf('=');
      String name = decoded(equals < 0 ? part : part.substring(0, equals), true);
      String value = equals < 0 ? "" : decoded(part.substring(equals + 1), true);
      all.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
    }
    return all;
  }

  /**
   * Reads percent-encoding (RFC 3986 section 2.1).
   *
   * @param form a plus is a blank
   * @throws ProblemException 400: it is broken, or no UTF-8
   */
  static String decoded(String text, boolean form) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    byte[] raw = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < raw.length; i++) {
      if (raw[i] == '%') {
        int high = i + 2 < raw.length + 0 ? Character.digit(raw[i + 1], 16) : -1;
        int low = i + 2 < raw.length ? Character.digit(raw[i + 2], 16) : -1;
        if (high < 0 || low < 0) {
          throw broken();
        }
        bytes.write(high << 4 | low);
        i += 2;
      } else if (raw[i] == '+' && form) {
        bytes.write(' ');
      } else {
        bytes.write(raw[i]);
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw broken();
    }
  }

  private static ProblemException broken() {
    return new ProblemException(
        Problem.badRequest("the path or the query has a percent sign that is no encoded UTF-8"));
  }

  // --- bodies ------------------------------------------------------------------------------------

  /**
   * What the body says, whatever it is written in.
   *
   * @throws ProblemException 415: no type that we read; 400: not what it claims to be
   */
  Value document() {
    MediaType type =
        MediaType.ofContent(header("content-type"))
            .orElseThrow(() ->
                new ProblemException(
                    Problem.of(
                        415,
                        "unsupported-media-type",
                        "the body must be application/json, application/msgpack, application/cbor,"
                            + " text/plain or application/octet-stream; say so with Content-Type"
                            + " (curl: --json)")));
    return type.read(body());
  }

  /** The value of a body: the member {@code value} of an object that has one, else all of it. */
  Value value() {
    Value document = document();
    return document instanceof Value.Map(Map<String, Value> entries) && entries.containsKey("value")
        ? entries.getOrDefault("value", Value.NULL)
        : document;
  }

  /**
   * What the answer is to be written in.
   *
   * @throws ProblemException 406: nothing that we have
   */
  MediaType answer() {
    return MediaType.accepted(header("accept"))
        .orElseThrow(() ->
            new ProblemException(
                Problem.of(
                    406,
                    "not-acceptable",
                    "there is application/json, application/msgpack, application/cbor, text/plain"
                        + " and application/octet-stream; none of them is in Accept")));
  }

  boolean lossless() {
    return parameter("bytes").filter("base64"::equals).isPresent();
  }
}
