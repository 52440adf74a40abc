package dev.clasp.bridgemqtt;

import dev.clasp.bridge.JsonValues;
import dev.clasp.bridge.MqttPayload;
import dev.clasp.bridge.MqttTopic;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridgemqtt.DevicePoint.Kind;
import dev.clasp.protocol.Message.Range;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Devices that say what they are by Home Assistant's MQTT discovery: topics {@code
 * homeassistant/component/[node/]object/config}, or {@code homeassistant/device/object/config} for
 * all parts of one. Each part gets an address {@code /devices/device/part}.
 *
 * <p>Bounded. Thread-safe.
 */
final class HomeAssistant {

  private static final int MAX_CONFIGS = 5000;

  /** Parts of all devices. */
  static final int MAX_POINTS = 20_000;

  /** Parts of one configuration. */
  static final int MAX_PARTS = 1000;

  /** Parts of one name. */
  private static final int MAX_SAME = 1000;

  private static final int MAX_REMEMBERED = 5000;
  private static final int MAX_REMEMBERED_BYTES = 8 << 20;

  /** Short names of what is read here (Home Assistant, MQTT discovery, abbreviations). */
  private static final Map<String, String> LONG =
      Map.ofEntries(
          Map.entry("stat_t", "state_topic"),
          Map.entry("cmd_t", "command_topic"),
          Map.entry("cmd_tpl", "command_template"),
          Map.entry("val_tpl", "value_template"),
          Map.entry("stat_val_tpl", "state_value_template"),
          Map.entry("t", "topic"),
          Map.entry("uniq_id", "unique_id"),
          Map.entry("obj_id", "object_id"),
          Map.entry("dev", "device"),
          Map.entry("dev_cla", "device_class"),
          Map.entry("unit_of_meas", "unit_of_measurement"),
          Map.entry("pl_on", "payload_on"),
          Map.entry("pl_off", "payload_off"),
          Map.entry("pl_prs", "payload_press"),
          Map.entry("pl_lock", "payload_lock"),
          Map.entry("pl_unlk", "payload_unlock"),
          Map.entry("stat_on", "state_on"),
          Map.entry("stat_off", "state_off"),
          Map.entry("stat_locked", "state_locked"),
          Map.entry("stat_unlocked", "state_unlocked"),
          Map.entry("bri_stat_t", "brightness_state_topic"),
          Map.entry("bri_cmd_t", "brightness_command_topic"),
          Map.entry("bri_scl", "brightness_scale"),
          Map.entry("bri_val_tpl", "brightness_value_template"),
          Map.entry("pos_t", "position_topic"),
          Map.entry("pos_tpl", "position_template"),
          Map.entry("set_pos_t", "set_position_topic"),
          Map.entry("set_pos_tpl", "set_position_template"),
          Map.entry("pos_open", "position_open"),
          Map.entry("pos_clsd", "position_closed"),
          Map.entry("ret", "retain"),
          Map.entry("p", "platform"),
          Map.entry("cmps", "components"),
          Map.entry("ids", "identifiers"));

  private final String prefix;
  private final String root;
  private final EndpointContext context;

  /** By the topic of the configuration. */
  private final Map<String, List<DevicePoint>> found = new LinkedHashMap<>();

  private final Map<String, List<DevicePoint>> byState = new HashMap<>();

  /** Read without the lock, too. */
  private final Map<String, DevicePoint> byPath = new ConcurrentHashMap<>();

  /** The newest payloads: a state may come before what says whose it is. Oldest first. */
  private final LinkedHashMap<String, byte[]> states = new LinkedHashMap<>();

  private int stateBytes;

  /** Paths of the configuration that is being read. */
  private final Set<String> taken = new HashSet<>();

  HomeAssistant(String prefix, String root, EndpointContext context) {
    this.prefix = prefix;
    this.root = root;
    this.context = context;
  }

  /** Whether a topic is one of a configuration. */
  boolean isConfig(String topic) {
    return topic.startsWith(prefix + "/") && topic.endsWith("/config");
  }

