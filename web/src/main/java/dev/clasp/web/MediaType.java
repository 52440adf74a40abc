package dev.clasp.web;

import dev.clasp.bridge.CborValues;
import dev.clasp.bridge.MqttPayload;
import dev.clasp.protocol.EncodeException;
import dev.clasp.protocol.Value;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How values travel in bodies (RFC 9110 sections 8.3 and 12.5.1). */
enum MediaType {
  JSON("application/json", List.of("text/json", "application/problem+json")),
  MESSAGE_PACK("application/msgpack", List.of("application/x-msgpack", "application/vnd.msgpack")),
  CBOR("application/cbor", List.of()),
  /** Only the value: numbers and JSON as what they are, everything else as text. */
  TEXT("text/plain", List.of()),
  /** Only the value, as bytes. */
  BYTES("application/octet-stream", List.of());

  private static final int MAX_RANGES = 32;

  private final String id;
  private final List<String> others;

  MediaType(String id, List<String> others) {
    this.id = id;
    this.others = others;
  }

  /** For {@code Content-Type}. */
  String header() {
    return this == TEXT ? "text/plain; charset=utf-8" : id;
  }

  /** Has nothing but the value itself. */
  boolean bare() {
    return this == TEXT || this == BYTES;
  }

  private boolean is(String type) {
    return type.equals(id)
        || others.contains(type)
        || this == JSON && type.startsWith("application/") && type.endsWith("+json");
  }

  /** What a body is; empty for one that we cannot read. Without a header it is JSON. */
  static Optional<MediaType> ofContent(Optional<String> header) {
    if (header.isEmpty() || header.get().isBlank()) {
      return Optional.of(JSON);
    }
    String type = bare(header.get());
    for (MediaType each : values()) {
      if (each.is(type)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  private static String bare(String header) {
    int semicolon = header.indexOf(';');
    return (semicolon < 0 ? header : header.substring(0, semicolon))
        .strip()
        .toLowerCase(Locale.ROOT);
  }

  /** What the client likes best of what we have; of several the first here. */
  static Optional<MediaType> accepted(Optional<String> header) {
    if (header.isEmpty() || header.get().isBlank()) {
      return Optional.of(JSON);
    }
    MediaType best = null;
    double bestQuality = 0;
    for (MediaType each : values()) {
      double quality = quality(header.get(), each);
      if (quality > bestQuality) {
        best = each;
        bestQuality = quality;
      }
    }
    return Optional.ofNullable(best);
  }

  /** Whether a type that is not of these would do, too. */
  static boolean accepts(Optional<String> header, String type) {
    return header.isEmpty()
        || header.get().isBlank()
        || quality(header.get(), type, range -> range.equals(type)) > 0;
  }

  private static double quality(String header, MediaType type) {
    return quality(header, type.id, type::is);
  }

  /** The most exact range counts. */
  private static double quality(
      String header, String id, java.util.function.Predicate<String> exact) {
    double quality = 0;
    int exactness = 0;
    String[] ranges = header.split(",", MAX_RANGES + 1);
    for (int i = 0; i < Math.min(ranges.length, MAX_RANGES); i++) {
      String range = bare(ranges[i]);
      int rank =
          exact.test(range)
              ? 3
              : range.equals(id.substring(0, id.indexOf('/')) + "/*")
                  ? 2
                  : range.equals("*/*") ? 1 : 0;
      if (rank > exactness) {
        exactness = rank;
        quality = weight(ranges[i]);
      }
    }
    return quality;
  }

  private static double weight(String range) {
    for (String parameter : range.split(";")) {
      String text = parameter.strip().toLowerCase(Locale.ROOT);
      if (text.startsWith("q=")) {
        String digits = text.substring(2).strip();
        return digits.matches("[01](\\.[0-9]{0,3})?") ? Math.min(1, Double.parseDouble(digits)) : 1;
      }
    }
    return 1;
  }

  /**
   * @throws ProblemException 400: the body is not what the header says
   */
  Value read(byte[] body) {
    Optional<Value> value =
        switch (this) {
          case JSON -> utf8(body).flatMap(SignalJson::parse);
          case MESSAGE_PACK -> MessagePack.read(body);
          case CBOR -> CborValues.read(body);
          case TEXT -> utf8(body).map(_ -> MqttPayload.value(body));
          case BYTES -> Optional.of(Value.of(body));
        };
    return value.orElseThrow(() ->
        new ProblemException(
            Problem.badRequest(
                "the body is not one value in "
                    + id
                    + " of at most 64 levels"
                    + (this == JSON ? ": texts need quotes, as in \"on\"" : ""))));
  }

  private static Optional<String> utf8(byte[] bytes) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /**
   * @param lossless how bytes become JSON
   * @throws ProblemException 406: this form cannot say it; JSON can
   */
  byte[] write(Value value, boolean lossless) {
    try {
      return switch (this) {
        case JSON -> (SignalJson.text(value, lossless) + "\n").getBytes(StandardCharsets.UTF_8);
        case MESSAGE_PACK -> MessagePack.write(value);
        case CBOR -> CborValues.write(value);
        case TEXT, BYTES -> MqttPayload.bytes(value);
      };
    } catch (EncodeException e) {
      // A value of the deepest kind, inside a document.
      throw new ProblemException(
          Problem.of(
              406,
              "not-acceptable",
              "this cannot be written as " + id + ": " + e.getMessage() + "; ask for JSON"));
    }
  }
}
