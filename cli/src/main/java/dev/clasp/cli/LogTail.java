package dev.clasp.cli;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.clasp.server.EventFeed;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/** The log of this process for the admin API: its latest lines. */
final class LogTail extends AppenderBase<ILoggingEvent> {

  private final EventFeed feed;

  private LogTail(EventFeed feed) {
    this.feed = feed;
  }

  /** Hands every line that is logged from now on to the feed too. */
  static void attach(EventFeed feed) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      LogTail tail = new LogTail(feed);
      tail.setContext(context);
      tail.start();
      context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(tail);
    }
  }

  @Override
  protected void append(ILoggingEvent event) {
    feed.log(
        event.getInstant(),
        event.getLevel().levelStr.toLowerCase(Locale.ROOT),
        event.getLoggerName(),
        LogSecrets.hide(event.getFormattedMessage()));
  }
}