  /**
   * What a configuration brings.
   *
   * @param signals the states that are known already
   * @param fresh topics of states that nobody has told of before
   * @param gone those that nobody tells of any more
   */
  record Found(List<MappedSignal> signals, Set<String> fresh, Set<String> gone) {}

  /** Takes a configuration; an empty one takes back what was said before. */
  synchronized Found config(Letter letter) {
    Set<String> gone = new LinkedHashSet<>();
    found
        .getOrDefault(letter.topic(), List.of())
        .forEach(point -> point.stateTopic().ifPresent(gone::add));
    Set<String> fresh = new LinkedHashSet<>();
    List<MappedSignal> known = take(letter, fresh);
    fresh.removeAll(gone);
    gone.removeIf(byState::containsKey);
    return new Found(known, fresh, gone);
  }

  private List<MappedSignal> take(Letter letter, Set<String> fresh) {
    String topic = letter.topic();
    List<DevicePoint> before = found.remove(topic);
    if (before == null && found.size() >= MAX_CONFIGS) {
      context.dropped(
          "more than " + MAX_CONFIGS + " things are discovered; " + topic + " is left out");
      return List.of();
    }
    if (before != null) {
      before.forEach(this::forget);
    }
    if (letter.payload().length == 0) {
      return List.of();
    }
    String[] levels = topic.substring(prefix.length() + 1).split("/", -1);
    if (levels.length < 3 || levels.length > 4) {
      return List.of();
    }
    Optional<Value> json = JsonValues.parse(new String(letter.payload(), StandardCharsets.UTF_8));
    if (json.isEmpty() || !(json.get() instanceof Value.Map(Map<String, Value> raw))) {
      context.dropped(topic + " is no JSON map");
      return List.of();
    }
    String object = levels[levels.length - 2];
    List<DevicePoint> points = new ArrayList<>();
    taken.clear();
    Config config = new Config(longNames(raw), object, topic);
    if (levels[0].equals("device")) {
      Value parts = config.entries().getOrDefault("components", Value.NULL);
      if (parts instanceof Value.Map(Map<String, Value> components)) {
        if (components.size() > MAX_PARTS) {
          context.dropped(topic + " has more than " + MAX_PARTS + " parts and is left out");
          return List.of();
        }
        components.forEach((id, part) -> {
          if (part instanceof Value.Map(Map<String, Value> own)) {
            Map<String, Value> all = new LinkedHashMap<>(config.entries());
            all.remove("components");
            all.putAll(longNames(own));
            Config one = new Config(all, id, topic);
            points(one.text("platform").orElse(""), one, points);
          }
        });
      }
    } else {
      points(levels[0], config, points);
    }
    if (byPath.size() + points.size() > MAX_POINTS) {
      context.dropped(
          "more than " + MAX_POINTS + " things are discovered; " + topic + " is left out");
      return List.of();
    }
    found.put(topic, List.copyOf(points));
    List<MappedSignal> known = new ArrayList<>();
    for (DevicePoint point : points) {
      byPath.put(point.path(), point);
      point
          .stateTopic()
          .ifPresent(state -> {
            byState
                .computeIfAbsent(
                    state,
                    _ -> {
                      fresh.add(state);
                      return new ArrayList<>(1);
                    })
                .add(point);
            byte[] payload = states.get(state);
            if (payload != null) {
              signal(point, payload).ifPresent(known::add);
            }
          });
    }
    return known;
  }

  private void forget(DevicePoint point) {
    byPath.remove(point.path(), point);
    point
        .stateTopic()
        .ifPresent(topic ->
            byState.computeIfPresent(
                topic,
                (_, all) -> {
                  all.remove(point);
                  return all.isEmpty() ? null : all;
                }));
  }

  private static Map<String, Value> longNames(Map<String, Value> entries) {
    Map<String, Value> all = new LinkedHashMap<>();
    entries.forEach((key, value) -> all.put(LONG.getOrDefault(key, key), value));
    return all;
  }

  /** A configuration with names in full, and {@code ~} not yet filled in. */
  private record Config(Map<String, Value> entries, String object, String from) {

