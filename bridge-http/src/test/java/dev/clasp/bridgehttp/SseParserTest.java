package dev.clasp.bridgehttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Streams of events, with the examples of WHATWG HTML section 9.2.6. */
class SseParserTest {

  private static List<String> parsed(String text, int piece) throws IOException {
    List<String> found = new ArrayList<>();
    SseParser parser =
        new SseParser(
            1000,
            "",
            event -> found.add(event.type() + "|" + event.data() + "|" + event.id()),
            millis -> found.add("retry " + millis));
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int at = 0; at < bytes.length; at += piece) {
      parser.feed(bytes, at, Math.min(piece, bytes.length - at));
    }
    return found;
  }

  private static List<String> parsed(String text) throws IOException {
    List<String> whole = parsed(text, 1000);
    assertThat(parsed(text, 1)).isEqualTo(whole);
    return whole;
  }

  @Test
  void linesOfDataBelongTogether() throws IOException {
    assertThat(parsed("data: YHOO\ndata: +2\ndata: 10\n\n"))
        .containsExactly("message|YHOO\n+2\n10|");
  }

  @Test
  void idsStayUntilThereIsAnother() throws IOException {
    assertThat(
            parsed(
                ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\n"
                    + "data:  third event\n\nid: a\0b\ndata: fourth\n\n"))
        .containsExactly(
            "message|first event|1",
            "message|second event|",
            "message| third event|",
            "message|fourth|");
  }

  @Test
  void emptyDataIsAnEventAndNoDataIsNot() throws IOException {
    assertThat(parsed("data\n\ndata\ndata\n\nevent: x\n\ndata:"))
        .containsExactly("message||", "message|\n|");
  }

  @Test
  void aBlankBehindTheColonIsLeftAway() throws IOException {
    assertThat(parsed("data:test\n\ndata: test\n\n"))
        .containsExactly("message|test|", "message|test|");
  }

  @Test
  void linesEndInThreeWaysAndABomIsLeftAway() throws IOException {
    assertThat(parsed("\uFEFFevent: a\r\ndata: é\r\rdata: 2\n\r\n"))
        .containsExactly("a|é|", "message|2|");
  }

  @Test
  void onlyNumbersArePauses() throws IOException {
    assertThat(parsed("retry: 10\nretry: -1\nretry: 1s\nretry:20\n"))
        .containsExactly("retry 10", "retry 20");
  }

  @Test
  void anEventThatNeverEndsIsGivenUp() {
    assertThatThrownBy(() -> parsed("data: " + "x".repeat(2000))).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> parsed("data: xxxxxxxxx\n".repeat(200), 3000))
        .isInstanceOf(IOException.class);
  }
}
