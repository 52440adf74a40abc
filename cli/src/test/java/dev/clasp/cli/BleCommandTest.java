package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BleCommandTest {

  private final TestTerminal terminal = new TestTerminal();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ble | a command of clasp ble is missing",
        "ble scan --time 0s | --time must be more than 0",
        "ble scan --time 11m | --time must be more than 0 and at most 10m",
        "ble scan --count -1 | --count must be 0 or more",
      })
  void whatIsWrongIsSaid(String line, String complaint) {
    assertThat(terminal.run(line.split(" "))).isEqualTo(ExitStatus.USAGE);
    assertThat(terminal.err()).contains(complaint).doesNotContain("\tat ");
  }

  @Test
  void saysThatThereIsNoBus() {
    assertThat(terminal.run("ble", "scan", "--bus", "unix:path=/nowhere/at/all"))
        .isEqualTo(ExitStatus.UNAVAILABLE);
    assertThat(terminal.err())
        .contains("cannot connect to D-Bus at unix:path=/nowhere/at/all")
        .doesNotContain("\tat ");
  }

  @Test
  void aDeviceIsAUrlForEveryCommand() {
    assertThat(ConnectionOptions.fullUrl("ble:AA:BB:CC:DD:EE:FF"))
        .isEqualTo("ble:AA:BB:CC:DD:EE:FF");
    assertThat(ConnectionOptions.fullUrl("ble:stage?scan=2s")).isEqualTo("ble:stage?scan=2s");
    assertThat(terminal.run("get", "/a", "--server", "ble:*?bus=unix:path=/nowhere/at/all"))
        .isEqualTo(ExitStatus.UNAVAILABLE);
    assertThat(terminal.err()).contains("Bluetooth needs Linux with D-Bus and BlueZ");
  }
}