    Optional<String> text(String key) {
      return switch (entries.getOrDefault(key, Value.NULL)) {
        case Value.Text(String text) when !text.isEmpty() -> Optional.of(text);
        case Value.Int number -> Optional.of(String.valueOf(number.value()));
        case Value.Bool(boolean bool) -> Optional.of(bool ? "True" : "False");
        default -> Optional.empty();
      };
    }

    /** With the base topic where it begins or ends with ~. */
    Optional<String> topic(String key) {
      String base = text("~").orElse("");
      return text(key)
          .map(topic ->
              topic.startsWith("~")
                  ? base + topic.substring(1)
                  : topic.endsWith("~") ? topic.substring(0, topic.length() - 1) + base : topic)
          .filter(MqttTopic::isName);
    }

    Optional<Double> number(String key) {
      return switch (entries.getOrDefault(key, Value.NULL)) {
        case Value.Int(long number) -> Optional.of((double) number);
        case Value.Float(double number) -> Optional.of(number);
        default -> Optional.empty();
      };
    }

    boolean on(String key) {
      return Value.TRUE.equals(entries.get(key));
    }

    String device() {
      if (entries.get("device") instanceof Value.Map(Map<String, Value> raw)) {
        Config device = new Config(longNames(raw), object, from);
        return device
            .text("name")
            .or(() ->
                device.entries().get("identifiers") instanceof Value.Array(List<Value> all)
                        && !all.isEmpty()
                        && all.getFirst() instanceof Value.Text(String first)
                    ? Optional.of(first)
                    : device.text("identifiers"))
            .orElse("");
      }
      return "";
    }

    /** For people; a part may be called like its device. */
    String name() {
      return text("name").orElse(object);
    }
  }

  private void points(String component, Config config, List<DevicePoint> points) {
    String device = slug(config.device());
    String part = slug(config.name());
    if (!device.isEmpty() && part.startsWith(device + "_")) {
      // Older devices say their own name before that of the part.
      part = part.substring(device.length() + 1);
    }
    if (part.isEmpty()) {
      part = slug(config.object());
    }
    // A part without a name of its own is the device itself.
    boolean itself = !device.isEmpty() && Value.NULL.equals(config.entries().get("name"));
    String base = root + (device.isEmpty() ? "" : "/" + device) + (itself ? "" : "/" + part);
    Optional<String> free = free(base);
    if (free.isEmpty()) {
      context.dropped(config.from() + ": too many things are called " + base);
      return;
    }
    String path = free.get();
    Optional<String> state = config.topic("state_topic");
    Optional<String> command = config.topic("command_topic");
    switch (component) {
      case "switch", "siren", "fan" ->
          points.add(onOff(path, config, "ON", "OFF", "state_on", "state_off", command));
      case "binary_sensor" ->
          points.add(
              onOff(path, config, "ON", "OFF", "payload_on", "payload_off", Optional.empty()));
      case "light" -> light(path, config, points);
      case "lock" -> {
        DevicePoint lock =
            point(path, config, Kind.SWITCH, state, "value_template", command)
                .said(
                    config.text("state_locked").orElse("LOCKED"),
                    config.text("state_unlocked").orElse("UNLOCKED"))
                .commands(
                    config.text("payload_lock").orElse("LOCK"),
                    config.text("payload_unlock").orElse("UNLOCK"))
                .build();
        points.add(lock);
      }
      case "number" ->
          points.add(point(path, config, Kind.NUMBER, state, "value_template", command).build());
      case "sensor" -> {
        boolean number =
            config.text("unit_of_measurement").isPresent()
                || config.text("state_class").isPresent();
        points.add(
            point(
                    path,
                    config,
                    number ? Kind.NUMBER : Kind.ANY,
                    state,
                    "value_template",
                    Optional.empty())
                .build());
      }
      case "button", "scene" ->
          points.add(
              point(path, config, Kind.TRIGGER, Optional.empty(), "value_template", command)
                  .said(
                      config
                          .text("payload_press")
                          .or(() -> config.text("payload_on"))
                          .orElse("PRESS"),
                      "")
                  .build());
      case "select", "text" ->
          points.add(point(path, config, Kind.TEXT, state, "value_template", command).build());
      case "cover", "valve" -> {
        points.add(point(path, config, Kind.TEXT, state, "value_template", command).build());
        config
            .topic("position_topic")
            .ifPresent(position ->
                points.add(
                    point(
                            path + "/position",
                            config,
                            Kind.NUMBER,
                            Optional.of(position),
                            "position_template",
                            config.topic("set_position_topic"))
                        .template("set_position_template")
                        .range(
                            config.number("position_closed").orElse(0.0),
                            config.number("position_open").orElse(100.0))
                        .build()));
      }
      case "event" ->
          points.add(
              point(path, config, Kind.ANY, state, "value_template", Optional.empty()).build());
      case "device_automation" ->
          points.add(
              point(
                      path,
                      config,
                      Kind.ANY,
                      config.topic("topic"),
                      "value_template",
                      Optional.empty())
                  .build());
      default -> {
        if (state.isEmpty() && command.isEmpty()) {
          context.error(config.from() + " describes a " + component + ", which is not known here");
          return;
        }
        points.add(point(path, config, Kind.ANY, state, "value_template", command).build());
      }
    }
  }

