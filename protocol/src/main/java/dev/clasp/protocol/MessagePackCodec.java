package dev.clasp.protocol;

import dev.clasp.protocol.DecodeException.Kind;
import dev.clasp.protocol.Message.Capabilities;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.FederationOperation;
import dev.clasp.protocol.Message.Parameter;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Message.SignalMeta;
import dev.clasp.protocol.Message.SubscribeOptions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The legacy form of messages: one MessagePack map with string keys (wire.md 6). Python sends
 * BUNDLE and QUERY so.
 *
 * <p>Decoding is one linear pass into a value tree with bounded depth, then the fields are picked
 * from the map: they may come in any order, {@code type} too.
 */
public final class MessagePackCodec {

  private MessagePackCodec() {}

  /**
   * Decodes a payload; bytes behind the map are ignored.
   *
   * @throws DecodeException BAD_MESSAGE_PACK, BAD_UTF8 or LIMIT_EXCEEDED
   */
  public static Message decode(byte[] b, int offset, int length, CodecLimits limits) {
    MessagePackReader reader = new MessagePackReader(b, offset, offset + length);
    if (reader.read(limits.messagePackDepth()) instanceof Value.Map(Map<String, Value> fields)) {
      return message(new Fields(fields, limits), limits.bundleDepth());
    }
    throw bad("a message must be a map");
  }

  /**
   * The payload of a message in this form, for tools and test peers; we never send it.
   *
   * @throws EncodeException too large, or text with an unpaired surrogate
   */
  public static byte[] encode(Message message) {
    ByteWriter out = new ByteWriter(0);
    MessagePackWriter.write(out, fields(message));
    return out.toBytes();
  }

  static DecodeException bad(String what) {
    return DecodeException.of(Kind.BAD_MESSAGE_PACK, "bad MessagePack: " + what);
  }

  // --- decoding ----------------------------------------------------------------------------------

  /** The fields of one map; nil counts as absent for optional ones. */
  private record Fields(Map<String, Value> values, CodecLimits limits) {

    @Nullable Value optional(String name) {
      Value value = values.get(name);
      return value instanceof Value.Null ? null : value;
    }

    Value required(String name) {
      Value value = values.get(name);
      if (value == null) {
        throw bad("missing field " + name);
      }
      return value;
    }

    String text(String name) {
      if (required(name) instanceof Value.Text(String text)) {
        return text;
      }
      throw bad(name + " must be text");
    }

    Optional<String> optionalText(String name) {
      return optional(name) == null ? Optional.empty() : Optional.of(text(name));
    }

    long integer(String name) {
      return switch (required(name)) {
        case Value.Int(long n) -> n;
        // Unsigned 64-bit above the signed range arrives as a float.
        case Value.Float(double d) when d >= 0x1p63 && d < 0x1p64 ->
            (long) (d - 0x1p63) + Long.MIN_VALUE;
        case Value.Float(double d) when d == Math.rint(d) && Math.abs(d) < 0x1p63 -> (long) d;
        default -> throw bad(name + " must be an integer");
      };
    }

    OptionalLong optional64(String name) {
      return optional(name) == null ? OptionalLong.empty() : OptionalLong.of(integer(name));
    }

    int integer32(String name) {
      long n = integer(name);
      if (n < 0 || n > 0xFFFF_FFFFL) {
        throw bad(name + " must be 0 to 4294967295, not " + n);
      }
      return (int) n;
    }

    OptionalInt optional32(String name) {
      return optional(name) == null ? OptionalInt.empty() : OptionalInt.of(integer32(name));
    }

    int smaller(String name, int max) {
      long n = integer(name);
      if (n < 0 || n > max) {
        throw bad(name + " must be 0 to " + max + ", not " + n);
      }
      return (int) n;
    }

    boolean flag(String name) {
      return switch (optional(name)) {
        case null -> false;
        case Value.Bool(boolean value) -> value;
        default -> throw bad(name + " must be true or false");
      };
    }

    double number(String name) {
      return number(name, required(name));
    }

    static double number(String name, Value value) {
      return switch (value) {
        case Value.Int(long n) -> n;
        case Value.Float(double d) -> d;
        default -> throw bad(name + " must be a number");
      };
    }

