package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Floods of one message do not fill the disk, and what looks like a token does not get there. */
class LogThrottleTest {

  private final ListAppender<ILoggingEvent> written = new ListAppender<>();
  private final LogThrottle throttle = new LogThrottle(written);

  @BeforeEach
  void start() {
    written.start();
    throttle.start();
  }

  private void log(long millis, Level level, String message) {
    LoggingEvent event = new LoggingEvent();
    event.setLoggerName("a.B");
    event.setLevel(level);
    event.setTimeStamp(millis);
    event.setMessage(message);
    throttle.doAppend(event);
  }

  private List<String> lines() {
    return written.list.stream().map(ILoggingEvent::getMessage).toList();
  }

  @Test
  void tenOfAKindPassInASecondAndTheRestIsCounted() {
    for (int i = 0; i < 25; i++) {
      log(1000 + i, Level.WARN, "refused {}");
    }
    log(1500, Level.WARN, "something else");
    assertThat(lines()).hasSize(11).endsWith("something else");

    log(2000, Level.WARN, "refused {}");

    assertThat(lines()).endsWith("and 15 more like this: refused {}", "refused {}").hasSize(13);
  }

  @Test
  void whoAsksForDebugGetsAllOfIt() {
    for (int i = 0; i < 25; i++) {
      log(1000, Level.DEBUG, "frame");
    }
    assertThat(lines()).hasSize(25);
  }

  @Test
  void tokensAreHidden() {
    assertThat(LogSecrets.hide("with cpsk_0123456789abcdef and Bearer abc.def-ghi_jkl"))
        .isEqualTo("with cpsk_*** and Bearer ***");
    assertThat(LogSecrets.hide("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln end"))
        .isEqualTo("jwt *** end");
    assertThat(LogSecrets.hide("/lights/cpsk_1 landscape_x"))
        .isEqualTo("/lights/cpsk_1 landscape_x");
  }
}
