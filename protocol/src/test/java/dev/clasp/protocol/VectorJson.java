package dev.clasp.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.SignalDefinition;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Messages in the notation of {@code js-client.json} (wire.md appendix E): 64-bit integers and
 * floats as text, values as objects of one member, absent members absent.
 */
final class VectorJson {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final ObjectMapper JSON = new ObjectMapper();

  private VectorJson() {}

  /** What a decoded message looks like in this notation. */
  static JsonNode describe(Message message) {
    return reparsed(object(message));
  }

  /** A description from the file with its floats spelled as Java spells them. */
  static JsonNode normal(JsonNode description) {
    return switch (description) {
      case ObjectNode object -> {
        ObjectNode result = NODES.objectNode();
        object
            .properties()
            .forEach(member -> {
              boolean floats = List.of("f64", "epsilon").contains(member.getKey());
              boolean floatLists = List.of("samples", "range").contains(member.getKey());
              JsonNode value = member.getValue();
              if (floats && value.isTextual()) {
                result.set(member.getKey(), respelled(value));
              } else if (floatLists && value.isArray()) {
                ArrayNode list = result.putArray(member.getKey());
                value.forEach(number -> list.add(respelled(number)));
              } else {
                result.set(member.getKey(), normal(value));
              }
            });
        yield result;
      }
      case ArrayNode array -> {
        ArrayNode result = NODES.arrayNode();
        array.forEach(element -> result.add(normal(element)));
        yield result;
      }
      default -> description;
    };
  }

  private static TextNode respelled(JsonNode number) {
    return NODES.textNode(Double.toString(Double.parseDouble(number.textValue())));
  }

