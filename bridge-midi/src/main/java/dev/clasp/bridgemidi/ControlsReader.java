package dev.clasp.bridgemidi;

import dev.clasp.bridge.JsonValues;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads controls from the settings and from presets, which are files of the same kind:
 *
 * <pre>{"path": "/fader/{n}", "count": 8, "in": "ch/0/cc/0", "kind": "fader", "pickup": true}</pre>
 *
 * <p>{@code {n}} counts from {@code first} (1); {@code by} says what counts with it in the
 * messages: {@code number}, or {@code channel}.
 */
final class ControlsReader {

  /** With files of their names. */
  static final List<String> PRESETS =
      List.of("nanokontrol2", "xtouch-mini", "mackie-control", "apc40-mk2", "launchpad-mini-mk3");

  private static final int MOST_CONTROLS = 4096;
  private static final Set<String> FIELDS =
      Set.of(
          "path",
          "first",
          "count",
          "by",
          "in",
          "out",
          "touch",
          "kind",
          "pickup",
          "echo",
          "relative",
          "on",
          "off",
          "least",
          "most",
          "steps");

  private ControlsReader() {}

  /**
   * A ready description of a controller.
   *
   * @param title its name
   * @param match finds its ports
   * @param sources where the facts are from
   * @param tried whether somebody has tried it with the device
   * @param init SysEx to send when the device comes
   * @param exit SysEx to send at the end
   */
  record Preset(
      String title,
      String match,
      List<String> sources,
      boolean tried,
      List<byte[]> init,
      List<byte[]> exit,
      List<Control.Shape> controls) {}