  private DevicePoint onOff(
      String path,
      Config config,
      String on,
      String off,
      String stateOn,
      String stateOff,
      Optional<String> command) {
    String sentOn = config.text("payload_on").orElse(on);
    String sentOff = config.text("payload_off").orElse(off);
    return point(
            path,
            config,
            Kind.SWITCH,
            config.topic("state_topic"),
            config.text("state_value_template").isPresent()
                ? "state_value_template"
                : "value_template",
            command)
        .said(config.text(stateOn).orElse(sentOn), config.text(stateOff).orElse(sentOff))
        .commands(sentOn, sentOff)
        .build();
  }

  /** The simple one and that with JSON; only on, off and brightness. */
  private void light(String path, Config config, List<DevicePoint> points) {
    Optional<String> state = config.topic("state_topic");
    Optional<String> command = config.topic("command_topic");
    double scale = config.number("brightness_scale").orElse(255.0);
    if (config.text("schema").filter("json"::equals).isPresent()) {
      points.add(
          point(path, config, Kind.SWITCH, state, "", command)
              .at("state")
              .said("ON", "OFF")
              .commands("ON", "OFF")
              .key("state")
              .build());
      if (config.on("brightness") || config.entries().containsKey("supported_color_modes")) {
        points.add(
            point(path + "/brightness", config, Kind.NUMBER, state, "", command)
                .at("brightness")
                .key("brightness")
                .range(0, scale)
                .build());
      }
      return;
    }
    points.add(onOff(path, config, "ON", "OFF", "payload_on", "payload_off", command));
    Optional<String> brightness = config.topic("brightness_state_topic");
    Optional<String> dim = config.topic("brightness_command_topic");
    if (brightness.isPresent() || dim.isPresent()) {
      points.add(
          point(
                  path + "/brightness",
                  config,
                  Kind.NUMBER,
                  brightness,
                  "brightness_value_template",
                  dim)
              .range(0, scale)
              .build());
    }
  }

  /** Unlike all others: two devices may have the same name. */
  private Optional<String> free(String base) {
    String path = base;
    for (int n = 2; byPath.containsKey(path) || !taken.add(path); n++) {
      if (n > MAX_SAME) {
        return Optional.empty();
      }
      path = base + "_" + n;
    }
    return Optional.of(path);
  }

  static String slug(String name) {
    String plain = Normalizer.normalize(name, Normalizer.Form.NFD).replaceAll("\\p{M}+", "");
    String slug =
        plain.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", "_").replaceAll("^_|_$", "");
    return slug.length() > 100 ? slug.substring(0, 100) : slug;
  }

  // --- parts -------------------------------------------------------------------------------------

  private Builder point(
      String path,
      Config config,
      Kind kind,
      Optional<String> state,
      String templateKey,
      Optional<String> command) {
    return new Builder(path, config, kind, state, templateKey, command);
  }

  private final class Builder {
    private final String path;
    private final Config config;
    private final Kind kind;
    private final Optional<String> state;
    private final Optional<String> command;
    private ValueTemplate template;
    private String commandKey = "";
    private String commandTemplate;
    private String stateOn = "";
    private String stateOff = "";
    private String on = "";
    private String off = "";
    private Optional<Range> range = Optional.empty();

