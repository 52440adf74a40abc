package dev.clasp.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.clasp.protocol.DecodeException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * That the tables of the other tests hold every row of the appendices of wire.md, with its bytes
 * and, of malformed input, with the error that is required. (Appendix C is in {@link
 * AddressPatternTest}, the MessagePack table of appendix A in {@link MessagePackCodecTest}.)
 */
class AppendixTest {

  private static Map<String, String> written(String table) {
    Map<String, String> rows = new TreeMap<>();
    Appendices.a().stream()
        .filter(row -> row.table().equals(table))
        .forEach(row -> rows.put(row.name(), row.hex()));
    return rows;
  }

  private static Map<String, String> tested(List<ReferenceVectorsTest.Row> rows) {
    Map<String, String> tested = new TreeMap<>();
    rows.forEach(row -> tested.put(row.name(), row.hex()));
    return tested;
  }

  @Test
  void everyFrameOfTheRustCodecIsTested() {
    assertThat(written("3.2.0")).hasSize(37);
    assertThat(written("4.5.0")).hasSize(14);
    assertThat(tested(ReferenceVectorsTest.rust())).isEqualTo(written("3.2.0"));
    assertThat(tested(ReferenceVectorsTest.rustV4())).isEqualTo(written("4.5.0"));
  }

  @Test
  void everyFrameOfTheOtherClientsIsTested() {
    List<String> recorded = Appendices.d().stream().map(Appendices.Recorded::hex).toList();

    assertThat(recorded).hasSize(28);
    assertThat(ReferenceVectorsTest.otherClients().stream().map(ReferenceVectorsTest.Row::hex))
        .containsExactlyInAnyOrderElementsOf(recorded);
  }

  // --- appendix B --------------------------------------------------------------------------------

  static List<Appendices.Odd> odd() {
    return Appendices.b();
  }

  static Stream<Appendices.Odd> refused() {
    return odd().stream().filter(row -> kind(row) != null);
  }

  static Stream<Appendices.Odd> accepted() {
    return odd().stream().filter(row -> kind(row) == null);
  }

  private static final Map<String, Kind> ERRORS =
      Map.of(
          "truncated", Kind.TRUNCATED,
          "bad magic", Kind.BAD_MAGIC,
          "unknown message type", Kind.UNKNOWN_MESSAGE_TYPE,
          "unknown value type", Kind.UNKNOWN_VALUE_TYPE,
          "bad UTF-8", Kind.BAD_UTF8,
          "bad MessagePack", Kind.BAD_MESSAGE_PACK,
          "malformed field", Kind.MALFORMED_FIELD,
          "refuse: unsupported frame feature", Kind.UNSUPPORTED_FRAME_FEATURE,
          "frame ok; message truncated", Kind.TRUNCATED,
          // We are v4 in what we read.
          "v3: unknown message type; v4: truncated", Kind.TRUNCATED);

  /** The error that a row requires, or null if it requires a message. */
  private static @org.jspecify.annotations.Nullable Kind kind(Appendices.Odd row) {
    return ERRORS.entrySet().stream()
        .filter(error -> row.required().startsWith(error.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(null);
  }

  @Test
  void everyMalformedInputIsHere() {
    assertThat(odd()).hasSize(108);
    assertThat(refused()).hasSize(52);
    assertThat(accepted()).hasSize(56);
  }

  @ParameterizedTest
  @MethodSource("refused")
  void isRefusedWithTheRequiredError(Appendices.Odd row) {
    byte[] bytes = Shorthand.bytes(row.hex());
    Matcher needs = Pattern.compile("needs (\\d+)").matcher(row.required());

    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> FrameCodec.decode(bytes, 0, bytes.length))
        .satisfies(e -> {
          assertThat(e.kind()).isEqualTo(kind(row));
          if (needs.find()) {
            assertThat(e.needed()).isEqualTo(Integer.parseInt(needs.group(1)));
          }
        });
  }

  /** What the messages are is in {@link MalformedInputTest}: that these rows are there, here. */
  @Test
  void everyAcceptedInputHasItsMessage() {
    Map<String, String> required = new TreeMap<>();
    accepted().forEach(row -> required.put(row.name(), row.hex()));
    Map<String, String> tested = new TreeMap<>();
    MalformedInputTest.acceptedFrames().forEach(row -> tested.put(row.name(), row.hex()));

    assertThat(tested).isEqualTo(required);
  }

  @Test
  void everyRefusedInputIsTestedInOtherPlacesOfABufferToo() {
    List<String> tested = new ArrayList<>();
    MalformedInputTest.refusedFrames().forEach(row -> tested.add(row.name() + " " + row.hex()));

    assertThat(tested).containsAll(refused().map(row -> row.name() + " " + row.hex()).toList());
  }
}
