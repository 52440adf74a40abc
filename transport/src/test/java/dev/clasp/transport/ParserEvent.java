package dev.clasp.transport;

import dev.clasp.protocol.CloseReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** What a parser found, for comparing. Bytes in hexadecimal. */
sealed interface ParserEvent {

  record Binary(String hex) implements ParserEvent {}

  record Text(int length) implements ParserEvent {}

  record Ping(String hex) implements ParserEvent {}

  record Pong() implements ParserEvent {}

  record Closing(int code, String text) implements ParserEvent {}

  /** The end by our decision. */
  record Violation(int code) implements ParserEvent {}

  /** Feeds a parser as a connection does: what it did not use is given again. */
  final class Feed implements WebSocketParser.Sink {
    private final WebSocketParser parser;
    private final List<ParserEvent> events = new ArrayList<>();
    private byte[] rest = {};

    Feed(boolean masked, int max) {
      this.parser = new WebSocketParser(masked, max);
    }

    /** All events of a stream that arrives in one piece. */
    static List<ParserEvent> whole(byte[] stream, boolean masked, int max) {
      Feed feed = new Feed(masked, max);
      feed.read(stream);
      return feed.events();
    }

    /** The bytes of one socket read. They are not changed. */
    void read(byte[] more) {
      byte[] b = new byte[rest.length + more.length + 11];
      System.arraycopy(rest, 0, b, 5, rest.length);
      System.arraycopy(more, 0, b, 5 + rest.length, more.length);
      int end = 5 + rest.length + more.length;
      try {
        int used = parser.parse(b, 5, end, this);
        rest = Arrays.copyOfRange(b, used, end);
      } catch (dev.clasp.transport.Violation e) {
        events.add(new Violation(e.reason().code()));
        rest = new byte[0];
      }
    }

    List<ParserEvent> events() {
      return events;
    }

    int restLength() {
      return rest.length;
    }

    int needed() {
      return parser.needed();
    }

    @Override
    public void binary(byte[] b, int offset, int length) {
      events.add(new Binary(HexFormat.of().formatHex(b, offset, offset + length)));
    }

    @Override
    public void text(int length) {
      events.add(new Text(length));
    }

    @Override
    public void ping(byte[] b, int offset, int length) {
      events.add(new Ping(HexFormat.of().formatHex(b, offset, offset + length)));
    }

    @Override
    public void pong() {
      events.add(new Pong());
    }

    @Override
    public void closing(CloseReason reason) {
      events.add(new Closing(reason.code(), reason.text()));
    }
  }
}
