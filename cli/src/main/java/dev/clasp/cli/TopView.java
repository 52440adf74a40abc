package dev.clasp.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code clasp top} shows: the difference of two answers of the status API, as lines that fit
 * a terminal or as JSON.
 */
final class TopView {

  /** What the sessions are sorted by, most first. */
  enum Sort {
    RATE,
    BYTES,
    QUEUE,
    DROPPED,
    AGE,
    NAME;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A session with its rates per second. */
  private record Row(
      JsonNode session, double in, double out, double bytesIn, double bytesOut, double age) {
    String name() {
      return session.path("name").asText();
    }

    long queued() {
      return session.path("queued").asLong();
    }

    long dropped() {
      return session.path("dropped").asLong();
    }
  }

  private record Column(String head, int width, boolean left, int importance, Cell cell) {}

  private interface Cell {
    String of(Row row);
  }

  private static final int NAME_MIN = 10;
  private static final int NAME_MAX = 32;

  /** The less important, the sooner a narrow terminal goes without. */
  private static final List<Column> COLUMNS =
      List.of(
          new Column("TRANSPORT", 13, true, 3, r -> r.session.path("transport").asText()),
          new Column("PEER", 21, true, 1, r -> r.session.path("peer").asText()),
          new Column("SUBS", 5, false, 4, r -> r.session.path("subscriptions").asText()),
          new Column("IN/S", 8, false, 8, r -> number(r.in)),
          new Column("OUT/S", 8, false, 9, r -> number(r.out)),
          new Column("IN B/S", 8, false, 5, r -> number(r.bytesIn)),
          new Column("OUT B/S", 8, false, 6, r -> number(r.bytesOut)),
          new Column("QUEUE", 6, false, 7, r -> number(r.queued())),
          new Column("DROPPED", 8, false, 5, r -> number(r.dropped())),
          new Column("AGE", 9, false, 2, r -> time(r.age)));

  private final JsonNode now;
  private final @Nullable JsonNode before;
  private final double seconds;
  private final List<Row> rows = new ArrayList<>();

  /**
   * @param before the answer before that, or null: then rates are those since the start
   */
  TopView(JsonNode now, @Nullable JsonNode before) {
    boolean same =
        before != null
            && before.path("started").equals(now.path("started"))
            && before.path("uptimeSeconds").asDouble() < now.path("uptimeSeconds").asDouble();
    this.now = now;
    this.before = same ? before : null;
    this.seconds =
        Math.max(
            1e-3,
            now.path("uptimeSeconds").asDouble()
                - (same && before != null ? before.path("uptimeSeconds").asDouble() : 0));
    Map<String, JsonNode> older = new HashMap<>();
    if (same && before != null) {
      before.path("sessions").forEach(s -> older.put(s.path("id").asText(), s));
    }
    for (JsonNode session : now.path("sessions")) {
      JsonNode was = older.get(session.path("id").asText());
      rows.add(
          new Row(
              session,
              rate(session, was, "messagesIn"),
              rate(session, was, "messagesOut"),
              rate(session, was, "bytesIn"),
              rate(session, was, "bytesOut"),
              age(session)));
    }
  }

  private double rate(JsonNode now, @Nullable JsonNode was, String field) {
    double before = was == null ? 0 : was.path(field).asDouble();
    return Math.max(0, now.path(field).asDouble() - before) / seconds;
  }

  private double age(JsonNode session) {
    try {
      long started = Instant.parse(now.path("started").asText()).toEpochMilli();
      long connected = Instant.parse(session.path("connected").asText()).toEpochMilli();
      return now.path("uptimeSeconds").asDouble() - (connected - started) / 1000.0;
    } catch (DateTimeException e) {
      return 0;
    }
  }

  private List<Row> sorted(Sort sort) {
    Comparator<Row> comparator =
        switch (sort) {
          case RATE -> Comparator.comparingDouble((Row r) -> r.in + r.out).reversed();
          case BYTES -> Comparator.comparingDouble((Row r) -> r.bytesIn + r.bytesOut).reversed();
          case QUEUE -> Comparator.comparingLong(Row::queued).reversed();
          case DROPPED -> Comparator.comparingLong(Row::dropped).reversed();
          case AGE -> Comparator.comparingDouble(Row::age).reversed();
          case NAME -> Comparator.comparing(Row::name);
        };
    return rows.stream()
        .sorted(
            comparator.thenComparing(Row::name).thenComparing(r -> r.session.path("id").asText()))
        .toList();
  }

  // --- text --------------------------------------------------------------------------------------

