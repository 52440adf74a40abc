package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.Signal;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Value;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SignalPrinterTest {

  private static final long ARRIVED = 1_738_348_200_123_456L;
  private static final OptionalLong NO_TIME = OptionalLong.empty();

  private static Signal.Change change(String address, Value value, boolean stored) {
    return new Signal.Change(
        address,
        value,
        12,
        stored ? Optional.of("s1") : Optional.empty(),
        stored ? OptionalLong.of(0) : NO_TIME,
        stored);
  }

  private static final Signal EVENT =
      new Signal.Event("/cue/go", Value.of(3), OptionalLong.of(ARRIVED + 1_000_000));
  private static final Signal SAMPLES =
      new Signal.Stream(
          "/meter", List.of(Value.of(0.1), Value.of(0.2)), OptionalInt.of(48_000), NO_TIME);
  private static final Signal GESTURE =
      new Signal.Gesture("/pad", -1, GesturePhase.MOVE, Value.of(0.5), NO_TIME);

  @Test
  void jsonLinesHaveTheSixKeysThatScriptsRelyOn() {
    SignalPrinter printer = new JsonSignalPrinter();
    assertThat(printer.line(change("/a", Value.of(0.8), false), ARRIVED))
        .isEqualTo(
            "{\"ts\":\"2025-01-31T18:30:00.123Z\",\"type\":\"param\",\"address\":\"/a\","
                + "\"value\":0.8,\"revision\":12,\"writer\":null}");
    assertThat(printer.line(change("/a", Value.of(0.8), true), ARRIVED))
        .isEqualTo(
            "{\"ts\":\"1970-01-01T00:00:00.000Z\",\"type\":\"param\",\"address\":\"/a\","
                + "\"value\":0.8,\"revision\":12,\"writer\":\"s1\",\"snapshot\":true}");
    assertThat(printer.line(EVENT, ARRIVED))
        .isEqualTo(
            "{\"ts\":\"2025-01-31T18:30:01.123Z\",\"type\":\"event\",\"address\":\"/cue/go\","
                + "\"value\":3,\"revision\":null,\"writer\":null}");
    assertThat(printer.line(SAMPLES, ARRIVED))
        .endsWith(
            "\"value\":0.2,\"revision\":null,\"writer\":null,\"samples\":[0.1,0.2],\"rate\":48000}");
    assertThat(printer.line(GESTURE, ARRIVED)).endsWith("\"id\":4294967295,\"phase\":\"move\"}");
  }

  @Test
  void textForPipesIsSeparatedBySpaces() {
    SignalPrinter printer = new TextSignalPrinter();
    assertThat(printer.line(change("/a", Value.of(0.8), false), ARRIVED))
        .isEqualTo("2025-01-31T18:30:00.123Z param /a 0.8 rev=12");
    assertThat(printer.line(EVENT, ARRIVED)).isEqualTo("2025-01-31T18:30:01.123Z event /cue/go 3");
    assertThat(printer.line(SAMPLES, ARRIVED))
        .isEqualTo("2025-01-31T18:30:00.123Z stream /meter [0.1, 0.2]");
    assertThat(printer.line(GESTURE, ARRIVED))
        .isEqualTo("2025-01-31T18:30:00.123Z gesture /pad move#4294967295 0.5");
  }

  @Test
  void terminalColumnsAreAligned() {
    SignalPrinter printer = new TerminalSignalPrinter(new Style(false), ZoneOffset.UTC, 80);
    assertThat(printer.line(change("/a", Value.of(0.8), true), ARRIVED))
        .isEqualTo("00:00:00.000  param     /a                        0.8  rev=12 stored");
    assertThat(printer.line(EVENT, ARRIVED))
        .isEqualTo("18:30:01.123  event     /cue/go                   3");
  }

  @Test
  void theAddressColumnGrowsButLeavesRoom() {
    SignalPrinter printer = new TerminalSignalPrinter(new Style(false), ZoneOffset.UTC, 80);
    String longer = "/lights/front/1/brightness";
    assertThat(printer.line(change(longer, Value.of(1), false), ARRIVED)).contains(longer + "  1");
    assertThat(printer.line(EVENT, ARRIVED))
        .contains("/cue/go" + " ".repeat(longer.length() - 5) + "3");
    String endless = "/" + "x".repeat(100);
    assertThat(printer.line(change(endless, Value.of(1), false), ARRIVED))
        .contains(endless + "  1");
    assertThat(printer.line(EVENT, ARRIVED))
        .contains("/cue/go" + " ".repeat(longer.length() - 5) + "3");
  }

  @Test
  void longValuesAreCutToTheTerminal() {
    Signal signal = change("/a", Value.of("🎭".repeat(500)), false);
    String cut = new TerminalSignalPrinter(new Style(false), ZoneOffset.UTC, 80).line(signal, 0);
    assertThat(cut.codePointCount(0, cut.length())).isEqualTo(80);
    assertThat(cut).endsWith("🎭…  rev=12");
    String whole = new TerminalSignalPrinter(new Style(false), ZoneOffset.UTC, 0).line(signal, 0);
    assertThat(whole).contains("🎭".repeat(500));
  }

  @Test
  void hostileAddressesAndValuesCannotReachTheTerminal() {
    Signal hostile = change("/a\u001b]0;owned\u0007", Value.of("\u001b[2J"), false);
    for (SignalPrinter printer :
        List.of(
            new JsonSignalPrinter(),
            new TextSignalPrinter(),
            new TerminalSignalPrinter(new Style(false), ZoneOffset.UTC, 80))) {
      assertThat(printer.line(hostile, ARRIVED)).matches("[\\x20-\\x7e]*");
    }
  }

  @Test
  void coloursWrapWholeColumns() {
    assertThat(
            new TerminalSignalPrinter(new Style(true), ZoneOffset.UTC, 80)
                .line(change("/a", Value.TRUE, false), ARRIVED))
        .contains("\u001b[32mparam\u001b[0m")
        .contains("\u001b[36m/a\u001b[0m")
        .contains("\u001b[33mtrue\u001b[0m");
  }
}
