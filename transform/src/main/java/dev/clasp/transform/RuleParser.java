package dev.clasp.transform;

import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.Rule.Collect;
import dev.clasp.transform.Rule.Route;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The definition of one rule (docs/mapping.md). */
final class RuleParser {

  private static final int MAX_PATHS = 64;
  private static final int MAX_HINTS = 32;
  private static final int MAX_PARTS = 1024;

  /** Hints that need no {@code hints} around them. */
  private static final List<String> HINTS = List.of("qos", "retain", "width");

  private static final Value IDENTITY = TransformParser.map("type", "identity");

  private final Fields fields;
  private final String prefix;
  private final int number;

  private boolean incoming;
  private boolean outgoing;
  private List<AddressPath> from = List.of();
  private List<AddressPath> to = List.of();
  private List<String> slots = List.of();
  private Set<String> numbers = Set.of();

  private RuleParser(Fields fields, String prefix, int number) {
    this.fields = fields;
    this.prefix = prefix;
    this.number = number;
  }

  static Rule parse(Value definition, String prefix, int number, String where) {
    return new RuleParser(Fields.of(definition, where, "a rule"), prefix, number).read();
  }

  private Rule read() {
    String name = fields.text("name").orElse("");
    from = paths("from", "what it takes from the device", "");
    to = paths("to", "the address in the router", prefix);
    String direction = fields.choice("direction", "in", List.of("in", "out", "both"));
    incoming = !direction.equals("out");
    outgoing = !direction.equals("in");
    names();
    Optional<SignalType> type =
        fields.has("type")
            ? SignalType.ofName(fields.choice("type", "param", List.of("param", "event", "stream")))
            : Optional.empty();
    Condition when =
        fields.has("when") ? Condition.parse(fields.tree("when"), fields.at("when"), slots) : null;
    Transform transform = transform("transform", fields.tree("transform"));
    Transform back = inverse(transform);
    double rate = fields.has("rate") ? fields.positive("rate", 1) : 0;
    double deadband = fields.number("deadband", -1);
    if (fields.has("deadband") && deadband < 0) {
      throw fields.mistake("deadband", "must not be negative");
    }
    int priority = fields.whole("priority", -1_000_000, 1_000_000, 0);
    boolean enabled = fields.flag("enabled", true);
    Collect collect = collect();
    Map<String, Value> hints = hints();
    fields.done("a rule");
    List<Route> in = incoming ? routes(from, to, "from", Direction.IN, collect) : List.of();
    List<Route> out = outgoing ? routes(to, from, "to", Direction.OUT, collect) : List.of();
    return new Rule(
        number,
        name,
        slots,
        in,
        out,
        type,
        when,
        transform,
        direction.equals("out") ? transform : back,
        rate == 0 ? 0 : Math.max(1, (long) (1e9 / rate)),
        deadband,
        priority,
        enabled,
        hints,
        collect,
        definition(direction, when, transform, back, hints));
  }

  // --- addresses ---------------------------------------------------------------------------------

  private List<AddressPath> paths(String key, String what, String below) {
    fields.required(key, what);
    List<AddressPath> paths = new ArrayList<>();
    for (String text : fields.texts(key, MAX_PATHS)) {
      paths.add(
          AddressPath.parse(text.startsWith("/") ? text : below + "/" + text, fields.at(key)));
    }
    if (paths.isEmpty()) {
      throw fields.mistake(key, "is empty: " + what);
    }
    return paths;
  }

  private void names() {
    Set<String> all = new LinkedHashSet<>();
    numbers = new LinkedHashSet<>();
    if (incoming) {
      from.forEach(path -> all.addAll(path.captured()));
    }
    if (outgoing) {
      to.forEach(path -> all.addAll(path.captured()));
    }
    from.forEach(path -> numbers.addAll(path.numbers()));
    to.forEach(path -> numbers.addAll(path.numbers()));
    slots = List.copyOf(all);
  }

