package dev.clasp.bridgehttp;

import java.io.IOException;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** A stream of events as WHATWG HTML section 9.2.6 reads them. Not thread-safe. */
final class SseParser {

  /**
   * One event.
   *
   * @param type {@code message} if the server says nothing
   * @param id of the last event that had one; empty if none
   */
  record Event(String type, String data, String id) {}

  private final int maxEvent;
  private final Consumer<Event> events;
  private final LongConsumer retry;
  private final LineSplitter lines;
  private final StringBuilder data = new StringBuilder();
  private String type = "";
  private String id;
  private boolean tooLong;

  /**
   * @param maxEvent characters of data in one event, and bytes in one line
   * @param lastId as before the connection broke
   * @param retry gets the pause before a reconnect that the server asks for, in milliseconds
   */
  SseParser(int maxEvent, String lastId, Consumer<Event> events, LongConsumer retry) {
    this.maxEvent = maxEvent;
    this.id = lastId;
    this.events = events;
    this.retry = retry;
    this.lines = new LineSplitter(maxEvent, this::line);
  }

  /**
   * Takes bytes.
   *
   * @throws IOException an event is too long
   */
  void feed(byte[] bytes, int offset, int length) throws IOException {
    lines.feed(bytes, offset, length);
    if (tooLong) {
      throw new IOException("an event is longer than " + maxEvent + " characters");
    }
  }

  /** Of the last event that was handed on and those before it. */
  String lastId() {
    return id;
  }

  private String pendingId = "";
  private boolean idSaid;

  private void line(String line) {
    if (line.isEmpty()) {
      dispatch();
      return;
    }
    int colon = line.indexOf(':');
    if (colon == 0) {
      return;
    }
    String field = colon < 0 ? line : line.substring(0, colon);
    String value = colon < 0 ? "" : line.substring(colon + 1);
    if (value.startsWith(" ")) {
      value = value.substring(1);
    }
    switch (field) {
      case "event" -> type = value;
      case "data" -> {
        if (data.length() + value.length() + 1 > maxEvent) {
          tooLong = true;
        } else {
          data.append(value).append('\n');
        }
      }
      case "id" -> {
        if (value.indexOf('\0') < 0) {
          pendingId = value;
          idSaid = true;
        }
      }
      case "retry" -> {
        if (value.matches("[0-9]{1,9}")) {
          retry.accept(Long.parseLong(value));
        }
      }
      default -> {}
    }
  }

  private void dispatch() {
    if (idSaid) {
      id = pendingId;
      idSaid = false;
    }
    if (!data.isEmpty()) {
      data.setLength(data.length() - 1);
      events.accept(new Event(type.isEmpty() ? "message" : type, data.toString(), id));
    }
    data.setLength(0);
    type = "";
  }
}
