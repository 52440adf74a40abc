package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.cli.Clasp.LogLevel;
import org.junit.jupiter.api.Test;

/** The variable of the reference's programs. */
class RustLogTest {

  @Test
  void aLevelIsThatOfEverything() {
    assertThat(RustLog.parse("debug").level()).contains(LogLevel.DEBUG);
    assertThat(RustLog.parse("info,WARN").level()).contains(LogLevel.WARN);
    assertThat(RustLog.parse("").level()).isEmpty();
    assertThat(RustLog.parse("loud,=,,hyper=trace,/x").level()).isEmpty();
  }

  @Test
  void modulesHaveTheirOwn() {
    RustLog log =
        RustLog.parse(
            "warn, clasp_router::state = trace,clasp-transport=debug,hyper=trace,clasp=x");

    assertThat(log.level()).contains(LogLevel.WARN);
    assertThat(log.parts())
        .containsOnly(
            java.util.Map.entry("dev.clasp.router", LogLevel.TRACE),
            java.util.Map.entry("dev.clasp.server", LogLevel.TRACE),
            java.util.Map.entry("dev.clasp.transport", LogLevel.DEBUG));
  }

  @Test
  void ourOwnOptionsGoBefore() {
    java.util.Map<String, String> environment =
        java.util.Map.of("RUST_LOG", "debug,clasp_core=trace");
    Clasp clasp = new Clasp(new TestTerminal(environment, false).terminal());

    assertThat(clasp.level(LogLevel.INFO)).isEqualTo(LogLevel.DEBUG);
    assertThat(clasp.levels()).containsOnlyKeys("dev.clasp.protocol");
    clasp.logLevel = LogLevel.ERROR;
    assertThat(clasp.level(LogLevel.INFO)).isEqualTo(LogLevel.ERROR);
    assertThat(clasp.levels()).isEmpty();
    assertThat(new Clasp(new TestTerminal().terminal()).level(LogLevel.INFO))
        .isEqualTo(LogLevel.INFO);
  }
}