    /** A value of the protocol, checked against its own depth limit. */
    Value value(String name) {
      Value value = required(name);
      checkDepth(value, limits.valueDepth());
      return value;
    }

    List<Value> list(String name) {
      return switch (optional(name)) {
        case null -> List.of();
        case Value.Array(List<Value> list) -> list;
        default -> throw bad(name + " must be an array");
      };
    }

    List<String> texts(String name) {
      List<String> texts = new ArrayList<>();
      for (Value value : list(name)) {
        if (value instanceof Value.Text(String text)) {
          texts.add(text);
        } else {
          throw bad(name + " must hold text only");
        }
      }
      return texts;
    }

    Optional<Fields> map(String name) {
      return switch (optional(name)) {
        case null -> Optional.empty();
        case Value.Map(Map<String, Value> entries) -> Optional.of(new Fields(entries, limits));
        default -> throw bad(name + " must be a map");
      };
    }

    Fields of(String name, Value value) {
      if (value instanceof Value.Map(Map<String, Value> entries)) {
        return new Fields(entries, limits);
      }
      throw bad(name + " must hold maps only");
    }
  }

  private static void checkDepth(Value value, int depth) {
    switch (value) {
      case Value.Array(List<Value> values) -> {
        require(depth > 0);
        values.forEach(v -> checkDepth(v, depth - 1));
      }
      case Value.Map(Map<String, Value> entries) -> {
        require(depth > 0);
        entries.values().forEach(v -> checkDepth(v, depth - 1));
      }
      case Value.Null _, Value.Bool _, Value.Int _, Value.Float _, Value.Text _, Value.Bytes _ -> {}
    }
  }

  private static void require(boolean inLimit) {
    if (!inLimit) {
      throw DecodeException.of(Kind.LIMIT_EXCEEDED, "nested too deeply");
    }
  }

  private static Message message(Fields f, int bundles) {
    String type = f.text("type");
    return switch (type) {
      case "HELLO" ->
          new Message.Hello(
              f.smaller("version", 255),
              features(f),
              f.text("name"),
              f.optionalText("token"),
              f.map("capabilities")
                  .map(c -> new Capabilities(c.flag("encryption"), c.optionalText("compression"))));
      case "WELCOME" ->
          new Message.Welcome(
              f.smaller("version", 255),
              features(f),
              f.integer("time"),
              f.text("session"),
              f.text("name"),
              f.optionalText("token"));
      case "ANNOUNCE" ->
          new Message.Announce(
              f.text("namespace"), signals(f), f.map("meta").map(Fields::values).orElse(Map.of()));
      case "SUBSCRIBE" ->
          new Message.Subscribe(f.integer32("id"), f.text("pattern"), typeMask(f), options(f));
      case "UNSUBSCRIBE" -> new Message.Unsubscribe(f.integer32("id"));
      case "PUBLISH" -> publish(f);
      case "SET" ->
          new Message.SetValue(
              f.text("address"),
              f.value("value"),
              f.optional64("revision"),
              f.flag("lock"),
              f.flag("unlock"),
              ttl(f));
      case "GET" -> new Message.Get(f.text("address"));
      case "SNAPSHOT" -> snapshot(f);
      case "REPLAY" ->
          new Message.Replay(
              f.text("pattern"),
              f.optional64("from"),
              f.optional64("to"),
              f.optional32("limit"),
              typeMask(f));
      case "BUNDLE" -> {
        require(bundles > 0);
        List<Message> messages = new ArrayList<>();
        for (Value inner : f.list("messages")) {
          messages.add(message(f.of("messages", inner), bundles - 1));
        }
        f.required("messages");
        yield new Message.Bundle(messages, f.optional64("timestamp"));
      }
      case "SYNC" -> new Message.Sync(f.integer("t1"), f.optional64("t2"), f.optional64("t3"));
      case "PING" -> new Message.Ping();
      case "PONG" -> new Message.Pong();
      case "ACK" ->
          new Message.Ack(
              f.optionalText("address"),
              f.optional64("revision"),
              f.optional("locked") == null ? Optional.empty() : Optional.of(f.flag("locked")),
              f.optionalText("holder"),
              f.optional32("correlation_id"));
      case "ERROR" ->
          new Message.Error(
              f.smaller("code", 0xFFFF),
              f.text("message"),
              f.optionalText("address"),
              f.optional32("correlation_id"));
      case "QUERY" -> new Message.Query(f.text("pattern"));
      case "RESULT" -> {
        f.required("signals");
        yield new Message.Result(signals(f));
      }
      case "FEDERATION_SYNC" -> federationSync(f);
      default -> throw bad("unknown message " + type);
    };
  }

