package dev.clasp.bridgemqtt;

import dev.clasp.bridge.MqttTopic;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A message as a map, with all that MQTT says beside its payload: {@code payload}, {@code qos},
 * {@code retain}, {@code content_type}, {@code response_topic}, {@code correlation}, {@code
 * expiry}, and {@code properties} as a list of pairs, since a name may come twice.
 */
final class Envelope {

  private static final int MAX_PROPERTIES = 100;

  private Envelope() {}

  static Value value(Letter letter, Value payload) {
    Letter.Properties said = letter.properties();
    Map<String, Value> map = new LinkedHashMap<>();
    map.put("payload", payload);
    map.put("qos", Value.of(letter.qos()));
    map.put("retain", Value.of(letter.retain()));
    said.contentType().ifPresent(type -> map.put("content_type", Value.of(type)));
    said.responseTopic().ifPresent(topic -> map.put("response_topic", Value.of(topic)));
    said.correlation().ifPresent(data -> map.put("correlation", data));
    said.expiry().ifPresent(seconds -> map.put("expiry", Value.of(seconds)));
    if (!said.user().isEmpty()) {
      List<Value> pairs = new ArrayList<>();
      said.user()
          .forEach(each ->
              pairs.add(Value.of(List.of(Value.of(each.getKey()), Value.of(each.getValue())))));
      map.put("properties", Value.of(pairs));
    }
    return Value.of(map);
  }

  /** The message of a map; without {@code payload} the map itself is the payload. */
  static Letter letter(
      String topic,
      Map<String, Value> map,
      PayloadFormat format,
      int qos,
      boolean retain,
      boolean newest) {
    Value payload = map.get("payload");
    if (payload == null) {
      return new Letter(topic, format.bytes(Value.of(map)), qos, retain, newest);
    }
    return new Letter(
        topic,
        format.bytes(payload),
        map.get("qos") instanceof Value.Int(long own) && own >= 0 && own <= 2 ? (int) own : qos,
        map.get("retain") instanceof Value.Bool(boolean own) ? own : retain,
        newest,
        new Letter.Properties(
            text(map, "content_type"),
            text(map, "response_topic").filter(MqttTopic::isName),
            map.get("correlation") instanceof Value.Bytes data
                ? Optional.of(data)
                : Optional.empty(),
            user(map.get("properties")),
            map.get("expiry") instanceof Value.Int(long seconds)
                    && seconds >= 0
                    && seconds <= 0xFFFF_FFFFL
                ? OptionalLong.of(seconds)
                : OptionalLong.empty(),
            false));
  }

  private static Optional<String> text(Map<String, Value> map, String key) {
    return map.get(key) instanceof Value.Text(String text) ? Optional.of(text) : Optional.empty();
  }

  /** Pairs, or a map of them. */
  private static List<Map.Entry<String, String>> user(
      @org.jspecify.annotations.Nullable Value properties) {
    List<Map.Entry<String, String>> user = new ArrayList<>();
    if (properties instanceof Value.Map(Map<String, Value> entries)) {
      entries.forEach((key, value) -> {
        if (value instanceof Value.Text(String text)) {
          user.add(Map.entry(key, text));
        }
      });
    } else if (properties instanceof Value.Array(List<Value> pairs)) {
      for (Value pair : pairs) {
        if (pair instanceof Value.Array(List<Value> two)
            && two.size() == 2
            && two.getFirst() instanceof Value.Text(String key)
            && two.getLast() instanceof Value.Text(String text)) {
          user.add(Map.entry(key, text));
        }
      }
    }
    return user.size() > MAX_PROPERTIES ? user.subList(0, MAX_PROPERTIES) : user;
  }
}
