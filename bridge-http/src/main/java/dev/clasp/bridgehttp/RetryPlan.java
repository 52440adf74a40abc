package dev.clasp.bridgehttp;

import dev.clasp.transport.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * Which answers are worth another attempt, and when. Immutable, but for the random numbers.
 *
 * @param attempts in all; at least 1
 */
record RetryPlan(int attempts, Backoff pauses, RandomGenerator random) {

  /** No server makes us wait for longer. */
  private static final Duration MAX_RETRY_AFTER = Duration.ofMinutes(10);

  /** Too Early, Too Many Requests, Request Timeout, and what is wrong at the server. */
  static boolean passing(int status) {
    return status == 408
        || status == 425
        || status == 429
        || status >= 500 && status != 501 && status != 505;
  }

  static boolean good(int status) {
    return status >= 200 && status < 300;
  }

  /**
   * Nanoseconds until the next attempt; empty if there is none.
   *
   * @param made attempts so far with this message, at least 1
   * @param failures in a row, with this message and those before it, at least 1
   * @param asked what the server wants to be left alone for
   */
  OptionalLong pause(int made, int failures, OptionalLong asked) {
    if (made >= attempts) {
      return OptionalLong.empty();
    }
    // Half of the pause is sure, so that the first ones are not all at once.
    long most = pauses.delayNanos(failures - 1, random).orElse(0);
    long pause = most / 2 + random.nextLong(most / 2 + 1);
    return OptionalLong.of(Math.max(pause, asked.orElse(0)));
  }

  /** What Retry-After says: seconds, or a date (RFC 9110 section 10.2.3). */
  static OptionalLong retryAfter(Optional<String> header, Instant now) {
    if (header.isEmpty()) {
      return OptionalLong.empty();
    }
    String text = header.get().strip();
    Duration wait;
    if (text.matches("[0-9]{1,9}")) {
      wait = Duration.ofSeconds(Long.parseLong(text));
    } else {
      try {
        wait =
            Duration.between(
                now, ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
      } catch (DateTimeParseException e) {
        return OptionalLong.empty();
      }
    }
    if (wait.isNegative()) {
      return OptionalLong.of(0);
    }
    return OptionalLong.of(
        (wait.compareTo(MAX_RETRY_AFTER) > 0 ? MAX_RETRY_AFTER : wait).toNanos());
  }
}
