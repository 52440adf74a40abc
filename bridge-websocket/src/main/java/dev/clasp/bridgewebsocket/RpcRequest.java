package dev.clasp.bridgewebsocket;

import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a client of the format json-rpc asks (bridges.md 10.5).
 *
 * @param type for replies, as the client wrote it
 * @param id comes back in the reply; a text or a whole number
 * @param token shown with the first message
 */
record RpcRequest(String type, Optional<Value> id, Optional<String> token, Asked asked) {

  private static final int MAX_ID = 200;

  sealed interface Asked {
    /**
     * @param revision that it has now, else it is refused
     */
    record Set(String address, Value value, OptionalLong revision) implements Asked {}

    record Emit(String address, Value value) implements Asked {}

    record Get(String address) implements Asked {}

    /**
     * @param types none: all
     */
    record Subscribe(String pattern, java.util.Set<SignalType> types) implements Asked {}

    record Unsubscribe(String pattern) implements Asked {}

    record Snapshot(String pattern) implements Asked {}

    /** Only shows the token. */
    record Auth() implements Asked {}
  }

  /** What is wrong with a message, and whose reply it is as far as that can be told. */
  static final class Unusable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String type;
    private final transient Optional<Value> id;

    Unusable(String type, Optional<Value> id, String why) {
      super(why, null, false, false);
      this.type = type;
      this.id = id;
    }

    String type() {
      return type;
    }

    Optional<Value> id() {
      return id;
    }
  }

  /**
   * Reads a message.
   *
   * @throws Unusable it is no request
   */
  static RpcRequest of(Value message) {
    if (!(message instanceof Value.Map(Map<String, Value> members))) {
      throw new Unusable("", Optional.empty(), "a request is a JSON object with a type");
    }
    return new Reader(members).request();
  }

  private static final class Reader {
    private final Map<String, Value> members;
    private String type = "";
    private Optional<Value> id = Optional.empty();

    Reader(Map<String, Value> members) {
      this.members = members;
    }

    RpcRequest request() {
      id = id();
      if (!(members.get("type") instanceof Value.Text(String said))) {
        throw unusable("type is missing; it is one of " + KNOWN);
      }
      type = said.length() > MAX_ID ? said.substring(0, MAX_ID) : said;
      Optional<String> token = Optional.empty();
      if (members.containsKey("token")) {
        token = Optional.of(text("token"));
      }
      Asked asked =
          switch (type) {
            case "set" -> new Asked.Set(text("address"), value(), revision());
            case "emit" ->
                new Asked.Emit(text("address"), members.getOrDefault("value", Value.NULL));
            case "get" -> new Asked.Get(text("address"));
            case "subscribe" -> new Asked.Subscribe(text("pattern"), types());
            case "unsubscribe" -> new Asked.Unsubscribe(text("pattern"));
            case "snapshot" -> new Asked.Snapshot(text("pattern"));
            case "auth" -> {
              if (token.isEmpty()) {
                throw unusable("token is missing");
              }
              yield new Asked.Auth();
            }
            default -> throw unusable("there is no request " + type + "; there are " + KNOWN);
          };
      return new RpcRequest(type, id, token, asked);
    }

    private static final String KNOWN = "auth, set, emit, get, subscribe, unsubscribe, snapshot";

    private Optional<Value> id() {
      return switch (members.getOrDefault("id", Value.NULL)) {
        case Value.Null _ -> Optional.empty();
        case Value.Int number -> Optional.of(number);
        case Value.Text text when text.value().length() <= MAX_ID -> Optional.of(text);
        default ->
            throw unusable("id is a whole number, or a text of at most " + MAX_ID + " characters");
      };
    }

    private String text(String name) {
      if (members.get(name) instanceof Value.Text(String text)) {
        return text;
      }
      throw unusable(name + " is missing, or no text");
    }

    private Value value() {
      Value value = members.get("value");
      if (value == null) {
        throw unusable("value is missing");
      }
      return value;
    }

    private OptionalLong revision() {
      return switch (members.getOrDefault("revision", Value.NULL)) {
        case Value.Null _ -> OptionalLong.empty();
        case Value.Int(long revision) when revision >= 0 -> OptionalLong.of(revision);
        default -> throw unusable("revision is a whole number from 0");
      };
    }

    private Set<SignalType> types() {
      Set<SignalType> types = EnumSet.noneOf(SignalType.class);
      List<Value> given =
          switch (members.getOrDefault("types", Value.NULL)) {
            case Value.Null _ -> List.of();
            case Value.Array(List<Value> all) -> all;
            case Value.Text text -> List.<Value>of(text);
            default -> List.of(Value.NULL);
          };
      for (Value each : given) {
        Optional<SignalType> type =
            each instanceof Value.Text(String name) ? SignalType.ofName(name) : Optional.empty();
        types.add(
            type.orElseThrow(
                () -> unusable("types are param, event, stream, gesture and timeline")));
      }
      return types;
    }

    private Unusable unusable(String why) {
      return new Unusable(type, id, why);
    }
  }
}