  /** So that 5 is the same kind of node whether it was an int or a long. */
  private static JsonNode reparsed(JsonNode node) {
    try {
      return JSON.readTree(node.toString());
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ObjectNode object(Message message) {
    ObjectNode o = NODES.objectNode();
    switch (message) {
      case Message.Hello m -> {
        o.put("type", "HELLO").put("version", m.version());
        o.set("features", features(m.features()));
        o.put("name", m.name());
        m.token().ifPresent(token -> o.put("token", token));
      }
      case Message.Welcome m -> {
        o.put("type", "WELCOME").put("version", m.version());
        o.set("features", features(m.features()));
        o.put("time", Long.toUnsignedString(m.timeMicros()));
        o.put("session", m.session()).put("name", m.name());
        m.token().ifPresent(token -> o.put("token", token));
      }
      case Message.Announce m -> {
        o.put("type", "ANNOUNCE").put("namespace", m.namespace());
        o.set("signals", signals(m.signals()));
      }
      case Message.Subscribe m -> {
        o.put("type", "SUBSCRIBE").put("id", Integer.toUnsignedLong(m.id()));
        o.put("pattern", m.pattern());
        o.set("types", types(m.typeMask()));
        ObjectNode options = NODES.objectNode();
        m.options().maxRate().ifPresent(n -> options.put("max_rate", Integer.toUnsignedLong(n)));
        m.options().epsilon().ifPresent(n -> options.put("epsilon", Double.toString(n)));
        m.options().history().ifPresent(n -> options.put("history", Integer.toUnsignedLong(n)));
        m.options().windowMillis().ifPresent(n -> options.put("window", Integer.toUnsignedLong(n)));
        if (!options.isEmpty()) {
          o.set("options", options);
        }
      }
      case Message.Unsubscribe(int id) ->
          o.put("type", "UNSUBSCRIBE").put("id", Integer.toUnsignedLong(id));
      case Message.Publish m -> {
        o.put("type", "PUBLISH").put("address", m.address());
        o.put("signal", m.signal().wireName()).put("phase", m.phase().wireName());
        switch (m.content()) {
          case Content.None _ -> {}
          case Content.Single(Value v) -> o.set("value", value(v));
          case Content.Samples samples -> {
            ArrayNode list = o.putArray("samples");
            for (double sample : samples.samples()) {
              list.add(Double.toString(sample));
            }
          }
        }
        u64(o, "timestamp", m.timestampMicros());
        m.id().ifPresent(n -> o.put("id", Integer.toUnsignedLong(n)));
        m.rate().ifPresent(n -> o.put("rate", Integer.toUnsignedLong(n)));
      }
      case Message.SetValue m -> {
        o.put("type", "SET").put("address", m.address());
        o.set("value", value(m.value()));
        u64(o, "revision", m.revision());
        o.put("lock", m.lock()).put("unlock", m.unlock());
        m.ttl().ifPresent(ttl -> o.put("ttl", ttl.toString()));
      }
      case Message.Get(String address) -> o.put("type", "GET").put("address", address);
      case Message.Snapshot m -> {
        o.put("type", "SNAPSHOT");
        ArrayNode params = o.putArray("params");
        for (Message.Parameter p : m.parameters()) {
          ObjectNode param = params.addObject().put("address", p.address());
          param.set("value", value(p.value()));
          param.put("revision", Long.toUnsignedString(p.revision()));
          p.writer().ifPresent(writer -> param.put("writer", writer));
          u64(param, "timestamp", p.timestampMicros());
        }
      }
      case Message.Bundle m -> {
        o.put("type", "BUNDLE");
        ArrayNode messages = o.putArray("messages");
        m.messages().forEach(inner -> messages.add(object(inner)));
        u64(o, "timestamp", m.timestampMicros());
      }
      case Message.Sync m -> {
        o.put("type", "SYNC").put("t1", Long.toUnsignedString(m.t1Micros()));
        u64(o, "t2", m.t2Micros());
        u64(o, "t3", m.t3Micros());
      }
      case Message.Ping _ -> o.put("type", "PING");
      case Message.Pong _ -> o.put("type", "PONG");
      case Message.Ack m -> {
        o.put("type", "ACK");
        m.address().ifPresent(address -> o.put("address", address));
        u64(o, "revision", m.revision());
        m.locked().ifPresent(locked -> o.put("locked", locked));
        m.holder().ifPresent(holder -> o.put("holder", holder));
        m.correlationId().ifPresent(n -> o.put("correlation_id", Integer.toUnsignedLong(n)));
      }
      case Message.Error m -> {
        o.put("type", "ERROR").put("code", m.code()).put("message", m.message());
        m.address().ifPresent(address -> o.put("address", address));
        m.correlationId().ifPresent(n -> o.put("correlation_id", Integer.toUnsignedLong(n)));
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

  static ObjectNode value(Value value) {
    ObjectNode o = NODES.objectNode();
    switch (value) {
      case Value.Null _ -> o.put("null", true);
      case Value.Bool(boolean v) -> o.put("bool", v);
      case Value.Int(long v) -> o.put("i64", Long.toString(v));
      case Value.Float(double v) -> o.put("f64", Double.toString(v));
      case Value.Text(String v) -> o.put("str", v);
      case Value.Bytes v -> o.put("bytes", HexFormat.of().formatHex(v.value()));
      case Value.Array(List<Value> values) -> {
        ArrayNode array = o.putArray("array");
        values.forEach(v -> array.add(value(v)));
      }
      case Value.Map(java.util.Map<String, Value> entries) -> {
        ArrayNode map = o.putArray("map");
        entries.forEach((key, v) -> map.addArray().add(key).add(value(v)));
      }
    }
    return o;
  }

  private static ArrayNode features(java.util.Set<Feature> features) {
    ArrayNode names = NODES.arrayNode();
    for (Feature feature : Feature.values()) {
      if (features.contains(feature)) {
        names.add(feature.wireName());
      }
    }
    return names;
  }

  private static JsonNode types(int mask) {
    if (mask == SignalType.ALL_MASK) {
      return NODES.textNode("all");
    }
    ArrayNode names = NODES.arrayNode();
    for (SignalType type : SignalType.values()) {
      if ((mask & type.maskBit()) != 0) {
        names.add(type.wireName());
      }
    }
    return names;
  }

  private static ArrayNode signals(List<SignalDefinition> signals) {
    ArrayNode array = NODES.arrayNode();
    for (SignalDefinition s : signals) {
      ObjectNode o = array.addObject().put("address", s.address());
      o.put("signal", s.type().wireName());
      s.datatype().ifPresent(datatype -> o.put("datatype", datatype));
      s.access().ifPresent(access -> o.put("access", access));
      s.meta().ifPresent(m -> o.set("meta", meta(m)));
    }
    return array;
  }

  private static ObjectNode meta(Message.SignalMeta meta) {
    ObjectNode o = NODES.objectNode();
    meta.unit().ifPresent(unit -> o.put("unit", unit));
    Optional<Message.Range> range = meta.range();
    range.ifPresent(
        r -> o.putArray("range").add(Double.toString(r.min())).add(Double.toString(r.max())));
    meta.defaultValue().ifPresent(value -> o.set("default", value(value)));
    meta.description().ifPresent(description -> o.put("description", description));
    return o;
  }

  private static void u64(ObjectNode o, String name, OptionalLong value) {
    value.ifPresent(bits -> o.put(name, Long.toUnsignedString(bits)));
  }
}
