package dev.clasp.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clasp.protocol.Message.Content;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Messages in the notation of the captured sessions: values as plain JSON, and beside the fields
 * some raw ones (flags, type code of a value, number of trailing bytes).
 */
final class SessionJson {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private static final List<String> VALUE_TYPES =
      List.of(
          "null", "bool", "i8", "i16", "i32", "i64", "f32", "f64", "string", "bytes", "array",
          "map");

  /** Numbers are equal by value: JSON does not tell 1 from 1.0. NaN and infinity are text. */
  static final Comparator<JsonNode> LENIENT =
      (a, b) -> {
        if (a.equals(b)) {
          return 0;
        }
        boolean numbers =
            a.isNumber()
                && b.isNumber()
                && (a.isIntegralNumber() && b.isIntegralNumber()
                    ? a.bigIntegerValue().equals(b.bigIntegerValue())
                    : a.doubleValue() == b.doubleValue());
        return numbers || a.asText().equals(b.asText()) ? 0 : 1;
      };

  private SessionJson() {}

  /** What a decoded message and its payload look like in this notation. */
  static ObjectNode describe(Message message, byte[] b, int offset, int length) {
    ObjectNode o = NODES.objectNode();
    switch (message) {
      case Message.Hello m -> {
        o.put("type", "HELLO").put("version", m.version());
        o.put("featureByte", hex(b[offset + 2]));
        o.set("features", features(m.features()));
        o.put("name", m.name());
        m.token().ifPresent(token -> o.put("token", token));
        o.put("trailing", length - MessageCodec.encode(message).length);
      }
      case Message.Welcome m -> {
        o.put("type", "WELCOME").put("version", m.version());
        o.set("features", features(m.features()));
        o.put("time", m.timeMicros()).put("session", m.session()).put("name", m.name());
        m.token().ifPresent(token -> o.put("token", token));
      }
      case Message.Announce m -> {
        o.put("type", "ANNOUNCE").put("namespace", m.namespace());
        o.set("signals", signals(m.signals()));
      }
      case Message.Subscribe m -> {
        o.put("type", "SUBSCRIBE").put("id", Integer.toUnsignedLong(m.id()));
        o.put("pattern", m.pattern()).put("typeMask", hex(m.typeMask()));
        o.put("optFlags", hex(b[offset + 8 + Bytes.u16(b, offset + 5)]));
        ObjectNode options = o.putObject("options");
        u32(options, "maxRate", m.options().maxRate());
        m.options().epsilon().ifPresent(n -> options.put("epsilon", n));
        u32(options, "history", m.options().history());
        u32(options, "window", m.options().windowMillis());
        o.put("trailing", trailing(b, offset, length));
      }
      case Message.Unsubscribe(int id) ->
          o.put("type", "UNSUBSCRIBE").put("id", Integer.toUnsignedLong(id));
      case Message.Publish m -> {
        o.put("type", "PUBLISH").put("flags", hex(b[offset + 1]));
        o.put("signal", m.signal().wireName()).put("phase", m.phase().wireName());
        o.put("address", m.address());
        MessageView view = new MessageView().wrap(b, offset, length);
        o.put("valueIndicator", view.contentIndicator());
        switch (m.content()) {
          case Content.None _ -> {}
          case Content.Single(Value v) -> {
            o.put("valueType", VALUE_TYPES.get(b[view.contentOffset()]));
            o.set("value", value(v));
          }
          case Content.Samples samples -> {
            ArrayNode list = o.putArray("samples");
            for (double sample : samples.samples()) {
              list.add(sample);
            }
          }
        }
        u64(o, "timestamp", m.timestampMicros());
        u32(o, "id", m.id());
        u32(o, "rate", m.rate());
        o.put("trailing", offset + length - view.end());
      }
      case Message.SetValue m -> {
        o.put("type", "SET").put("flags", hex(b[offset + 1])).put("address", m.address());
        o.put("valueType", VALUE_TYPES.get(b[offset + 1] & 0x0F));
        o.set("value", value(m.value()));
        u64(o, "revision", m.revision());
        if (m.lock()) {
          o.put("lock", true);
        }
        if (m.unlock()) {
          o.put("unlock", true);
        }
        m.ttl().ifPresent(ttl -> o.put("ttl", ttl.toString()));
        o.put("trailing", trailing(b, offset, length));
      }
      case Message.Get(String address) -> o.put("type", "GET").put("address", address);
      case Message.Snapshot m -> {
        o.put("type", "SNAPSHOT");
        ArrayNode params = o.putArray("params");
        for (Message.Parameter p : m.parameters()) {
          ObjectNode param = params.addObject().put("address", p.address());
          param.put("valueType", VALUE_TYPES.get(ValueLayout.typeOf(p.value())));
          param.set("value", value(p.value()));
          param.put("revision", p.revision());
          p.writer().ifPresent(writer -> param.put("writer", writer));
          u64(param, "timestamp", p.timestampMicros());
        }
      }
      case Message.Bundle m -> {
        MessageView view = new MessageView().wrap(b, offset, length);
        o.put("type", "BUNDLE").put("flags", hex(view.flags())).put("count", view.bundleCount());
        ArrayNode messages = o.putArray("messages");
        MessageView member = new MessageView();
        int at = view.firstMember();
        for (Message inner : m.messages()) {
          at = view.member(at, member);
          messages.add(describe(inner, b, member.offset(), member.length()));
        }
        u64(o, "timestamp", m.timestampMicros());
        o.put("trailing", offset + length - view.end());
      }
      case Message.Sync m -> {
        o.put("type", "SYNC").put("flags", b[offset + 1]).put("t1", m.t1Micros());
        u64(o, "t2", m.t2Micros());
        u64(o, "t3", m.t3Micros());
      }
      case Message.Ping _ -> o.put("type", "PING");
      case Message.Pong _ -> o.put("type", "PONG");
      case Message.Ack m -> {
        o.put("type", "ACK").put("flags", hex(b[offset + 1]));
        m.address().ifPresent(address -> o.put("address", address));
        u64(o, "revision", m.revision());
        m.locked().ifPresent(locked -> o.put("locked", locked));
        m.holder().ifPresent(holder -> o.put("holder", holder));
        u32(o, "correlationId", m.correlationId());
      }
      case Message.Error m -> {
        o.put("type", "ERROR").put("code", m.code()).put("message", m.message());
        m.address().ifPresent(address -> o.put("address", address));
        u32(o, "correlationId", m.correlationId());
      }
      case Message.Query(String pattern) -> o.put("type", "QUERY").put("pattern", pattern);
      case Message.Result m -> {
        o.put("type", "RESULT");
        o.set("signals", signals(m.signals()));
      }
      case Message.Replay _, Message.FederationSync _ ->
          throw new IllegalArgumentException("not in this notation: " + message);
    }
    return o;
  }

