package dev.clasp.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * The golden frames in {@code src/test/resources/vectors}: encoder output and captured sessions.
 */
final class Vectors {

  static final String JS_CLIENT = "js-client";
  static final List<String> SESSIONS =
      List.of("js-session", "python-session", "client-frames-derived");

  private static final ObjectMapper JSON = new ObjectMapper();

  private Vectors() {}

  /** One entry of a file that has bytes. */
  record Entry(String file, int index, JsonNode json) {

    byte[] bytes() {
      return HexFormat.of().parseHex(json.get("hex").textValue());
    }

    String hex() {
      return json.get("hex").textValue();
    }

    /** What the bytes are said to mean; a missing node if nothing is said. */
    JsonNode decoded() {
      return json.path("decoded");
    }

    @Override
    public String toString() {
      String name = json.path("name").asText(json.path("step").asText());
      return file + "[" + index + "] " + name;
    }
  }

  /** The entries of a file that have bytes. */
  static List<Entry> of(String file) {
    JsonNode root = read(file);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < root.size(); i++) {
      if (root.get(i).path("hex").isTextual()) {
        entries.add(new Entry(file, i, root.get(i)));
      }
    }
    return entries;
  }

  /** The entries of the session files that are CLASP frames, not HTTP or WebSocket control. */
  static List<Entry> sessionFrames() {
    return SESSIONS.stream()
        .flatMap(file -> of(file).stream())
        .filter(entry -> entry.decoded().has("message"))
        .toList();
  }

  /** Every byte string of all files, as food for mutation and fuzzing. */
  static Stream<byte[]> allBytes() {
    return Stream.concat(Stream.of(JS_CLIENT), SESSIONS.stream())
        .flatMap(file -> of(file).stream())
        .map(Entry::bytes);
  }

  /** The payload of a complete frame. */
  static byte[] payload(byte[] frame) {
    int start = FrameDescriptor.payloadStart(frame[1]);
    int end = FrameDescriptor.frameLength(frame, 0, frame.length);
    return java.util.Arrays.copyOfRange(frame, start, end);
  }

  private static JsonNode read(String file) {
    try (InputStream in = Vectors.class.getResourceAsStream("/vectors/" + file + ".json")) {
      return JSON.readTree(java.util.Objects.requireNonNull(in, file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
