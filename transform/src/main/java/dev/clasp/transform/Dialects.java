package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Other shapes of mappings as ours: bare lists and {@code {"mappings": [...]}} (v3.2.0), the shapes
 * of the reference's documentation, and those of its desktop application (bridges.md 14, 15.6).
 * Where nothing has to be done, the very same value comes back.
 */
final class Dialects {

  private Dialects() {}

  static Value toNative(Value definition) {
    return switch (definition) {
      case Value.Null _ -> rules(List.of(), Map.of());
      case Value.Array(List<Value> list) -> rules(each(list, "rules"), Map.of());
      case Value.Map(Map<String, Value> entries) -> map(entries);
      default ->
          throw new MappingException(
              "", "a mapping is a map or a list of rules, not " + Fields.shown(definition));
    };
  }

  private static Value rules(List<Value> rules, Map<String, Value> rest) {
    Map<String, Value> out = new LinkedHashMap<>(rest);
    out.put("rules", new Value.Array(rules));
    return new Value.Map(out);
  }

  private static Value map(Map<String, Value> entries) {
    if (entries.get("mapping") instanceof Value.Map(Map<String, Value> inner)
        && entries.size() == 1) {
      return map(inner);
    }
    Map<String, Value> rest = new LinkedHashMap<>();
    List<Value> rules = new ArrayList<>();
    for (Map.Entry<String, Value> entry : entries.entrySet()) {
      String key = entry.getKey();
      Value value = entry.getValue();
      switch (key) {
        case "rules", "mappings" -> rules.addAll(each(list(key, value), key));
        case "custom" -> rules.addAll(custom(value));
        case "transforms" -> rules.addAll(documented(list(key, value)));
        case "filter" -> rest.putAll(filter(value));
        // The desktop application's export.
        case "version", "servers", "bridges" -> {
          if (!entries.containsKey("mappings")) {
            rest.put(key, value);
          }
        }
        default -> rest.put(key, value);
      }
    }
    // Keys that nobody knows are told by the reader of our own shape, with those that there are.
    return rules(rules, rest);
  }

  private static List<Value> list(String key, Value value) {
    if (value instanceof Value.Array(List<Value> values)) {
      return values;
    }
    if (value.equals(Value.NULL)) {
      return List.of();
    }
    throw new MappingException(key, "must be a list, not " + Fields.shown(value));
  }