  private static Set<Feature> features(Fields f) {
    EnumSet<Feature> features = EnumSet.noneOf(Feature.class);
    f.texts("features").forEach(name -> Feature.ofName(name).ifPresent(features::add));
    return features;
  }

  private static int typeMask(Fields f) {
    if (f.optional("types") == null) {
      return SignalType.ALL_MASK;
    }
    int mask = 0;
    for (String name : f.texts("types")) {
      mask |=
          SignalType.ofName(name).orElseThrow(() -> bad("unknown signal type " + name)).maskBit();
    }
    return mask == 0 ? SignalType.ALL_MASK : mask;
  }

  private static SubscribeOptions options(Fields f) {
    Optional<Fields> options = f.map("options");
    if (options.isEmpty()) {
      return SubscribeOptions.NONE;
    }
    Fields o = options.get();
    return new SubscribeOptions(
        o.optional32("max_rate"),
        o.optional("epsilon") == null
            ? OptionalDouble.empty()
            : OptionalDouble.of(o.number("epsilon")),
        o.optional32("history"),
        o.optional32("window"));
  }

  private static Message publish(Fields f) {
    return new Message.Publish(
        f.text("address"),
        f.optionalText("signal").map(MessagePackCodec::signal).orElse(SignalType.EVENT),
        f.optionalText("phase")
            .map(name -> GesturePhase.ofName(name).orElseThrow(() -> bad("unknown phase " + name)))
            .orElse(GesturePhase.START),
        content(f),
        f.optional64("timestamp"),
        f.optional32("id"),
        f.optional32("rate"));
  }

  /** Value before payload before samples before timeline; an explicit nil value is a value. */
  private static Content content(Fields f) {
    for (String name : List.of("value", "payload")) {
      if (f.optional(name) != null) {
        return Content.of(f.value(name));
      }
    }
    if (f.optional("samples") != null) {
      return Content.ofSamples(
          f.list("samples").stream().mapToDouble(v -> Fields.number("samples", v)).toArray());
    }
    if (f.optional("timeline") != null) {
      return Content.of(timeline(f));
    }
    return f.values().containsKey("value") || f.values().containsKey("payload")
        ? Content.of(Value.NULL)
        : Content.NONE;
  }

  /** A timeline object as the map value of wire.md 7.4. */
  private static Value timeline(Fields f) {
    Value timeline = f.value("timeline");
    if (!(timeline instanceof Value.Map(Map<String, Value> given))) {
      throw bad("timeline must be a map");
    }
    Map<String, Value> map = new LinkedHashMap<>(given);
    Value loop = map.remove("loop_");
    if (loop != null) {
      map.put("loop", loop);
    }
    map.values().removeIf(Value.Null.class::isInstance);
    return Value.of(map);
  }

  private static SignalType signal(String name) {
    return SignalType.ofName(name).orElseThrow(() -> bad("unknown signal type " + name));
  }

  private static Optional<Ttl> ttl(Fields f) {
    Value ttl = f.optional("ttl");
    return switch (ttl) {
      case null -> Optional.empty();
      case Value.Text(String text) when text.equals("Never") -> Optional.of(new Ttl.Never());
      case Value.Map(Map<String, Value> entries) when entries.size() == 1 -> {
        Fields one = f.of("ttl", ttl);
        if (entries.containsKey("Sliding")) {
          int seconds = one.smaller("Sliding", Ttl.MAX_SECONDS);
          // Sliding 0 cannot be told from "never" on the wire; the binary form reads it so too.
          yield Optional.of(seconds == 0 ? new Ttl.Never() : new Ttl.Sliding(seconds));
        }
        if (entries.containsKey("Absolute")) {
          yield Optional.of(new Ttl.Absolute(one.smaller("Absolute", Ttl.MAX_SECONDS)));
        }
        throw bad("unknown ttl");
      }
      default -> throw bad("ttl must be \"Never\", {\"Sliding\": s} or {\"Absolute\": s}");
    };
  }

