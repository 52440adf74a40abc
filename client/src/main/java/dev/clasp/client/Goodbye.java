package dev.clasp.client;

import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.Message;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a router says that is about to stop (operations.md 12.3, 12.4): ERROR 501 with {@code
 * retry_after_ms=N} in its text, and no answer to anything.
 */
final class Goodbye {

  private static final Pattern RETRY = Pattern.compile("\\bretry_after_ms=([0-9]{1,9})\\b");

  /** Whatever the router says; it does not know how long we want to be without one. */
  private static final long LONGEST_MILLIS = 60_000;

  private Goodbye() {}

  /** When to come back, if it is a good-bye. */
  static OptionalLong retryNanos(Message.Error error) {
    if (error.code() != ErrorCode.UNAVAILABLE || error.address().isPresent()) {
      return OptionalLong.empty();
    }
    Matcher matcher = RETRY.matcher(error.message());
    return matcher.find()
        ? OptionalLong.of(
            TimeUnit.MILLISECONDS.toNanos(
                Math.min(LONGEST_MILLIS, Long.parseLong(matcher.group(1)))))
        : OptionalLong.empty();
  }
}