  /**
   * Lines without line ends, none longer than the terminal is wide.
   *
   * @param height at most so many
   */
  List<String> lines(int width, int height, Sort sort, String url, Style style) {
    List<String> lines = new ArrayList<>();
    lines.add(
        style.bold(
            fit(
                now.path("name").asText()
                    + " "
                    + now.path("version").asText()
                    + "  up "
                    + time(now.path("uptimeSeconds").asDouble())
                    + "  "
                    + url,
                width)));
    JsonNode counters = now.path("counters");
    JsonNode older = before == null ? null : before.path("counters");
    lines.add(
        fit(
            "sessions "
                + of(now.path("sessions").size(), now.path("sessionsMax").asLong())
                + "  parameters "
                + of(now.path("parameters").asLong(), now.path("parametersMax").asLong())
                + "  subscriptions "
                + number(now.path("subscriptions").asDouble())
                + "  connections "
                + number(now.path("connections").path("open").asDouble()),
            width));
    lines.add(
        fit(
            "in "
                + number(rate(now, before, "messagesIn"))
                + " msg/s "
                + number(rate(counters, older, "bytes_in"))
                + " B/s  out "
                + number(rate(now, before, "messagesOut"))
                + " msg/s "
                + number(rate(counters, older, "bytes_out"))
                + " B/s  dropped "
                + number(rate(now, before, "dropped"))
                + "/s  errors "
                + number(rate(counters, older, "errors"))
                + "/s",
            width));
    lines.add(loops(width, style));
    lines.add("");
    table(lines, width, height, sort, style);
    return lines.subList(0, Math.min(lines.size(), height));
  }

  private static String of(long count, long max) {
    return number(count) + (max > 0 ? "/" + number(max) : "");
  }

  private String loops(int width, Style style) {
    StringBuilder text = new StringBuilder("loops");
    boolean stuck = false;
    for (JsonNode loop : now.path("loops")) {
      boolean bad = loop.path("stuck").asBoolean();
      stuck |= bad;
      text.append("  ")
          .append(
              String.format(Locale.ROOT, "%.1f ms", 1000 * loop.path("delaySeconds").asDouble()))
          .append(bad ? " STUCK" : "");
    }
    JsonNode persistence = now.path("persistence");
    if (persistence.path("writing").isBoolean() && !persistence.path("writing").booleanValue()) {
      stuck = true;
      text.append("  THE STATE CANNOT BE WRITTEN");
    }
    String line = fit(text.toString(), width);
    return stuck ? style.error(line) : line;
  }

  private void table(List<String> lines, int width, int height, Sort sort, Style style) {
    List<Column> columns = new ArrayList<>(COLUMNS);
    while (!columns.isEmpty() && NAME_MIN + widthOf(columns) > width) {
      columns.remove(
          columns.stream().min(Comparator.comparingInt(Column::importance)).orElseThrow());
    }
    int name = Math.clamp(width - widthOf(columns), 1, NAME_MAX);
    StringBuilder head = new StringBuilder(pad("NAME", name, true));
    columns.forEach(c -> head.append(' ').append(pad(c.head, c.width, c.left)));
    lines.add(style.dim(fit(head.toString(), width)));
    List<Row> sorted = sorted(sort);
    int room = Math.max(0, height - lines.size());
    boolean all = sorted.size() <= room;
    for (Row row : sorted.subList(0, all ? sorted.size() : Math.max(0, room - 1))) {
      StringBuilder line = new StringBuilder(pad(row.name(), name, true));
      columns.forEach(c -> line.append(' ').append(pad(c.cell.of(row), c.width, c.left)));
      String text = fit(line.toString(), width);
      lines.add(row.queued() > 0 ? style.error(text) : text);
    }
    if (!all && room > 0) {
      lines.add(style.dim(fit((sorted.size() - room + 1) + " more", width)));
    }
  }

  private static int widthOf(List<Column> columns) {
    return columns.stream().mapToInt(c -> c.width + 1).sum();
  }

  // --- JSON --------------------------------------------------------------------------------------

  /** One line; the rates are those since the answer before. */
  String json(Sort sort) {
    JsonNode counters = now.path("counters");
    JsonNode older = before == null ? null : before.path("counters");
    StringBuilder sessions = new StringBuilder();
    for (Row row : sorted(sort)) {
      sessions.append(sessions.isEmpty() ? "" : ",").append(json(row));
    }
    String head =
        new JsonLine()
            .put("name", now.path("name").asText())
            .put("version", now.path("version").asText())
            .put("uptimeSeconds", now.path("uptimeSeconds").asDouble(), 3)
            .put("parameters", now.path("parameters").asLong())
            .put("subscriptions", now.path("subscriptions").asLong())
            .put("messagesInPerSecond", rate(now, before, "messagesIn"), 3)
            .put("messagesOutPerSecond", rate(now, before, "messagesOut"), 3)
            .put("bytesInPerSecond", rate(counters, older, "bytes_in"), 3)
            .put("bytesOutPerSecond", rate(counters, older, "bytes_out"), 3)
            .put("droppedPerSecond", rate(now, before, "dropped"), 3)
            .put("loopDelaySeconds", loopDelay(), 6)
            .put("loopsStuck", stuckLoops())
            .end();
    return head.substring(0, head.length() - 1) + ",\"sessions\":[" + sessions + "]}";
  }