  /**
   * @throws BridgeException lasting: there is none of this name
   */
  static Preset preset(String name) {
    if (!PRESETS.contains(name)) {
      throw BridgeException.lasting(
          "there is no preset " + name + "; there are " + String.join(", ", PRESETS));
    }
    try (InputStream in = ControlsReader.class.getResourceAsStream("presets/" + name + ".json")) {
      if (in == null) {
        throw BridgeException.lasting("the preset " + name + " is not in this build");
      }
      Value value =
          JsonValues.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8))
              .orElse(Value.NULL);
      if (!(value instanceof Value.Map(Map<String, Value> entries))) {
        throw BridgeException.lasting("the preset " + name + " is no JSON object");
      }
      List<String> sources = new ArrayList<>();
      if (entries.get("sources") instanceof Value.Array(List<Value> all)) {
        all.forEach(each -> text(each).ifPresent(sources::add));
      }
      return new Preset(
          text(entries.get("title")).orElse(name),
          text(entries.get("match")).orElse("*"),
          sources,
          Value.TRUE.equals(entries.get("tried")),
          messages(entries.get("init")),
          messages(entries.get("exit")),
          read(entries.getOrDefault("controls", Value.NULL)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<byte[]> messages(@Nullable Value value) {
    List<byte[]> messages = new ArrayList<>();
    if (value instanceof Value.Array(List<Value> all)) {
      all.forEach(each ->
          text(each).ifPresent(hex -> messages.add(HexFormat.ofDelimiter(" ").parseHex(hex))));
    }
    return messages;
  }

  /**
   * @throws BridgeException lasting: says which control is wrong, and what
   */
  static List<Control.Shape> read(Value value) {
    List<Control.Shape> shapes = new ArrayList<>();
    if (value.equals(Value.NULL)) {
      return shapes;
    }
    if (!(value instanceof Value.Array(List<Value> all))) {
      throw BridgeException.lasting("controls must be a list");
    }
    for (Value each : all) {
      if (!(each instanceof Value.Map(Map<String, Value> fields))) {
        throw BridgeException.lasting("a control must be a map with path and in, not " + each);
      }
      shapes(fields, shapes);
      if (shapes.size() > MOST_CONTROLS) {
        throw BridgeException.lasting("more than " + MOST_CONTROLS + " controls");
      }
    }
    Set<String> paths = new HashSet<>();
    for (Control.Shape shape : shapes) {
      if (!paths.add(shape.path())) {
        throw BridgeException.lasting("two controls are called " + shape.path());
      }
    }
    return List.copyOf(shapes);
  }

  private static void shapes(Map<String, Value> fields, List<Control.Shape> into) {
    for (String name : fields.keySet()) {
      if (!FIELDS.contains(name)) {
        throw BridgeException.lasting(
            "a control has no "
                + name
                + "; it has "
                + String.join(", ", FIELDS.stream().sorted().toList()));
      }
    }
    String path =
        text(fields.get("path"))
            .filter(text -> text.matches("(/[A-Za-z0-9_.-]*(\\{n\\})?[A-Za-z0-9_.-]*)+"))
            .filter(text -> !text.contains("//") && !text.endsWith("/"))
            .orElseThrow(() ->
                BridgeException.lasting(
                    "path of a control must be like /fader/{n}, not " + fields.get("path")));
    int count = whole(fields, "count", 1, 1, 128);
    int first = whole(fields, "first", 1, 0, 1000);
    if (count > 1 && !path.contains("{n}")) {
      throw BridgeException.lasting("the path " + path + " of " + count + " controls needs {n}");
    }
    boolean channels = text(fields.get("by")).orElse("number").equals("channel");
    Control.Kind kind = choice(fields, "kind", Control.Kind.class, Control.Kind.FADER);
    Optional<ControlKey> in = key(fields, "in");
    Optional<ControlKey> out = key(fields, "out");
    Optional<ControlKey> touch = key(fields, "touch");
    if (kind == Control.Kind.LAMP ? out.isEmpty() : in.isEmpty()) {
      throw BridgeException.lasting(
          path + " needs " + (kind == Control.Kind.LAMP ? "out" : "in") + ", such as ch/0/cc/7");
    }
    Control.Relative relative =
        choice(fields, "relative", Control.Relative.class, Control.Relative.TWOS);
    for (int i = 0; i < count; i++) {
      into.add(
          new Control.Shape(
              path.replace("{n}", "" + (first + i)),
              kind,
              moved(in, i, channels),
              moved(out, i, channels),
              // The touch of faders that differ by channel differs by note (Mackie Control).
              moved(touch, i, false),
              flag(fields, "pickup"),
              flag(fields, "echo"),
              relative,
              whole(fields, "on", 127, 0, 16_383),
              whole(fields, "off", 0, 0, 127),
              whole(fields, "least", 0, 0, 16_383),
              whole(fields, "most", -1, -1, 16_383),
              whole(fields, "steps", 127, 1, 16_383)));
    }
  }

  private static @Nullable ControlKey moved(Optional<ControlKey> key, int i, boolean channels) {
    return key.map(each -> channels ? each.plus(0, i) : each.plus(i, 0)).orElse(null);
  }

  private static Optional<ControlKey> key(Map<String, Value> fields, String name) {
    return text(fields.get(name)).map(ControlKey::parse);
  }

  private static Optional<String> text(@Nullable Value value) {
    return value instanceof Value.Text(String text) ? Optional.of(text) : Optional.empty();
  }

  private static boolean flag(Map<String, Value> fields, String name) {
    Value value = fields.getOrDefault(name, Value.FALSE);
    if (value instanceof Value.Bool(boolean on)) {
      return on;
    }
    throw BridgeException.lasting(name + " of a control must be true or false, not " + value);
  }

  private static int whole(
      Map<String, Value> fields, String name, int standard, int least, int most) {
    Value value = fields.getOrDefault(name, Value.of(standard));
    if (value instanceof Value.Int(long whole) && whole >= least && whole <= most) {
      return (int) whole;
    }
    throw BridgeException.lasting(
        name + " of a control must be from " + least + " to " + most + ", not " + value);
  }

  private static <E extends Enum<E>> E choice(
      Map<String, Value> fields, String name, Class<E> type, E standard) {
    Value value = fields.get(name);
    if (value == null) {
      return standard;
    }
    List<String> names = new ArrayList<>();
    for (E each : type.getEnumConstants()) {
      String own = each.name().toLowerCase(Locale.ROOT);
      if (text(value).filter(own::equals).isPresent()) {
        return each;
      }
      names.add(own);
    }
    throw BridgeException.lasting(
        name + " of a control must be one of " + String.join(", ", names) + ", not " + value);
  }
}
