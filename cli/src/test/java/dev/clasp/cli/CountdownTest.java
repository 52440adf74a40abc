package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CountdownTest {

  @Test
  void aPersonSeesHowLongItTakesAndNothingStays() throws Exception {
    TestTerminal terminal = new TestTerminal(Map.of(), true);
    Countdown countdown =
        Countdown.of(new Clasp(terminal.terminal()), "looking", Duration.ofSeconds(5));
    terminal.awaitErr(text -> text.contains("looking, 5 s"));
    countdown.close();
    assertThat(terminal.err()).endsWith("\r\u001b[K");
  }

  @Test
  void aScriptSeesNothing() {
    TestTerminal terminal = new TestTerminal(Map.of(), false);
    Countdown.of(new Clasp(terminal.terminal()), "looking", Duration.ofSeconds(5)).close();
    assertThat(terminal.err()).isEmpty();
  }
}
