package dev.clasp.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations that people type: {@code 10}, {@code 0.5s}, {@code 200ms}, {@code 5m}, {@code 2h}. */
final class DurationText implements ITypeConverter<Duration> {

  private static final Pattern FORM = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,9})?)(ms|s|m|h)?");

  private static final BigDecimal LONGEST = BigDecimal.valueOf(Duration.ofDays(36_500).toNanos());

  @Override
  public Duration convert(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new TypeConversionException(
          "'"
              + Printable.escape(text)
              + "' is not a duration: a number of seconds, or with a unit: 200ms, 10s, 5m, 2h");
    }
    String unit = matcher.group(2) == null ? "s" : matcher.group(2);
    Duration one =
        switch (unit) {
          case "ms" -> Duration.ofMillis(1);
          case "m" -> Duration.ofMinutes(1);
          case "h" -> Duration.ofHours(1);
          default -> Duration.ofSeconds(1);
        };
    BigDecimal nanos = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(one.toNanos()));
    if (nanos.compareTo(LONGEST) > 0) {
      throw new TypeConversionException("'" + text + "' is too long: at most 100 years");
    }
    return Duration.ofNanos(nanos.longValue());
  }

  /** The duration with the unit that suits it. */
  static String human(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }
}