    Builder(
        String path,
        Config config,
        Kind kind,
        Optional<String> state,
        String templateKey,
        Optional<String> command) {
      this.path = path;
      this.config = config;
      this.kind = kind;
      this.state = state;
      this.command = command;
      this.template = config.text(templateKey).map(this::read).orElse(ValueTemplate.PLAIN);
      this.commandTemplate = fillable("command_template");
      Optional<Double> min = config.number("min");
      Optional<Double> max = config.number("max");
      if (kind == Kind.NUMBER && command.isPresent()) {
        this.range = Optional.of(new Range(min.orElse(1.0), max.orElse(100.0)));
      }
    }

    private ValueTemplate read(String text) {
      Optional<ValueTemplate> read = ValueTemplate.parse(text);
      if (read.isEmpty()) {
        context.error(
            path + " gets the whole payload of its topic: its template is not understood: " + text);
      }
      return read.orElse(ValueTemplate.PLAIN);
    }

    private String fillable(String key) {
      String text = config.text(key).orElse("");
      if (!DevicePoint.fillable(text)) {
        context.error(path + " is told plain values: its template is not understood: " + text);
        return "";
      }
      return text;
    }

    Builder at(String key) {
      template = new ValueTemplate(true, List.of(key), List.of());
      return this;
    }

    Builder key(String key) {
      commandKey = key;
      return this;
    }

    Builder template(String key) {
      commandTemplate = fillable(key);
      return this;
    }

    /**
     * What the states mean that it tells, and unless {@link #commands} says so, what it is told.
     */
    Builder said(String yes, String no) {
      stateOn = yes;
      stateOff = no;
      on = yes;
      off = no;
      return this;
    }

    Builder commands(String yes, String no) {
      on = yes;
      off = no;
      return this;
    }

    Builder range(double min, double max) {
      range = Optional.of(new Range(Math.min(min, max), Math.max(min, max)));
      return this;
    }

    DevicePoint build() {
      int qos = config.number("qos").map(Double::intValue).filter(q -> q >= 0 && q <= 2).orElse(0);
      return new DevicePoint(
          path,
          kind,
          state,
          template,
          command,
          commandKey,
          commandTemplate,
          new DevicePoint.Words(stateOn, stateOff, on, off),
          config.text("unit_of_measurement"),
          range,
          config.name(),
          qos,
          config.on("retain"));
    }
  }

  // --- states and commands -----------------------------------------------------------------------

  /** What a message says of the things that were found. */
  synchronized List<MappedSignal> state(Letter letter) {
    remember(letter);
    List<MappedSignal> signals = new ArrayList<>();
    for (DevicePoint point : byState.getOrDefault(letter.topic(), List.of())) {
      signal(point, letter.payload()).ifPresent(signals::add);
    }
    return signals;
  }

  private void remember(Letter letter) {
    byte[] old = states.remove(letter.topic());
    stateBytes -= old == null ? 0 : old.length;
    if (letter.payload().length == 0) {
      return;
    }
    states.put(letter.topic(), letter.payload());
    stateBytes += letter.payload().length;
    while (states.size() > MAX_REMEMBERED || stateBytes > MAX_REMEMBERED_BYTES) {
      stateBytes -= states.pollFirstEntry().getValue().length;
    }
  }

  private static Optional<MappedSignal> signal(DevicePoint point, byte[] payload) {
    return point
        .value(payload)
        .map(value -> new MappedSignal(point.path(), SignalType.PARAM, value));
  }

  /** The thing at a path. Locks nothing. */
  Optional<DevicePoint> at(String path) {
    return Optional.ofNullable(byPath.get(path));
  }

  synchronized List<SignalDefinition> offers() {
    return byPath.values().stream().map(DevicePoint::definition).toList();
  }

  synchronized int things() {
    return byPath.size();
  }

  /** As a payload, for people who look at it. */
  static byte[] payload(Value config) {
    return MqttPayload.bytes(config);
  }
}