  private List<Route> routes(
      List<AddressPath> sources,
      List<AddressPath> targets,
      String key,
      Direction direction,
      @Nullable Collect collect) {
    List<Route> routes = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) {
      AddressPath source = sources.get(i);
      checkSource(source, key);
      Set<String> known = new LinkedHashSet<>(source.captured());
      if (collect != null && collect.by() >= 0) {
        String by = slots.get(collect.by());
        if (collect.direction() == direction) {
          known.remove(by);
        } else {
          known.add(by);
        }
      }
      for (AddressPath target : targets) {
        checkTarget(source, target, known, direction);
      }
      routes.add(
          new Route(
              source,
              new AddressMatcher(source, slots, numbers),
              targets.stream().map(target -> new AddressTemplate(target, slots)).toList(),
              i));
    }
    return List.copyOf(routes);
  }

  /** A pattern can take a calculation back only if it is a line over one name. */
  private void checkSource(AddressPath source, String key) {
    Set<String> seen = new LinkedHashSet<>();
    for (List<AddressPath.Part> segment : source.segments()) {
      for (AddressPath.Part part : segment) {
        if (part instanceof AddressPath.Part.Sum sum) {
          if (sum.line() == null) {
            throw fields.mistake(
                key,
                "{"
                    + sum.expression()
                    + "} cannot be turned around: only one name with + - * and whole numbers can;"
                    + " write two rules, one with direction in and one with direction out");
          }
          if (!seen.add(sum.line().name())) {
            throw fields.mistake(key, "{" + sum.line().name() + "} is there twice");
          }
        } else if (part instanceof AddressPath.Part.Wild wild && !seen.add(wild.name())) {
          throw fields.mistake(key, "{" + wild.name() + "} is there twice");
        }
      }
    }
  }

  private void checkTarget(
      AddressPath source, AddressPath target, Set<String> known, Direction direction) {
    for (String name : target.captured()) {
      if (known.contains(name)) {
        continue;
      }
      boolean splits = name.equals("i") && !slots.contains("i");
      if (splits) {
        continue;
      }
      String open = Character.isDigit(name.charAt(0)) ? "* number " + name : "{" + name + "}";
      String why =
          target.text() + " needs " + open + ", and " + source.text() + " does not have it";
      if (incoming && outgoing) {
        why +=
            "; so the rule cannot be turned around: write two rules, one with direction in and"
                + " one with direction out";
      }
      throw fields.mistake(direction == Direction.IN ? "to" : "from", why);
    }
  }

  // --- values ------------------------------------------------------------------------------------

  private Transform transform(String key, Value definition) {
    return TransformParser.parse(
        definition.equals(Value.NULL) ? IDENTITY : definition, fields.at(key), slots);
  }

  private Transform inverse(Transform transform) {
    if (fields.has("inverse")) {
      if (!incoming || !outgoing) {
        throw fields.mistake("inverse", "is for rules with direction both");
      }
      return transform("inverse", fields.tree("inverse"));
    }
    if (!incoming || !outgoing) {
      return transform;
    }
    Optional<Transform> inverse = transform.inverse();
    if (inverse.isEmpty()) {
      Transform culprit = transform instanceof Chain chain ? chain.oneWay() : transform;
      throw fields.mistake(
          "transform",
          (culprit == null ? transform : culprit).type()
              + " cannot be turned around: give inverse (identity leaves values as they are), or"
              + " direction in or out");
    }
    return inverse.get();
  }

  private Map<String, Value> hints() {
    Map<String, Value> hints = new LinkedHashMap<>(fields.entries("hints", MAX_HINTS));
    for (String key : HINTS) {
      if (fields.has(key)) {
        hints.put(key, fields.tree(key));
      }
    }
    // Map.copyOf forgets the order, which nobody needs.
    return Map.copyOf(hints);
  }

  private @Nullable Collect collect() {
    if (!fields.has("collect")) {
      return null;
    }
    Direction direction = incoming ? Direction.IN : Direction.OUT;
    List<AddressPath> sources = incoming ? from : to;
    Value given = fields.tree("collect");
    if (given.equals(Value.FALSE)) {
      return null;
    }
    Map<String, Value> settings =
        switch (given) {
          case Value.Bool _ -> Map.of();
          case Value.Array order -> Map.of("order", order);
          case Value.Map(Map<String, Value> entries) -> entries;
          default ->
              throw fields.mistake("collect", "is true, a list of names or a map of settings");
        };
    Fields inner = new Fields(settings, fields.at("collect"));
    List<String> order = inner.texts("order", MAX_PARTS);
    Optional<String> by = inner.text("by");
    boolean map = inner.choice("as", "array", List.of("array", "map")).equals("map");
    Value otherwise = inner.has("default") ? inner.tree("default") : null;
    inner.done("collect");
    if (new LinkedHashSet<>(order).size() < order.size()) {
      throw fields.mistake("collect", "a name is there twice");
    }
    if (sources.size() > 1) {
      if (!order.isEmpty() && order.size() != sources.size()) {
        throw fields.mistake(
            "collect", "needs as many names as there are addresses: " + sources.size());
      }
      return new Collect(direction, -1, named(order, sources.size()), map, otherwise);
    }
    String name = by.orElseGet(() -> partName(sources.getFirst()));
    if (order.isEmpty() || !slots.contains(name)) {
      throw fields.mistake(
          "collect",
          "needs several addresses, or the names of the parts and an address with {a name} that"
              + " says which part it is");
    }
    return new Collect(direction, slots.indexOf(name), order, map, otherwise);
  }

  private static List<String> named(List<String> order, int size) {
    if (!order.isEmpty()) {
      return List.copyOf(order);
    }
    List<String> numbers = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      numbers.add(Integer.toString(i));
    }
    return numbers;
  }

  /** The name that only the many have. */
  private String partName(AddressPath source) {
    Set<String> names = new LinkedHashSet<>(source.captured());
    for (AddressPath target : incoming ? to : from) {
      names.removeAll(target.captured());
    }
    return names.size() == 1 ? names.iterator().next() : "";
  }

  // --- the way back to text ----------------------------------------------------------------------

  private Value definition(
      String direction,
      @Nullable Condition when,
      Transform transform,
      Transform back,
      Map<String, Value> hints) {
    Map<String, Value> out = new LinkedHashMap<>();
    copy("name", out);
    out.put("from", written(from));
    out.put("to", written(to));
    out.put("direction", Value.of(direction));
    copy("type", out);
    if (when != null) {
      out.put("when", brief(when.definition()));
    }
    if (!transform.definition().equals(IDENTITY)) {
      out.put("transform", brief(transform.definition()));
    }
    if (fields.has("inverse")) {
      out.put("inverse", brief(back.definition()));
    }
    for (String key : List.of("rate", "deadband", "priority", "enabled", "collect")) {
      copy(key, out);
    }
    if (!hints.isEmpty()) {
      out.put("hints", new Value.Map(new java.util.TreeMap<>(hints)));
    }
    return new Value.Map(out);
  }

  private void copy(String key, Map<String, Value> out) {
    if (fields.has(key)) {
      out.put(key, fields.tree(key));
    }
  }

  private static Value written(List<AddressPath> paths) {
    return paths.size() == 1
        ? Value.of(paths.getFirst().text())
        : new Value.Array(paths.stream().map(path -> Value.of(path.text())).toList());
  }

  /** As people write it: a chain is a list, what has no parameters a text. */
  static Value brief(Value definition) {
    if (!(definition instanceof Value.Map(Map<String, Value> entries))
        || !(entries.get("type") instanceof Value.Text(String type))) {
      return definition;
    }
    if (type.equals("chain") && entries.get("transforms") instanceof Value.Array(var parts)) {
      return new Value.Array(parts.stream().map(RuleParser::brief).toList());
    }
    if (type.equals("and") || type.equals("or") || type.equals("not")) {
      return definition;
    }
    return entries.size() == 1 ? Value.of(type) : definition;
  }
}
