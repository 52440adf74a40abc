package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

/** Lines that belong to one session are found by its id. */
class LogLinesTest {

  private static LoggingEvent event(String message) {
    LoggingEvent event = new LoggingEvent();
    event.setLoggerName("a.B");
    event.setLevel(Level.INFO);
    event.setTimeStamp(0);
    event.setMessage(message);
    event.addKeyValuePair(new KeyValuePair("session", "s-1"));
    event.addKeyValuePair(new KeyValuePair("peer", "192.0.2.1:5"));
    event.addKeyValuePair(new KeyValuePair("code", 301));
    event.addKeyValuePair(new KeyValuePair("detail", "cpsk_0123456789abcdef0123456789abcdef\n"));
    return event;
  }

  private static String line(boolean json, LoggingEvent event) {
    return new String(new LogLines(json).encode(event), StandardCharsets.UTF_8);
  }

  @Test
  void jsonHasThemAsKeysWithoutSecrets() {
    assertThat(line(true, event("it ends")))
        .contains("\"msg\":\"it ends\",\"session\":\"s-1\",\"peer\":\"192.0.2.1:5\",\"code\":301")
        .doesNotContain("cpsk_0123");
  }

  @Test
  void timesAreMicrosecondsInUtc() {
    LoggingEvent event = event("it ends");
    event.setInstant(Instant.parse("2025-01-31T18:30:00.000123456Z"));

    assertThat(line(true, event)).startsWith("{\"ts\":\"2025-01-31T18:30:00.000123Z\",");
  }

  @Test
  void textHasThemUnlessTheMessageDoes() {
    assertThat(line(false, event("session s-1 ends")))
        .contains("session s-1 ends peer=192.0.2.1:5 code=301")
        .doesNotContain("session=")
        .doesNotContain("cpsk_0123")
        .endsWith("\n")
        .hasLineCount(1);
  }
}
