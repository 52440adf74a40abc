package dev.clasp.cli;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;

/** Times as text. */
final class Times {

  private Times() {}

  /** Unix microseconds as RFC 3339 in UTC with milliseconds: {@code 2025-01-31T18:30:00.123Z}. */
  static String iso(long unixMicros) {
    ZonedDateTime t = instant(unixMicros).atZone(ZoneOffset.UTC);
    return time(date(t), t).append('Z').toString();
  }

  /** The same with microseconds: {@code 2025-01-31T18:30:00.123456Z}. */
  static String isoMicros(long unixMicros) {
    ZonedDateTime t = instant(unixMicros).atZone(ZoneOffset.UTC);
    StringBuilder out = time(date(t), t);
    return digits(out, t.getNano() / 1000 % 1000, 3).append('Z').toString();
  }

  private static StringBuilder date(ZonedDateTime t) {
    StringBuilder out = new StringBuilder(27);
    digits(out, t.getYear(), 4).append('-');
    digits(out, t.getMonthValue(), 2).append('-');
    return digits(out, t.getDayOfMonth(), 2).append('T');
  }

  /** The same, of a time that may be missing. */
  static Optional<String> iso(OptionalLong unixMicros) {
    return unixMicros.isPresent() ? Optional.of(iso(unixMicros.getAsLong())) : Optional.empty();
  }

  /** The time of day in a zone, with milliseconds. */
  static String clock(long unixMicros, ZoneId zone) {
    return time(new StringBuilder(12), instant(unixMicros).atZone(zone)).toString();
  }

  private static Instant instant(long unixMicros) {
    return Instant.EPOCH.plus(unixMicros, ChronoUnit.MICROS);
  }

  private static StringBuilder time(StringBuilder out, ZonedDateTime t) {
    digits(out, t.getHour(), 2).append(':');
    digits(out, t.getMinute(), 2).append(':');
    digits(out, t.getSecond(), 2).append('.');
    return digits(out, t.getNano() / 1_000_000, 3);
  }

  private static StringBuilder digits(StringBuilder out, int number, int count) {
    String text = Integer.toString(number);
    return out.repeat('0', Math.max(0, count - text.length())).append(text);
  }
}
