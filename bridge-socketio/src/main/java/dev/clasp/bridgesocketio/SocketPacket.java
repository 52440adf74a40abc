package dev.clasp.bridgesocketio;

import dev.clasp.bridge.JsonValues;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A packet of Socket.IO, as revisions 4 and 5 of its protocol write it in text (bridges.md 11.3).
 *
 * @param namespace begins with a slash; {@code /} is the default one
 * @param query what clients of revision 4 put behind the namespace, without the question mark
 * @param ack number of an acknowledgement that is wanted, or given
 * @param data the JSON of the packet; bytes are placeholders until {@link #with} has put them in
 * @param attachments how many frames of bytes follow
 */
record SocketPacket(
    Type type,
    String namespace,
    String query,
    OptionalLong ack,
    Optional<Value> data,
    int attachments) {

  /** In the order of their digits. */
  enum Type {
    CONNECT,
    DISCONNECT,
    EVENT,
    ACK,
    CONNECT_ERROR,
    BINARY_EVENT,
    BINARY_ACK;

    boolean binary() {
      return this == BINARY_EVENT || this == BINARY_ACK;
    }
  }

  /** More in one packet are refused: each costs a frame. */
  static final int MAX_ATTACHMENTS = 64;

  private static final int MAX_NAMESPACE = 200;
  private static final int MAX_DIGITS = 15;
  private static final List<Type> TYPES = List.of(Type.values());
  private static final String PLACEHOLDER = "_placeholder";

  /**
   * What to send.
   *
   * @param attachments each in a frame of its own, after the text
   */
  record Encoded(String text, List<byte[]> attachments) {}

  static SocketPacket of(Type type, String namespace, OptionalLong ack, Optional<Value> data) {
    return new SocketPacket(type, namespace, "", ack, data, 0);
  }

  /** Empty if it is none. */
  static Optional<SocketPacket> decode(String text) {
    int at = 0;
    int digit = text.isEmpty() ? -1 : text.charAt(at++) - '0';
    if (digit < 0 || digit >= TYPES.size()) {
      return Optional.empty();
    }
    Type type = TYPES.get(digit);
    int attachments = 0;
    if (type.binary()) {
      int end = digits(text, at);
      if (end == at || end - at > 2 || end == text.length() || text.charAt(end) != '-') {
        return Optional.empty();
      }
      attachments = Integer.parseInt(text, at, end, 10);
      if (attachments > MAX_ATTACHMENTS) {
        return Optional.empty();
      }
      at = end + 1;
    }
    String namespace = "/";
    String query = "";
    if (at < text.length() && text.charAt(at) == '/') {
      int comma = text.indexOf(',', at);
      int end = comma < 0 ? text.length() : comma;
      namespace = text.substring(at, end);
      int mark = namespace.indexOf('?');
      if (mark >= 0) {
        query = namespace.substring(mark + 1);
        namespace = namespace.substring(0, mark);
      }
      if (namespace.length() > MAX_NAMESPACE) {
        return Optional.empty();
      }
      at = comma < 0 ? end : end + 1;
    }
    int end = digits(text, at);
    OptionalLong ack = OptionalLong.empty();
    if (end > at) {
      if (end - at > MAX_DIGITS) {
        return Optional.empty();
      }
      ack = OptionalLong.of(Long.parseLong(text, at, end, 10));
    }
    Optional<Value> data = Optional.empty();
    if (end < text.length()) {
      data = JsonValues.parse(text.substring(end));
      if (data.isEmpty()) {
        return Optional.empty();
      }
    }
    SocketPacket packet = new SocketPacket(type, namespace, query, ack, data, attachments);
    return packet.isWhole() ? Optional.of(packet) : Optional.empty();
  }

  private boolean isWhole() {
    return switch (type) {
      case EVENT, BINARY_EVENT ->
          data.orElse(Value.NULL) instanceof Value.Array(var items)
              && !items.isEmpty()
              && items.getFirst() instanceof Value.Text;
      case ACK, BINARY_ACK -> ack.isPresent() && data.orElse(Value.NULL) instanceof Value.Array;
      case CONNECT, DISCONNECT, CONNECT_ERROR -> true;
    };
  }

  private static int digits(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at;
  }

  /** The arguments of an event behind its name, or those of an acknowledgement. */
  List<Value> arguments() {
    List<Value> items = data.orElseThrow() instanceof Value.Array(var all) ? all : List.of();
    return type == Type.EVENT || type == Type.BINARY_EVENT ? items.subList(1, items.size()) : items;
  }

  /** Of an event. */
  String name() {
    return data.orElseThrow() instanceof Value.Array(var all)
            && all.getFirst() instanceof Value.Text(String name)
        ? name
        : "";
  }

  /**
   * The same with its bytes in their places.
   *
   * @return empty if a place names bytes that are not there, or that are in another place already:
   *     a small text could so make any number of copies
   */
  Optional<SocketPacket> with(List<byte[]> bytes) {
    try {
      BitSet used = new BitSet(bytes.size());
      return Optional.of(
          new SocketPacket(
              type, namespace, query, ack, data.map(value -> filled(value, bytes, used)), 0));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Value filled(Value value, List<byte[]> bytes, BitSet used) {
    return switch (value) {
      case Value.Array(var items) ->
          Value.of(items.stream().map(item -> filled(item, bytes, used)).toList());
      case Value.Map(var entries) -> {
        if (Value.TRUE.equals(entries.get(PLACEHOLDER))) {
          if (entries.get("num") instanceof Value.Int(long number)
              && number >= 0
              && number < bytes.size()
              && !used.get((int) number)) {
            used.set((int) number);
            yield new Value.Bytes(bytes.get((int) number));
          }
          throw new IllegalArgumentException("there are no such bytes: " + entries.get("num"));
        }
        Map<String, Value> made = new LinkedHashMap<>();
        entries.forEach((key, each) -> made.put(key, filled(each, bytes, used)));
        yield Value.of(made);
      }
      default -> value;
    };
  }

  /** Takes the bytes out, since JSON has none. */
  Encoded encode() {
    List<byte[]> bytes = new ArrayList<>();
    Optional<Value> bare = data.map(value -> emptied(value, bytes));
    Type as =
        bytes.isEmpty()
            ? type
            : type == Type.EVENT ? Type.BINARY_EVENT : type == Type.ACK ? Type.BINARY_ACK : type;
    StringBuilder text = new StringBuilder().append(as.ordinal());
    if (as.binary()) {
      text.append(bytes.size()).append('-');
    }
    if (!namespace.equals("/")) {
      text.append(namespace);
      // Without anything behind it clients of revision 4 send none, and want none.
      if (bare.isPresent() || ack.isPresent() || as == Type.DISCONNECT) {
        text.append(',');
      }
    }
    ack.ifPresent(text::append);
    bare.ifPresent(value -> text.append(JsonValues.text(value)));
    return new Encoded(text.toString(), List.copyOf(bytes));
  }

  private static Value emptied(Value value, List<byte[]> bytes) {
    return switch (value) {
      case Value.Bytes found -> {
        // More than a peer takes stay what they are in JSON: numbers.
        if (bytes.size() == MAX_ATTACHMENTS) {
          yield value;
        }
        bytes.add(found.value());
        Map<String, Value> place = new LinkedHashMap<>();
        place.put(PLACEHOLDER, Value.TRUE);
        place.put("num", Value.of(bytes.size() - 1));
        yield Value.of(place);
      }
      case Value.Array(var items) ->
          Value.of(items.stream().map(item -> emptied(item, bytes)).toList());
      case Value.Map(var entries) -> {
        Map<String, Value> made = new LinkedHashMap<>();
        entries.forEach((key, each) -> made.put(key, emptied(each, bytes)));
        yield Value.of(made);
      }
      default -> value;
    };
  }
}
