package dev.clasp.bridgemqtt;

import dev.clasp.bridge.MqttTopic;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A signal that Home Assistant shall find (its MQTT discovery): the topic of the path is the state,
 * {@code .../set} the command.
 *
 * @param path in the bridge's world: {@code /stage/dimmer}
 * @param component sensor, binary_sensor, switch, number, light, button, text
 * @param brightness path of the brightness of a light
 * @param more further keys of the configuration, as they are
 */
record ExposedSignal(
    String path,
    String component,
    String name,
    Optional<String> brightness,
    Map<String, Value> more) {

  /** Behind the topic of a state: the topic of its commands. */
  static final String SET = "/set";

  private static final Set<String> COMPONENTS =
      Set.of("sensor", "binary_sensor", "switch", "number", "light", "button", "text");

  private static final int MAX = 1000;

  /**
   * Reads the setting.
   *
   * @throws IllegalArgumentException with a sentence for the user
   */
  static List<ExposedSignal> list(Value tree) {
    return switch (tree) {
      case Value.Null _ -> List.of();
      case Value.Array(List<Value> items) when items.size() <= MAX -> {
        List<ExposedSignal> all = new ArrayList<>();
        items.forEach(item -> all.add(of(item)));
        yield all;
      }
      default ->
          throw new IllegalArgumentException(
              "expose is a list of maps such as {\"address\": \"/stage/dimmer\", \"component\":"
                  + " \"number\", \"name\": \"Dimmer\"}");
    };
  }

  private static ExposedSignal of(Value item) {
    if (!(item instanceof Value.Map(Map<String, Value> entries))) {
      throw new IllegalArgumentException("an entry of expose is a map, not " + item);
    }
    Map<String, Value> more = new LinkedHashMap<>(entries);
    String path = path(text(more.remove("address"), "address"));
    String component = text(more.remove("component"), "component");
    if (!COMPONENTS.contains(component)) {
      throw new IllegalArgumentException(
          "component must be one of "
              + String.join(", ", COMPONENTS.stream().sorted().toList())
              + ", not "
              + component);
    }
    Value named = more.remove("name");
    String name = named == null ? path.substring(path.lastIndexOf('/') + 1) : text(named, "name");
    Value bright = more.remove("brightness");
    return new ExposedSignal(
        path,
        component,
        name,
        bright == null ? Optional.empty() : Optional.of(path(text(bright, "brightness"))),
        more);
  }

  private static String text(@org.jspecify.annotations.Nullable Value value, String what) {
    if (value instanceof Value.Text(String text) && !text.isEmpty()) {
      return text;
    }
    throw new IllegalArgumentException("an entry of expose needs " + what + ", a text");
  }

  private static String path(String text) {
    String path = text.startsWith("/") ? text : "/" + text;
    if (!MqttTopic.isName(topic(path))) {
      throw new IllegalArgumentException("no topic can be called like " + text);
    }
    return path;
  }

  static String topic(String path) {
    return MqttTopic.unescaped(path.substring(1));
  }

  boolean commandable() {
    return !component.equals("sensor") && !component.equals("binary_sensor");
  }

  Optional<String> commandTopic() {
    return commandable() ? Optional.of(topic(path) + SET) : Optional.empty();
  }

  /** In a topic of the discovery: letters, digits, - and _. */
  String objectId() {
    return path.substring(1).replaceAll("[^A-Za-z0-9_-]", "_");
  }

  /**
   * What Home Assistant reads.
   *
   * @param node who says so, in letters of {@link #objectId}
   */
  Value config(String node, String bridge, String statusTopic) {
    Map<String, Value> config = new LinkedHashMap<>();
    config.put("name", Value.of(name));
    config.put("unique_id", Value.of(node + "_" + objectId()));
    config.put("availability_topic", Value.of(statusTopic));
    if (!component.equals("button")) {
      config.put("state_topic", Value.of(topic(path)));
    }
    commandTopic().ifPresent(topic -> config.put("command_topic", Value.of(topic)));
    switch (component) {
      case "binary_sensor", "switch", "light" -> {
        config.put("payload_on", Value.of("true"));
        config.put("payload_off", Value.of("false"));
      }
      case "number" -> {
        config.put("min", Value.of(0));
        config.put("max", Value.of(1));
        config.put("step", Value.of(0.01));
      }
      case "button" -> config.put("payload_press", Value.of("PRESS"));
      default -> {}
    }
    brightness.ifPresent(dim -> {
      config.put("brightness_state_topic", Value.of(topic(dim)));
      config.put("brightness_command_topic", Value.of(topic(dim) + SET));
      config.put("brightness_scale", Value.of(255));
    });
    config.put(
        "device",
        Value.of(
            Map.of(
                "identifiers", Value.of(List.of(Value.of(node))),
                "name", Value.of(bridge),
                "manufacturer", Value.of("CLASP"))));
    // What the user says goes before all that.
    config.putAll(more);
    return Value.of(config);
  }
}