  private static List<Value> each(List<Value> list, String key) {
    if (list.size() > Mapping.MAX_RULES) {
      throw new MappingException(key, "has more than " + Mapping.MAX_RULES + " entries");
    }
    List<Value> out = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      Value rule = list.get(i);
      out.add(
          rule instanceof Value.Map(Map<String, Value> entries)
                  && (entries.containsKey("source") || entries.containsKey("target"))
              ? desktop(new Fields(entries, key + "[" + i + "]"))
              : rule);
    }
    return out;
  }

  // --- the documentation -------------------------------------------------------------------------

  /** {@code custom}: a map from pattern to pattern; both ways where that is possible. */
  private static List<Value> custom(Value value) {
    List<Value> out = new ArrayList<>();
    Fields.of(value, "custom", "custom");
    for (Map.Entry<String, Value> entry : ((Value.Map) value).entries().entrySet()) {
      if (!(entry.getValue() instanceof Value.Text)) {
        throw new MappingException("custom", "goes from pattern to pattern: " + entry.getKey());
      }
      Value rule =
          TransformParser.map("from", entry.getKey(), "to", entry.getValue(), "direction", "both");
      out.add(turnable(rule) ? rule : with(rule, "direction", Value.of("in")));
    }
    return out;
  }

  private static boolean turnable(Value rule) {
    try {
      RuleParser.parse(rule, "", 0, "");
      return true;
    } catch (MappingException e) {
      return false;
    }
  }

  private static Value with(Value map, String key, Value value) {
    Map<String, Value> entries = new LinkedHashMap<>(((Value.Map) map).entries());
    entries.put(key, value);
    return new Value.Map(entries);
  }

  private static Map<String, Value> filter(Value value) {
    Fields fields = Fields.of(value, "filter", "filter");
    fields.has("include");
    fields.has("exclude");
    fields.done("filter");
    return fields.taken();
  }

  /** {@code from}, {@code to} and a {@code scale} that is a factor, two numbers, or ranges. */
  private static List<Value> documented(List<Value> list) {
    List<Value> out = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      String where = "transforms[" + i + "]";
      Fields fields = Fields.of(list.get(i), where, "an entry of transforms");
      if (!fields.has("scale")) {
        out.add(list.get(i));
        continue;
      }
      Map<String, Value> rule = new LinkedHashMap<>(((Value.Map) list.get(i)).entries());
      rule.remove("scale");
      rule.put("transform", scale(fields.tree("scale"), fields.at("scale")));
      out.add(new Value.Map(rule));
    }
    return out;
  }

  private static Value scale(Value scale, String where) {
    if (Numbers.is(scale)) {
      return TransformParser.map("type", "linear", "scale", scale);
    }
    if (scale instanceof Value.Array(List<Value> n) && (n.size() == 2 || n.size() == 4)) {
      return n.size() == 2
          ? TransformParser.map("type", "scale", "to_min", n.get(0), "to_max", n.get(1))
          : scale(n.get(0), n.get(1), n.get(2), n.get(3));
    }
    if (scale instanceof Value.Map(Map<String, Value> entries)) {
      Value from = entries.get("from");
      Value to = entries.get("to");
      if (from instanceof Value.Array(List<Value> f)
          && to instanceof Value.Array(List<Value> t)
          && f.size() == 2
          && t.size() == 2) {
        return scale(f.get(0), f.get(1), t.get(0), t.get(1));
      }
      return with(scale, "type", Value.of("scale"));
    }
    throw new MappingException(
        where, "is a factor, [to_min, to_max] or [from_min, from_max, to_min, to_max]");
  }

  private static Value scale(Value fromMin, Value fromMax, Value toMin, Value toMax) {
    return TransformParser.map(
        "type",
        "scale",
        "from_min",
        fromMin,
        "from_max",
        fromMax,
        "to_min",
        toMin,
        "to_max",
        toMax);
  }

  // --- the desktop application -------------------------------------------------------------------

  private static Value desktop(Fields fields) {
    for (String key : List.of("id", "created", "createdAt", "updatedAt", "description")) {
      fields.has(key);
    }
    Fields source = Fields.of(fields.tree("source"), fields.at("source"), "source");
    Fields target = Fields.of(fields.tree("target"), fields.at("target"), "target");
    boolean fromRouter = isRouter(source);
    boolean toRouter = isRouter(target);
    if (fromRouter == toRouter) {
      throw new MappingException(
          fields.where(),
          "goes "
              + (fromRouter ? "from the router to the router" : "from one protocol to another")
              + "; a bridge maps between a protocol and the router, so write one rule in each"
              + " bridge");
    }
    Fields device = fromRouter ? target : source;
    Fields router = fromRouter ? source : target;
    Map<String, Value> rule = new LinkedHashMap<>();
    Optional<String> name = fields.text("name");
    fields.text("label").or(() -> name).ifPresent(text -> rule.put("name", Value.of(text)));
    rule.put("from", address(device));
    rule.put("to", address(router));
    rule.put("direction", Value.of(fromRouter ? "out" : "in"));
    List<Value> chain = new ArrayList<>();
    text(source, "jsonPath", "json_path")
        .ifPresent(path -> chain.add(TransformParser.map("type", "json_path", "path", path)));
    if (fields.has("transform")) {
      chain.add(DesktopTransform.toNative(fields.tree("transform"), fields.at("transform")));
    }
    if (!chain.isEmpty()) {
      rule.put("transform", chain.size() == 1 ? chain.getFirst() : new Value.Array(chain));
    }
    if (fields.has("enabled")) {
      rule.put("enabled", fields.tree("enabled"));
    }
    fields.done("a mapping of the desktop application");
    return new Value.Map(rule);
  }

  private static boolean isRouter(Fields end) {
    return end.text("protocol").orElse("").equalsIgnoreCase("clasp");
  }

  private static Value address(Fields end) {
    String address =
        text(end, "address", "pattern", "topic", "path")
            .orElseThrow(() -> end.mistake("address", "is missing"));
    return Value.of(address);
  }

  private static Optional<String> text(Fields fields, String... keys) {
    @Nullable String found = null;
    for (String key : keys) {
      if (found == null) {
        found = fields.text(key).filter(text -> !text.isEmpty()).orElse(null);
      }
    }
    return Optional.ofNullable(found);
  }
}
