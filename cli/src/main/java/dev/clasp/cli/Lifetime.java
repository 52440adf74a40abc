package dev.clasp.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long a token lives, as people type it: {@code 7d}, {@code 12h}, {@code 30m}, {@code 90s} or
 * {@code 90}, or by ISO 8601 {@code P7D}, {@code PT12H} (operations.md 8.1).
 */
final class Lifetime {

  static final Duration LONGEST = Duration.ofDays(3653);

  private static final Pattern SIMPLE = Pattern.compile("([0-9]{1,18})([dhms]?)");

  private Lifetime() {}

  /**
   * Reads it.
   *
   * @param option for the sentence when it is wrong
   * @throws CommandException it is none, not positive, or longer than ten years
   */
  static Duration parse(String option, String text) {
    Duration duration;
    try {
      Matcher simple = SIMPLE.matcher(text);
      duration = simple.matches() ? simple(simple) : Duration.parse(text);
    } catch (DateTimeException e) {
      throw new CommandException(
          ExitStatus.FAILURE,
          "'"
              + Printable.escape(text)
              + "' is no time for "
              + option
              + ": write 90s, 30m, 12h or 7d, or P7D as in ISO 8601");
    } catch (ArithmeticException e) {
      throw tooLong(option, text);
    }
    if (duration.compareTo(LONGEST) > 0) {
      throw tooLong(option, text);
    }
    if (duration.getSeconds() < 1) {
      throw new CommandException(
          ExitStatus.FAILURE, option + " must be a second or more, not " + Printable.escape(text));
    }
    return duration;
  }

  private static Duration simple(Matcher matcher) {
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "d" -> Duration.ofDays(number);
      case "h" -> Duration.ofHours(number);
      case "m" -> Duration.ofMinutes(number);
      default -> Duration.ofSeconds(number);
    };
  }

  private static CommandException tooLong(String option, String text) {
    return new CommandException(
        ExitStatus.FAILURE, option + " must be at most 10 years, not " + Printable.escape(text));
  }

  /** A span in its largest unit: {@code 3 days}. */
  static String human(long seconds) {
    long number;
    String unit;
    if (seconds < 60) {
      number = seconds;
      unit = "second";
    } else if (seconds < 3600) {
      number = seconds / 60;
      unit = "minute";
    } else if (seconds < 86_400) {
      number = seconds / 3600;
      unit = "hour";
    } else {
      number = seconds / 86_400;
      unit = "day";
    }
    return number + " " + unit + (number == 1 ? "" : "s");
  }
}