  private static Message snapshot(Fields f) {
    List<Parameter> parameters = new ArrayList<>();
    f.required("params");
    for (Value entry : f.list("params")) {
      Fields p = f.of("params", entry);
      parameters.add(
          new Parameter(
              p.text("address"),
              p.value("value"),
              p.integer("revision"),
              p.optionalText("writer"),
              p.optional64("timestamp")));
    }
    return new Message.Snapshot(parameters);
  }

  private static List<SignalDefinition> signals(Fields f) {
    List<SignalDefinition> signals = new ArrayList<>();
    for (Value entry : f.list("signals")) {
      Fields s = f.of("signals", entry);
      signals.add(
          new SignalDefinition(
              s.text("address"),
              signal(s.text("type")),
              s.optionalText("datatype"),
              s.optionalText("access"),
              s.map("meta").map(MessagePackCodec::meta)));
    }
    return signals;
  }

  private static SignalMeta meta(Fields m) {
    List<Value> range = m.list("range");
    if (m.optional("range") != null && range.size() != 2) {
      throw bad("range must have two numbers");
    }
    return new SignalMeta(
        m.optionalText("unit"),
        range.size() == 2
            ? Optional.of(
                new Message.Range(
                    Fields.number("range", range.get(0)), Fields.number("range", range.get(1))))
            : Optional.empty(),
        m.optional("default") == null ? Optional.empty() : Optional.of(m.value("default")),
        m.optionalText("description"));
  }

  private static Message federationSync(Fields f) {
    FederationOperation operation =
        switch (f.text("op")) {
          case "DeclareNamespaces" -> FederationOperation.DECLARE_NAMESPACES;
          case "RequestSync" -> FederationOperation.REQUEST_SYNC;
          case "RevisionVector" -> FederationOperation.REVISION_VECTOR;
          case "SyncComplete" -> FederationOperation.SYNC_COMPLETE;
          default -> throw bad("unknown federation operation");
        };
    Map<String, Long> revisions = new LinkedHashMap<>();
    f.map("revisions")
        .ifPresent(r -> r.values().keySet().forEach(a -> revisions.put(a, r.integer(a))));
    return new Message.FederationSync(
        operation,
        f.texts("patterns"),
        revisions,
        f.optional64("since_revision"),
        f.optionalText("origin"));
  }

  // --- encoding ----------------------------------------------------------------------------------

