package dev.clasp.bridgehttp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.bridge.JsonValues;
import dev.clasp.protocol.AddressRules;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever servers, senders of webhooks and users bring is understood or refused. */
class OutsideBytesFuzzTest {

  private static final int MAX = 200;

  static Stream<byte[]> seeds() {
    return Stream.of(
            "id: 1\nevent: x\ndata: {\"a\":\ndata: 1}\r\nretry: 5\r\r:\n\n",
            "\uFEFFdata\n\ndata:  x",
            "/doors/a%20b/open",
            "/hooks/%C3%A9/..//%2F",
            "/a~1b/~0/*/0",
            "t=1700000000,v1=" + "ab".repeat(32) + ",v1=00",
            "sha256=" + "AB".repeat(32),
            "a=1&b=%zz&c=+%2B&=",
            "{\"signals\":[{\"address\":\"/a\",\"value\":[1,{\"x\":null}]}]}")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyBytesAreEventsOrTooLongAndPiecesDoNotMatter(byte[] bytes) {
    assertThat(events(bytes, 1)).isEqualTo(events(bytes, bytes.length + 1));
  }

  private static List<String> events(byte[] bytes, int piece) {
    List<String> all = new ArrayList<>();
    SseParser parser =
        new SseParser(
            MAX,
            "",
            event -> {
              assertThat(event.data().length()).isLessThanOrEqualTo(MAX);
              assertThat(event.id()).doesNotContain("\0", "\n", "\r");
              all.add(event.toString());
            },
            millis -> all.add("retry " + millis));
    try {
      for (int at = 0; at < bytes.length; at += piece) {
        parser.feed(bytes, at, Math.min(piece, bytes.length - at));
      }
    } catch (IOException e) {
      // What came before it may have been handed on or not: only the end counts.
      return List.of("too long");
    }
    return all;
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyPathIsTakenApartIntoSegmentsOrIsAnother(byte[] bytes) {
    String path = new String(bytes, StandardCharsets.UTF_8);
    for (PathTemplate template :
        List.of(PathTemplate.parse("/doors/:a/*rest"), PathTemplate.parse("/**"))) {
      template
          .match(path, true)
          .ifPresent(found ->
              found.forEach((name, text) -> {
                assertThat(text).doesNotContain("*", "\0", "\n");
                if (name.equals("a")) {
                  assertThat(text).isNotEmpty().doesNotContain("/");
                }
              }));
    }
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyTextIsATemplateOrRefused(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    try {
      PathTemplate template = PathTemplate.parse(text);
      template.match("/a/b/c", false);
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyTextIsAPointerOrRefused(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    Value document =
        Value.of(List.of(Value.of(Map.of("a", Value.of(1), "*", Value.of(List.of(Value.NULL))))));
    try {
      JsonPointer pointer = JsonPointer.parse(text);
      int count = pointer.each(document, (stars, _) -> assertThat(stars).hasSize(pointer.stars()));
      if (!pointer.many()) {
        assertThat(pointer.find(document).isPresent()).isEqualTo(count == 1);
      }
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
  }

  @MethodSource("seeds")
  @FuzzTest
  void noBytesAreASignatureOfSomethingElse(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    for (Signature.Form form : Signature.Form.values()) {
      assertThat(
              new Signature(new byte[] {1}, form, form.header(), 300)
                  .verify(text, bytes, 1_700_000_000L))
          .isInstanceOf(Signature.Verdict.Refused.class);
    }
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyBytesAreABodyOrNotAndSignalsHaveAddresses(byte[] bytes) {
    for (BodyFormat format : BodyFormat.values()) {
      format
          .value(bytes)
          .ifPresent(value ->
              SignalShapes.from(
                  value,
                  dev.clasp.protocol.SignalType.PARAM,
                  signal -> assertThat(AddressRules.violation(signal.address())).isNull()));
    }
    BodyFormat.JSON
        .value(bytes)
        .map(JsonValues::text)
        .ifPresent(text -> assertThat(JsonValues.parse(text)).isPresent());
  }
}
