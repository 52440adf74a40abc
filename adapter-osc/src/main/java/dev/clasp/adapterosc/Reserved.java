package dev.clasp.adapterosc;

import dev.clasp.osc.OscArgument;
import dev.clasp.osc.OscBundle;
import dev.clasp.osc.OscMessage;
import dev.clasp.osc.OscPacket;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The messages that are for the adapter itself, by their addresses (bridges.md 13.4). */
final class Reserved {

  /** What all of them begin with. Never an address of a value. */
  static final String PREFIX = "/clasp/";

  static final String SUBSCRIBE = "/clasp/subscribe";
  static final String UNSUBSCRIBE = "/clasp/unsubscribe";
  static final String GET = "/clasp/get";
  static final String LIST = "/clasp/list";
  static final String PING = "/clasp/ping";
  static final String AUTH = "/clasp/auth";
  static final String REPLY_PORT = "/clasp/reply-port";
  static final String BYE = "/clasp/bye";

  /** To programs only. */
  static final String PONG = "/clasp/pong";

  static final String ERROR = "/clasp/error";
  static final String ADDRESS = "/clasp/address";
  static final String LISTED = "/clasp/listed";

  private Reserved() {}

  static boolean is(String address) {
    return address.startsWith(PREFIX);
  }

  /** The token of the first message of a packet, if that shows one. */
  static Optional<String> token(OscPacket packet) {
    OscMessage first = first(packet);
    return first != null && first.address().equals(AUTH)
        ? text(first.arguments(), 0)
        : Optional.empty();
  }

  static @Nullable OscMessage first(OscPacket packet) {
    OscPacket first = packet;
    while (first instanceof OscBundle(_, List<OscPacket> elements)) {
      if (elements.isEmpty()) {
        return null;
      }
      first = elements.getFirst();
    }
    return (OscMessage) first;
  }

  /** Messages in a packet. */
  static int count(OscPacket packet) {
    return switch (packet) {
      case OscMessage _ -> 1;
      case OscBundle(_, List<OscPacket> elements) ->
          elements.stream().mapToInt(Reserved::count).sum();
    };
  }

  static Optional<String> text(List<OscArgument> arguments, int index) {
    if (index >= arguments.size()) {
      return Optional.empty();
    }
    return switch (arguments.get(index)) {
      case OscArgument.Text(String value) -> Optional.of(value);
      case OscArgument.Symbol(String value) -> Optional.of(value);
      default -> Optional.empty();
    };
  }

  /** A whole number, also as one with a fraction: many programs know no other. */
  static OptionalInt number(List<OscArgument> arguments, int index) {
    if (index >= arguments.size()) {
      return OptionalInt.empty();
    }
    return switch (arguments.get(index)) {
      case OscArgument.Int32(int value) -> OptionalInt.of(value);
      case OscArgument.Int64(long value) -> OptionalInt.of(Math.clamp(value, -1, 1 << 30));
      case OscArgument.Float32(float value) -> OptionalInt.of((int) value);
      case OscArgument.Float64(double value) -> OptionalInt.of((int) value);
      default -> OptionalInt.empty();
    };
  }

  static OscMessage error(int code, String text, String address) {
    return new OscMessage(
        ERROR,
        new OscArgument.Int32(code),
        new OscArgument.Text(text.replace('\0', ' ')),
        new OscArgument.Text(address.replace('\0', ' ')));
  }
}