  /** The members that a MessagePack payload names; the notation has no raw fields there. */
  static ObjectNode describeNamed(Message message, JsonNode named) {
    byte[] binary = MessageCodec.encode(message);
    return restrict(describe(message, binary, 0, binary.length), named);
  }

  /** Without members that are null, and without flags that are false: both mean absent. */
  static JsonNode normal(JsonNode description) {
    if (description instanceof ArrayNode array) {
      ArrayNode result = NODES.arrayNode();
      array.forEach(element -> result.add(element.isObject() ? normal(element) : element));
      return result;
    }
    ObjectNode result = NODES.objectNode();
    description
        .properties()
        .forEach(member -> {
          String name = member.getKey();
          JsonNode value = member.getValue();
          boolean absent =
              value.isNull() && !name.equals("value")
                  || value.asText().equals("(absent)")
                  || Set.of("lock", "unlock").contains(name) && !value.booleanValue();
          if (!absent) {
            // Values may have members of any name: they are left as they are.
            boolean inner = Set.of("messages", "params", "signals").contains(name);
            result.set(name, inner ? normal(value) : value);
          }
        });
    return result;
  }

  private static ObjectNode restrict(ObjectNode full, JsonNode named) {
    ObjectNode result = NODES.objectNode();
    for (String name : (Iterable<String>) named::fieldNames) {
      // Payload and value are one thing (wire.md 5.8).
      JsonNode value = full.path(name.equals("payload") ? "value" : name);
      if (name.equals("messages")) {
        ArrayNode messages = result.putArray(name);
        for (int i = 0; i < value.size(); i++) {
          messages.add(restrict((ObjectNode) value.get(i), named.get(name).path(i)));
        }
      } else if (!value.isMissingNode()) {
        result.set(name, value);
      }
    }
    return result;
  }

  private static JsonNode value(Value value) {
    return switch (value) {
      case Value.Null _ -> NODES.nullNode();
      case Value.Bool(boolean v) -> NODES.booleanNode(v);
      case Value.Int(long v) -> NODES.numberNode(v);
      case Value.Float(double v) ->
          Double.isFinite(v) ? NODES.numberNode(v) : NODES.textNode(Double.toString(v));
      case Value.Text(String v) -> NODES.textNode(v);
      case Value.Bytes v -> NODES.objectNode().put("bytesHex", HexFormat.of().formatHex(v.value()));
      case Value.Array(List<Value> values) -> {
        ArrayNode array = NODES.arrayNode();
        values.forEach(v -> array.add(value(v)));
        yield array;
      }
      case Value.Map(java.util.Map<String, Value> entries) -> {
        ObjectNode map = NODES.objectNode();
        entries.forEach((key, v) -> map.set(key, value(v)));
        yield map;
      }
    };
  }

  private static ArrayNode features(Set<Feature> features) {
    ArrayNode names = NODES.arrayNode();
    for (Feature feature : Feature.values()) {
      if (features.contains(feature)) {
        names.add(feature.wireName());
      }
    }
    return names;
  }

  private static ArrayNode signals(List<Message.SignalDefinition> signals) {
    ArrayNode array = NODES.arrayNode();
    for (Message.SignalDefinition s : signals) {
      ObjectNode o = array.addObject().put("address", s.address());
      o.put("type", s.type().wireName());
      s.datatype().ifPresent(datatype -> o.put("datatype", datatype));
      s.access().ifPresent(access -> o.put("access", access));
      s.meta()
          .ifPresent(m -> {
            ObjectNode meta = o.putObject("meta");
            m.unit().ifPresent(unit -> meta.put("unit", unit));
            m.range().ifPresent(r -> meta.putArray("range").add(r.min()).add(r.max()));
            m.defaultValue().ifPresent(v -> meta.set("default", value(v)));
            m.description().ifPresent(text -> meta.put("description", text));
          });
    }
    return array;
  }

  private static int trailing(byte[] b, int offset, int length) {
    return offset + length - new MessageView().wrap(b, offset, length).end();
  }

  private static String hex(int value) {
    return "0x" + Integer.toHexString(value & 0xFF);
  }

  private static void u64(ObjectNode o, String name, OptionalLong value) {
    value.ifPresent(n -> o.put(name, n));
  }

  private static void u32(ObjectNode o, String name, OptionalInt value) {
    value.ifPresent(n -> o.put(name, Integer.toUnsignedLong(n)));
  }
}
