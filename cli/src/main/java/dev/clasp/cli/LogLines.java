package dev.clasp.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * Log events as lines, text or JSON (operations.md 12.7). Names and addresses that clients choose
 * are in the messages, so that these are escaped: nobody forges a line (SEC-44).
 */
final class LogLines extends EncoderBase<ILoggingEvent> {

  private static final byte[] NONE = {};

  private final boolean json;

  LogLines(boolean json) {
    this.json = json;
  }

  @Override
  public byte[] headerBytes() {
    return NONE;
  }

  @Override
  public byte[] footerBytes() {
    return NONE;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    return (json ? json(event) : text(event)).getBytes(StandardCharsets.UTF_8);
  }

  private static String text(ILoggingEvent event) {
    StringBuilder out = new StringBuilder(160);
    out.append(Times.clock(micros(event), ZoneId.systemDefault()))
        .append(' ')
        .append(event.getLevel())
        .append(event.getLevel().levelStr.length() < 5 ? "  " : " ")
        .append(simpleName(event.getLoggerName()))
        .append(": ")
        .append(Printable.escape(LogSecrets.hide(event.getFormattedMessage())));
    for (KeyValuePair pair : about(event)) {
      // Most of it is in the message.
      if (!event.getFormattedMessage().contains(String.valueOf(pair.value))) {
        out.append(' ')
            .append(pair.key)
            .append('=')
            .append(Printable.escape(LogSecrets.hide(String.valueOf(pair.value))));
      }
    }
    out.append('\n');
    IThrowableProxy failure = event.getThrowableProxy();
    if (failure != null) {
      out.append(LogSecrets.hide(ThrowableProxyUtil.asString(failure))).append('\n');
    }
    return out.toString();
  }

  private static String json(ILoggingEvent event) {
    JsonLine line =
        new JsonLine()
            .put("ts", Times.isoMicros(micros(event)))
            .put("level", event.getLevel().levelStr.toLowerCase(java.util.Locale.ROOT))
            .put("logger", event.getLoggerName())
            .put("msg", LogSecrets.hide(event.getFormattedMessage()));
    for (KeyValuePair pair : about(event)) {
      if (pair.value instanceof Number number) {
        line.put(pair.key, number.longValue());
      } else {
        line.put(pair.key, LogSecrets.hide(String.valueOf(pair.value)));
      }
    }
    IThrowableProxy failure = event.getThrowableProxy();
    if (failure != null) {
      line.put("err", LogSecrets.hide(ThrowableProxyUtil.asString(failure)));
    }
    return line.end() + '\n';
  }

  /** Session, peer and what else the line is about. */
  private static List<KeyValuePair> about(ILoggingEvent event) {
    @Nullable List<KeyValuePair> pairs = event.getKeyValuePairs();
    return pairs == null ? List.of() : pairs;
  }

  private static long micros(ILoggingEvent event) {
    @Nullable Instant instant = event.getInstant();
    return instant == null
        ? event.getTimeStamp() * 1000
        : ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }

  private static String simpleName(@Nullable String logger) {
    return logger == null ? "" : logger.substring(logger.lastIndexOf('.') + 1);
  }
}
