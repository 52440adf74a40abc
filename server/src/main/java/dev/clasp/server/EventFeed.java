package dev.clasp.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.clasp.security.AuditEvent;
import dev.clasp.security.AuditLine;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What happened last: events of the audit log and lines of the log, a bounded number of each kind,
 * so that much of one displaces nothing of the other. What administrators only look at counts as a
 * kind of its own here, because pages look every second. Each event has a number that goes up by
 * one. For {@code GET /admin/v1/events}. Thread-safe; never blocks.
 */
public final class EventFeed implements Consumer<AuditEvent> {

  private static final JsonFactory JSON = new JsonFactory();

  static final String AUDIT = "audit";
  static final String LOG = "log";

  /** Every kind that there is. */
  static final Set<String> KINDS = Set.of(AUDIT, LOG);

  /** Kept of each kind; whoever asks later has missed what was before. */
  private static final int MAX_EVENTS = 512;

  /** Characters of one event. */
  private static final int MAX_TEXT = 4096;

  private static final int MAX_WAITERS = 16;

  /** How the details of an event begin of which {@link #onlyLooked} is true. */
  private static final List<String> LOOKS =
      List.of(
          "GET ",
          "POST " + AdminApi.PREFIX + "/bridge-preview",
          "POST " + AdminApi.PREFIX + "/transform-preview");

  /**
   * One event.
   *
   * @param kind {@code audit} or {@code log}
   * @param json an object
   */
  record Event(long number, String kind, String json) {}

  /** Somebody who wants to know of the next event. */
  interface Waiter {
    /** There is one. At most once; any thread; must return at once. */
    void wake();
  }

  private record Waiting(Set<String> kinds, Waiter waiter) {}

  private final ArrayDeque<Event> audited = new ArrayDeque<>();
  private final ArrayDeque<Event> looked = new ArrayDeque<>();
  private final ArrayDeque<Event> logged = new ArrayDeque<>();
  private final List<Waiting> waiters = new ArrayList<>();
  private long last;

  private interface Body {
    void write(JsonGenerator json) throws IOException;
  }

  /** An event of the audit log; what looks like a secret in it is hidden, as in the file. */
  @Override
  public void accept(AuditEvent event) {
    add(
        AUDIT,
        onlyLooked(event) ? looked : audited,
        json -> {
          json.writeStringField("ts", event.at().toString());
          json.writeStringField("event", event.kind().id());
          json.writeStringField("result", event.result().id());
          if (event.subject().isPresent()) {
            json.writeStringField("subject", AuditLine.clean(event.subject().get()));
          }
          if (event.tokenId().isPresent()) {
            json.writeStringField("token_id", event.tokenId().get());
          }
          if (event.peer().isPresent()) {
            json.writeStringField("peer", AuditLine.clean(event.peer().get()));
          }
          if (event.session().isPresent()) {
            json.writeStringField("session", event.session().get());
          }
          if (event.address().isPresent()) {
            json.writeStringField("address", AuditLine.clean(event.address().get()));
          }
          if (event.code().isPresent()) {
            json.writeNumberField("code", event.code().getAsInt());
          }
          json.writeStringField("detail", AuditLine.clean(event.detail()));
        });
  }

  /**
   * A line of the log.
   *
   * @param level {@code info}
   * @param message as it is written into the log: without secrets
   */
  public void log(Instant at, String level, String logger, String message) {
    add(
        LOG,
        logged,
        json -> {
          json.writeStringField("ts", at.toString());
          json.writeStringField("level", level);
          json.writeStringField("logger", logger);
          json.writeStringField("msg", shortened(message));
        });
  }

  /** An administrator asked, and nothing changed by it. */
  static boolean onlyLooked(AuditEvent event) {
    return event.kind() == AuditEvent.Kind.ADMIN
        && event.result() == AuditEvent.Result.OK
        && LOOKS.stream().anyMatch(event.detail()::startsWith);
  }

  private static String shortened(String text) {
    return text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) + "..." : text;
  }

  private void add(String kind, ArrayDeque<Event> events, Body body) {
    StringWriter text = new StringWriter(256);
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      body.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<Waiting> woken;
    synchronized (this) {
      events.addLast(new Event(++last, kind, text.toString()));
      if (events.size() > MAX_EVENTS) {
        events.removeFirst();
      }
      woken = waiters.stream().filter(waiting -> waiting.kinds.contains(kind)).toList();
      waiters.removeAll(woken);
    }
    woken.forEach(waiting -> waiting.waiter.wake());
  }

  private List<ArrayDeque<Event>> of(String kind) {
    return kind.equals(AUDIT) ? List.of(audited, looked) : List.of(logged);
  }

  /** Number of the latest event; 0 = there was none yet. */
  synchronized long last() {
    return last;
  }

  /** Those of some kinds after a number, the oldest first, at most so many. */
  synchronized List<Event> after(long number, int limit, Set<String> kinds) {
    return kinds.stream()
        .flatMap(kind -> of(kind).stream())
        .flatMap(ArrayDeque::stream)
        .filter(event -> event.number() > number)
        .sorted(Comparator.comparingLong(Event::number))
        .limit(limit)
        .toList();
  }

  /**
   * Wakes somebody with the next event of some kinds after a number.
   *
   * @return false if there is one already, or too many wait: nobody will be woken then
   */
  synchronized boolean await(long number, Set<String> kinds, Waiter waiter) {
    boolean there =
        kinds.stream()
            .flatMap(kind -> of(kind).stream())
            .anyMatch(events -> !events.isEmpty() && events.getLast().number() > number);
    if (there || waiters.size() >= MAX_WAITERS) {
      return false;
    }
    waiters.add(new Waiting(kinds, waiter));
    return true;
  }

  /** Does not wait any more. */
  synchronized void forget(Waiter waiter) {
    waiters.removeIf(waiting -> waiting.waiter.equals(waiter));
  }
}