  private static Value.Map fields(Message message) {
    Map<String, Value> f = new LinkedHashMap<>();
    switch (message) {
      case Message.Hello m -> {
        start(f, "HELLO");
        f.put("version", Value.of((long) m.version()));
        f.put("name", Value.of(m.name()));
        putFeatures(f, m.features());
        m.capabilities()
            .ifPresent(c -> {
              Map<String, Value> map = new LinkedHashMap<>();
              map.put("encryption", Value.of(c.encryption()));
              put(map, "compression", c.compression());
              f.put("capabilities", Value.of(map));
            });
        put(f, "token", m.token());
      }
      case Message.Welcome m -> {
        start(f, "WELCOME");
        f.put("version", Value.of((long) m.version()));
        f.put("session", Value.of(m.session()));
        f.put("name", Value.of(m.name()));
        putFeatures(f, m.features());
        f.put("time", Value.of(m.timeMicros()));
        put(f, "token", m.token());
      }
      case Message.Announce m -> {
        start(f, "ANNOUNCE");
        f.put("namespace", Value.of(m.namespace()));
        f.put("signals", signals(m.signals()));
        if (!m.meta().isEmpty()) {
          f.put("meta", Value.of(m.meta()));
        }
      }
      case Message.Subscribe m -> putSubscribe(f, m);
      case Message.Unsubscribe(int id) -> {
        start(f, "UNSUBSCRIBE");
        f.put("id", Value.of(Integer.toUnsignedLong(id)));
      }
      case Message.Publish m -> putPublish(f, m);
      case Message.SetValue m -> {
        start(f, "SET");
        f.put("address", Value.of(m.address()));
        f.put("value", m.value());
        put(f, "revision", m.revision());
        f.put("lock", Value.of(m.lock()));
        f.put("unlock", Value.of(m.unlock()));
        m.ttl()
            .ifPresent(ttl ->
                f.put(
                    "ttl",
                    switch (ttl) {
                      case Ttl.Never() -> Value.of("Never");
                      case Ttl.Sliding(int s) -> Value.of(Map.of("Sliding", Value.of((long) s)));
                      case Ttl.Absolute(int s) -> Value.of(Map.of("Absolute", Value.of((long) s)));
                    }));
      }
      case Message.Get(String address) -> {
        start(f, "GET");
        f.put("address", Value.of(address));
      }
      case Message.Snapshot m -> putSnapshot(f, m);
      case Message.Replay m -> {
        start(f, "REPLAY");
        f.put("pattern", Value.of(m.pattern()));
        put(f, "from", m.fromMicros());
        put(f, "to", m.toMicros());
        put32(f, "limit", m.limit());
        putTypes(f, m.typeMask());
      }
      case Message.Bundle m -> {
        start(f, "BUNDLE");
        put(f, "timestamp", m.timestampMicros());
        List<Value> inner = new ArrayList<>();
        m.messages().forEach(i -> inner.add(fields(i)));
        f.put("messages", Value.of(inner));
      }
      case Message.Sync m -> {
        start(f, "SYNC");
        f.put("t1", Value.of(m.t1Micros()));
        put(f, "t2", m.t2Micros());
        put(f, "t3", m.t3Micros());
      }
      case Message.Ping _ -> start(f, "PING");
      case Message.Pong _ -> start(f, "PONG");
      case Message.Ack m -> {
        start(f, "ACK");
        put(f, "address", m.address());
        put(f, "revision", m.revision());
        m.locked().ifPresent(locked -> f.put("locked", Value.of(locked)));
        put(f, "holder", m.holder());
        put32(f, "correlation_id", m.correlationId());
      }
      case Message.Error m -> {
        start(f, "ERROR");
        f.put("code", Value.of((long) m.code()));
        f.put("message", Value.of(m.message()));
        put(f, "address", m.address());
        put32(f, "correlation_id", m.correlationId());
      }
      case Message.Query(String pattern) -> {
        start(f, "QUERY");
        f.put("pattern", Value.of(pattern));
      }
      case Message.Result(List<SignalDefinition> signals) -> {
        start(f, "RESULT");
        f.put("signals", signals(signals));
      }
      case Message.FederationSync m -> putFederationSync(f, m);
    }
    return new Value.Map(f);
  }

  private static void start(Map<String, Value> f, String type) {
    f.put("type", Value.of(type));
  }

  private static void put(Map<String, Value> f, String name, Optional<String> text) {
    text.ifPresent(t -> f.put(name, Value.of(t)));
  }

  private static void put(Map<String, Value> f, String name, OptionalLong n) {
    n.ifPresent(v -> f.put(name, Value.of(v)));
  }

  private static void put32(Map<String, Value> f, String name, OptionalInt n) {
    n.ifPresent(v -> f.put(name, Value.of(Integer.toUnsignedLong(v))));
  }

  private static void putFeatures(Map<String, Value> f, Set<Feature> features) {
    List<Value> names = new ArrayList<>();
    for (Feature feature : Feature.values()) {
      if (features.contains(feature)) {
        names.add(Value.of(feature.wireName()));
      }
    }
    f.put("features", Value.of(names));
  }

  private static void putTypes(Map<String, Value> f, int mask) {
    if ((mask & 0xFF) == SignalType.ALL_MASK || (mask & SignalType.KNOWN_MASK) == 0) {
      return;
    }
    List<Value> names = new ArrayList<>();
    for (SignalType type : SignalType.values()) {
      if ((mask & type.maskBit()) != 0) {
        names.add(Value.of(type.wireName()));
      }
    }
    f.put("types", Value.of(names));
  }

