package dev.clasp.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The tables of wire.md 11.3 and of its appendices A, B and D, copied by a program into {@code
 * src/test/resources/vectors/appendix-*.tsv}, one row a line. Tests take their rows from here or
 * compare their own with them, so that none can be forgotten.
 */
final class Appendices {

  private Appendices() {}

  /** A frame that the Rust codec wrote; in table {@code messagepack} only its payload. */
  record Written(String table, String name, String hex) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** A malformed or odd frame and what is required of us. */
  record Odd(String name, String hex, String required) {
    @Override
    public String toString() {
      return name;
    }
  }

  /**
   * @param required what {@code /a/**} matching {@code /a} gives: Y, · or ! for a refused pattern
   */
  record Match(String pattern, String address, String required) {}

  /** Bytes recorded from a client. */
  record Recorded(String name, String hex) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Written> a() {
    return rows("a").stream().map(row -> new Written(row[0], row[1], row[2])).toList();
  }

  static List<Odd> b() {
    return rows("b").stream().map(row -> new Odd(row[0], row[1], row[2])).toList();
  }

  static List<Match> c() {
    return rows("c").stream().map(row -> new Match(row[0], row[1], row[2])).toList();
  }

  static List<Recorded> d() {
    return rows("d").stream().map(row -> new Recorded(row[0], row[1])).toList();
  }

  /** The frames of the appendices A, B and D, malformed ones too, as food for fuzzing. */
  static Stream<byte[]> allFrames() {
    return Stream.of(
            a().stream().filter(row -> !row.table().equals("messagepack")).map(Written::hex),
            b().stream().map(Odd::hex),
            d().stream().map(row -> row.hex().replaceFirst("^000000..", "")))
        .flatMap(rows -> rows)
        .map(Shorthand::bytes);
  }

  private static List<String[]> rows(String appendix) {
    String file = "/vectors/appendix-" + appendix + ".tsv";
    try (InputStream in = Appendices.class.getResourceAsStream(file)) {
      String text =
          new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
      return text.lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t", -1))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
