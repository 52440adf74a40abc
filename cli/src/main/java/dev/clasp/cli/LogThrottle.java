package dev.clasp.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Lets at most ten events of one kind pass in a second and says how many more there were
 * (operations.md 12.7), so that whoever makes the router complain does not fill the disk. A kind is
 * a logger and a message without its arguments. Debug and below are not concerned: they were asked
 * for.
 */
final class LogThrottle extends UnsynchronizedAppenderBase<ILoggingEvent> {

  static final int PER_SECOND = 10;

  /** Kinds that are remembered; there are not that many messages in the program. */
  private static final int MAX_KINDS = 1000;

  /** What is known of one kind in the second that began then. */
  private static final class Kind {
    private long since;
    private int passed;
    private int held;
  }

  private final Appender<ILoggingEvent> next;
  private final Map<String, Kind> kinds = new LinkedHashMap<>();

  LogThrottle(Appender<ILoggingEvent> next) {
    this.next = next;
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (!event.getLevel().isGreaterOrEqual(Level.INFO)) {
      next.doAppend(event);
      return;
    }
    Optional<LoggingEvent> summary;
    boolean passes;
    synchronized (kinds) {
      Kind kind =
          kinds.computeIfAbsent(event.getLoggerName() + event.getMessage(), _ -> new Kind());
      summary = summary(kind, event);
      passes = kind.passed < PER_SECOND;
      if (passes) {
        kind.passed++;
      } else {
        kind.held++;
      }
      if (kinds.size() > MAX_KINDS) {
        kinds.remove(kinds.keySet().iterator().next());
      }
    }
    summary.ifPresent(next::doAppend);
    if (passes) {
      next.doAppend(event);
    }
  }

  /** A new second begins: how many of the last one were not shown. */
  private static Optional<LoggingEvent> summary(Kind kind, ILoggingEvent event) {
    if (kind.since != 0 && event.getTimeStamp() - kind.since < 1000) {
      return Optional.empty();
    }
    int held = kind.held;
    kind.since = event.getTimeStamp();
    kind.passed = 0;
    kind.held = 0;
    if (held == 0) {
      return Optional.empty();
    }
    LoggingEvent line = new LoggingEvent();
    line.setLoggerName(event.getLoggerName());
    line.setLevel(event.getLevel());
    line.setTimeStamp(event.getTimeStamp());
    line.setMessage("and " + held + " more like this: " + event.getMessage());
    return Optional.of(line);
  }
}
