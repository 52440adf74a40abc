package dev.clasp.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The golden frames: encoder output and captured sessions of published clients. */
final class Vectors {

  private Vectors() {}

  /** The entries of a file. */
  static List<JsonNode> read(String file) {
    try (InputStream in = Vectors.class.getResourceAsStream("/vectors/" + file + ".json")) {
      byte[] text = Objects.requireNonNull(in, file).readAllBytes();
      List<JsonNode> entries = new ArrayList<>();
      Json.parse(new String(text, StandardCharsets.UTF_8)).forEach(entries::add);
      return entries;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
