package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SerialCommandTest {

  private final TestTerminal terminal = new TestTerminal();

  @Test
  void theListIsOneLineForEachPort() {
    assertThat(terminal.run("serial", "list")).isZero();
    if (terminal.out().isEmpty()) {
      assertThat(terminal.err()).contains("there are no serial ports here");
    } else {
      assertThat(terminal.lines()).allMatch(line -> line.startsWith("/") || line.startsWith("COM"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "serial | a command of clasp serial is missing",
        "serial connect | Missing required parameter",
        "serial connect /dev/ttyX?baud=fast | baud must be 50 to",
        "serial connect /dev/ttyX?framing=raw&crc=32 | crc=32 needs framing=slip",
        "serial connect /dev/ttyX --server gopher://x | it must start with ws://",
        "set /a 1 --server serial:COM3?parity=maybe | parity must be none, odd",
      })
  void whatIsWrongIsSaid(String line, String complaint) {
    assertThat(terminal.run(line.split(" "))).isEqualTo(ExitStatus.USAGE);
    assertThat(terminal.err()).contains(complaint).doesNotContain("\tat ");
  }

  @Test
  void aPortThatIsNotThereIsWaitedForUntilCtrlC() throws Exception {
    CompletableFuture<Integer> status =
        terminal.start("serial", "connect", "/dev/ttyNoSuchPort", "--server", "tcp://127.0.0.1:1");
    terminal.awaitErr(text -> text.contains("waiting for HELLO on /dev/ttyNoSuchPort"));
    terminal.interrupt();

    assertThat(status.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
  }

  @Test
  void aSerialPortIsAUrlForEveryCommand() {
    assertThat(ConnectionOptions.fullUrl("serial:/dev/ttyUSB0?baud=9600"))
        .isEqualTo("serial:/dev/ttyUSB0?baud=9600");
    assertThat(ConnectionOptions.fullUrl("SERIAL:COM3")).isEqualTo("SERIAL:COM3");
    assertThat(ConnectionOptions.fullUrl("serial:7330")).isEqualTo("ws://serial:7330");
    assertThat(ConnectionOptions.fullUrl("stage:7330")).isEqualTo("ws://stage:7330");
    assertThat(terminal.run("get", "/a", "--server", "serial:/dev/ttyNoSuchPort"))
        .isEqualTo(ExitStatus.UNAVAILABLE);
    assertThat(terminal.err()).contains("there is no serial port /dev/ttyNoSuchPort");
  }
}