  private static void putSubscribe(Map<String, Value> f, Message.Subscribe m) {
    start(f, "SUBSCRIBE");
    f.put("id", Value.of(Integer.toUnsignedLong(m.id())));
    f.put("pattern", Value.of(m.pattern()));
    putTypes(f, m.typeMask());
    if (!m.options().equals(SubscribeOptions.NONE)) {
      Map<String, Value> options = new LinkedHashMap<>();
      put32(options, "max_rate", m.options().maxRate());
      m.options().epsilon().ifPresent(e -> options.put("epsilon", Value.of(e)));
      put32(options, "history", m.options().history());
      put32(options, "window", m.options().windowMillis());
      f.put("options", Value.of(options));
    }
  }

  private static void putPublish(Map<String, Value> f, Message.Publish m) {
    start(f, "PUBLISH");
    f.put("address", Value.of(m.address()));
    f.put("signal", Value.of(m.signal().wireName()));
    switch (m.content()) {
      case Content.None _ -> {}
      case Content.Single(Value value) -> f.put("value", value);
      case Content.Samples samples -> {
        List<Value> numbers = new ArrayList<>();
        for (double sample : samples.samples()) {
          numbers.add(Value.of(sample));
        }
        f.put("samples", Value.of(numbers));
      }
    }
    put32(f, "rate", m.rate());
    put32(f, "id", m.id());
    if (m.signal() == SignalType.GESTURE || m.phase() != GesturePhase.START) {
      f.put("phase", Value.of(m.phase().wireName()));
    }
    put(f, "timestamp", m.timestampMicros());
  }

  private static void putSnapshot(Map<String, Value> f, Message.Snapshot m) {
    start(f, "SNAPSHOT");
    List<Value> params = new ArrayList<>();
    for (Parameter p : m.parameters()) {
      Map<String, Value> map = new LinkedHashMap<>();
      map.put("address", Value.of(p.address()));
      map.put("value", p.value());
      map.put("revision", Value.of(p.revision()));
      put(map, "writer", p.writer());
      put(map, "timestamp", p.timestampMicros());
      params.add(Value.of(map));
    }
    f.put("params", Value.of(params));
  }

  private static Value signals(List<SignalDefinition> signals) {
    List<Value> list = new ArrayList<>();
    for (SignalDefinition s : signals) {
      Map<String, Value> map = new LinkedHashMap<>();
      map.put("address", Value.of(s.address()));
      map.put("type", Value.of(s.type().wireName()));
      put(map, "datatype", s.datatype());
      put(map, "access", s.access());
      s.meta()
          .ifPresent(meta -> {
            Map<String, Value> m = new LinkedHashMap<>();
            put(m, "unit", meta.unit());
            meta.range()
                .ifPresent(
                    r -> m.put("range", Value.of(List.of(Value.of(r.min()), Value.of(r.max())))));
            meta.defaultValue().ifPresent(v -> m.put("default", v));
            put(m, "description", meta.description());
            map.put("meta", Value.of(m));
          });
      list.add(Value.of(map));
    }
    return Value.of(list);
  }

  private static void putFederationSync(Map<String, Value> f, Message.FederationSync m) {
    start(f, "FEDERATION_SYNC");
    f.put(
        "op",
        Value.of(
            switch (m.operation()) {
              case DECLARE_NAMESPACES -> "DeclareNamespaces";
              case REQUEST_SYNC -> "RequestSync";
              case REVISION_VECTOR -> "RevisionVector";
              case SYNC_COMPLETE -> "SyncComplete";
            }));
    f.put("patterns", Value.of(m.patterns().stream().map(Value::of).toList()));
    Map<String, Value> revisions = new LinkedHashMap<>();
    m.revisions().forEach((address, revision) -> revisions.put(address, Value.of(revision)));
    f.put("revisions", Value.of(revisions));
    put(f, "since_revision", m.sinceRevision());
    put(f, "origin", m.origin());
  }
}