  private double loopDelay() {
    double most = 0;
    for (JsonNode loop : now.path("loops")) {
      most = Math.max(most, loop.path("delaySeconds").asDouble());
    }
    return most;
  }

  private long stuckLoops() {
    long stuck = 0;
    for (JsonNode loop : now.path("loops")) {
      stuck += loop.path("stuck").asBoolean() ? 1 : 0;
    }
    return stuck;
  }

  private static String json(Row row) {
    return new JsonLine()
        .put("id", row.session.path("id").asText())
        .put("name", row.name())
        .put("peer", row.session.path("peer").asText())
        .put("transport", row.session.path("transport").asText())
        .put("subscriptions", row.session.path("subscriptions").asLong())
        .put("messagesInPerSecond", row.in, 3)
        .put("messagesOutPerSecond", row.out, 3)
        .put("bytesInPerSecond", row.bytesIn, 3)
        .put("bytesOutPerSecond", row.bytesOut, 3)
        .put("queued", row.queued())
        .put("dropped", row.dropped())
        .put("ageSeconds", row.age, 3)
        .end();
  }

  // --- forms -------------------------------------------------------------------------------------

  /** At most six characters: {@code 0}, {@code 0.25}, {@code 999}, {@code 12.3k}, {@code 4.5M}. */
  static String number(double value) {
    if (value < 0.005) {
      return "0";
    }
    if (value < 9.995) {
      String text = String.format(Locale.ROOT, "%.2f", value);
      return text.endsWith(".00") ? text.substring(0, text.length() - 3) : text;
    }
    if (value < 9999.5) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    double scaled = value;
    for (String unit : List.of("k", "M", "G", "T")) {
      scaled /= 1000;
      if (scaled < 999.5 || unit.equals("T")) {
        return String.format(Locale.ROOT, scaled < 99.95 ? "%.1f%s" : "%.0f%s", scaled, unit);
      }
    }
    return "";
  }

  /** {@code 0:07}, {@code 1:02:03}, {@code 12d 3h}. */
  static String time(double seconds) {
    long s = Math.max(0, (long) seconds);
    if (s >= 86_400) {
      return s / 86_400 + "d " + s % 86_400 / 3600 + "h";
    }
    return s >= 3600
        ? String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s % 3600 / 60, s % 60)
        : String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60);
  }

  /** Exactly so wide; what is too long ends with a tilde. */
  private static String pad(String text, int width, boolean left) {
    String fitted = fit(text, width);
    String space = " ".repeat(Math.max(0, width - columns(fitted)));
    return left ? fitted + space : space + fitted;
  }

  /** Safe for a terminal and at most so wide. */
  private static String fit(String text, int width) {
    String safe = Printable.escape(text);
    if (columns(safe) <= width) {
      return safe;
    }
    StringBuilder out = new StringBuilder();
    int used = 0;
    for (int i = 0; i < safe.length(); ) {
      int c = safe.codePointAt(i);
      if (used + columns(c) > width - 1) {
        break;
      }
      out.appendCodePoint(c);
      used += columns(c);
      i += Character.charCount(c);
    }
    return out.append(width > 0 ? "~" : "").toString();
  }

  private static int columns(String text) {
    return text.codePoints().map(TopView::columns).sum();
  }

  /** Columns of a character in a terminal, as most have it (UAX #11). */
  private static int columns(int c) {
    int type = Character.getType(c);
    if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || c == 0x200d) {
      return 0;
    }
    boolean wide =
        c >= 0x1100 && c <= 0x115f
            || c >= 0x2e80 && c <= 0xa4cf
            || c >= 0xac00 && c <= 0xd7a3
            || c >= 0xf900 && c <= 0xfaff
            || c >= 0xfe30 && c <= 0xfe6f
            || c >= 0xff00 && c <= 0xff60
            || c >= 0x1f300 && c <= 0x1faff
            || c >= 0x20000 && c <= 0x3fffd;
    return wide ? 2 : 1;
  }
}
