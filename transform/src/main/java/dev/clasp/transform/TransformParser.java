package dev.clasp.transform;

import dev.clasp.protocol.Value;
import dev.clasp.transform.TransformParameter.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Definitions of transforms (docs/mapping.md; bridges.md 15.1, 15.5 to 15.8). */
final class TransformParser {

  static final String RICH = "clasp";
  static final String STRICT = "expr/1";

  private static final int MAX_DEPTH = 16;
  private static final int MAX_CHAIN = 64;
  private static final int MAX_TABLE = 10_000;
  private static final int MAX_WINDOW = 1000;

  static final List<String> TYPES =
      List.of(
          "identity",
          "expression",
          "scale",
          "linear",
          "clamp",
          "invert",
          "to_int",
          "to_float",
          "lookup",
          "curve",
          "quantize",
          "dead_zone",
          "dead_band",
          "smooth",
          "lowpass",
          "one_euro",
          "rate_limit",
          "slew",
          "threshold",
          "hysteresis",
          "toggle",
          "latch",
          "gate",
          "trigger",
          "edge",
          "modulo",
          "abs",
          "negate",
          "power",
          "log",
          "exp",
          "round",
          "chain",
          "conditional",
          "json_path",
          "map_type",
          "bitwise",
          "each",
          "at",
          "average",
          "sum",
          "min",
          "max",
          "latest",
          "first",
          "count",
          "moving_average",
          "rate_of_change",
          "std_dev",
          "wasm");

  private final Fields fields;
  private final List<String> captures;
  private final int depth;

  private TransformParser(Fields fields, List<String> captures, int depth) {
    this.fields = fields;
    this.captures = captures;
    this.depth = depth;
  }

  /** Reads the parameters of a type, so that the questions about them are heard. */
  static void read(String type, Fields fields) {
    new TransformParser(fields, List.of(), 0).read(type);
  }

  static Transform parse(Value definition, String where, List<String> captures) {
    return parse(definition, where, captures, 0);
  }

  private static Transform parse(Value definition, String where, List<String> captures, int depth) {
    if (depth > MAX_DEPTH) {
      throw new MappingException(where, "transforms are nested more than " + MAX_DEPTH + " deep");
    }
    Value full =
        switch (definition) {
          case Value.Text(String text) when text.startsWith("=") ->
              map("type", Value.of("expression"), "expr", Value.of(text.substring(1).strip()));
          case Value.Text text -> map("type", text);
          case Value.Array list -> map("type", Value.of("chain"), "transforms", list);
          default -> definition;
        };
    Fields fields = Fields.of(tagged(full), where, "a transform");
    TransformParser parser = new TransformParser(fields, captures, depth);
    String type = snake(fields.text("type", "which transform it is, for example scale"));
    Transform transform = parser.read(type);
    fields.done("the transform " + type);
    return transform;
  }

  /**
   * {@code {"Scale": {...}}} as {@code {"type": "scale", ...}}, as the reference's engines write.
   */
  private static Value tagged(Value definition) {
    if (definition instanceof Value.Map(Map<String, Value> entries) && entries.size() == 1) {
      Map.Entry<String, Value> only = entries.entrySet().iterator().next();
      if (only.getValue() instanceof Value.Map(Map<String, Value> parameters)
          && TYPES.contains(snake(only.getKey()))) {
        Map<String, Value> full = new LinkedHashMap<>();
        full.put("type", Value.of(snake(only.getKey())));
        full.putAll(parameters);
        if (only.getKey().equals("Threshold")) {
          // The rule engine's gives true and false (15.8).
          full.put("as", Value.of("bool"));
        }
        return new Value.Map(full);
      }
    }
    return definition;
  }

  /** {@code ToInt} as {@code to_int}. */
  private static String snake(String name) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        out.append(i == 0 ? "" : "_").append((char) (c + 32));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  static Value map(Object... keysAndValues) {
    Map<String, Value> entries = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      entries.put(
          (String) keysAndValues[i],
          switch (keysAndValues[i + 1]) {
            case Value value -> value;
            case Double number -> Value.of(number);
            case Object text -> Value.of((String) text);
          });
    }
    return new Value.Map(entries);
  }

  static boolean strict(Fields fields) {
    return fields.choice("dialect", RICH, List.of(RICH, STRICT)).equals(STRICT);
  }

  private Transform read(String type) {
    return switch (type) {
      case "identity" -> formulaOf(Identity::new, type);
      case "expression" -> expression();
      case "scale" -> fields.has("scale") ? linear() : scale();
      case "linear" -> linear();
      case "clamp" -> clamp();
      case "invert" -> invert();
      case "to_int" -> new ToInt(definition(type));
      case "to_float" -> formula(type, x -> x, map("type", "identity"));
      case "lookup" -> lookup();
      case "curve" -> curve();
      case "quantize" -> {
        double steps = fields.positive("steps", 8);
        yield formula(type, x -> Numbers.round(x * steps) / steps, map("type", "identity"));
      }
      case "dead_zone" -> {
        double threshold = fields.number("threshold");
        yield new DeadZone(definition(type), -threshold, threshold, false);
      }
      case "dead_band" -> deadBand();
      case "smooth" -> smooth();
      case "lowpass" -> lowpass();
      case "one_euro" -> oneEuro();
      case "rate_limit" -> {
        double most = fields.number("max_delta");
        if (most < 0) {
          throw fields.mistake("max_delta", "must not be negative");
        }
        yield filter(type, (x, s, _) -> follow(x, s, most, most));
      }
      case "slew" -> slew();
      case "threshold" -> threshold();
      case "hysteresis" -> hysteresis();
      case "toggle" -> toggle();
      case "latch" -> latch();
      case "gate" -> {
        double threshold = fields.number("threshold", 0);
        yield formula(type, x -> x > threshold ? 1 : 0, null);
      }
      case "trigger" -> formula(type, x -> x != 0 ? 1 : 0, null);
      case "edge" -> {
        double threshold = fields.number("threshold", 0.5);
        String on = fields.choice("on", "rise", List.of("rise", "fall", "both"));
        yield new Edge(definition(type), threshold, !on.equals("fall"), !on.equals("rise"));
      }
      case "modulo" -> {
        double divisor = fields.number("divisor", 1);
        if (divisor == 0) {
          throw fields.mistake("divisor", "must not be 0");
        }
        yield formula(type, x -> x % divisor, null);
      }
      case "abs" -> formula(type, Math::abs, null);
      case "negate" -> formula(type, x -> -x, map("type", "negate"));
      case "power" -> {
        double exponent = fields.number("exponent", 2);
        yield formula(
            type,
            x -> Math.pow(x, exponent),
            exponent == 0 || Double.isInfinite(1 / exponent)
                ? null
                : map("type", "power", "exponent", 1 / exponent));
      }
      case "log" -> log();
      case "exp" -> {
        double base = fields.positive("base", Math.E);
        yield formula(
            type, x -> Math.pow(base, x), base == 1 ? null : map("type", "log", "base", base));
      }
      case "round" -> {
        double power = Math.pow(10, fields.whole("decimals", -300, 300, 0));
        yield formula(type, x -> Numbers.round(x * power) / power, map("type", "identity"));
      }
      case "chain" -> {
        fields.is("transforms", Kind.TRANSFORMS);
        yield new Chain(parts("transforms"));
      }
      case "conditional" -> conditional();
      case "json_path" -> {
        JsonPath path =
            JsonPath.parse(
                fields.text("path", "a JSON path such as $.temperature"), fields.at("path"));
        fields.is("path", Kind.JSON_PATH);
        yield new PathTransform(definition(type), path);
      }
      case "map_type" -> mapType();
      case "bitwise" -> bitwise();
      case "each" -> new Each(required("transform"));
      case "at" -> at();
      case "average", "sum", "min", "max", "latest", "first", "count", "std_dev" ->
          window(type, fields.whole("window_size", 1, MAX_WINDOW, 100));
      case "moving_average" ->
          window(
              type,
              fields.has("window_size")
                  ? fields.whole("window_size", 1, MAX_WINDOW, 5)
                  : fields.whole("window", 1, MAX_WINDOW, 5));
      case "rate_of_change" ->
          filter(
              type,
              (x, s, m) -> {
                double seconds = Filter.elapsed(s, m);
                double rate = seconds > 0 ? (x - s.last) / seconds : 0;
                s.last = x;
                return rate;
              });
      case "wasm" -> lens();
      default ->
          throw fields.mistake(
              "type",
              "there is no transform '" + type + "'; there are " + String.join(", ", TYPES));
    };
  }

  // --- pieces ------------------------------------------------------------------------------------

  private interface Maker {
    Transform of(Value definition);
  }

  private Transform formulaOf(Maker maker, String type) {
    return maker.of(definition(type));
  }

  /** What was read so far, which is all that the type knows. */
  private Value definition(String type) {
    Map<String, Value> entries = new LinkedHashMap<>(fields.taken());
    entries.put("type", Value.of(type));
    return new Value.Map(entries);
  }

  private Transform formula(String type, DoubleUnaryOperator formula, @Nullable Value inverse) {
    return new Formula(definition(type), formula, inverse);
  }

  private Transform filter(String type, Filter.Step step) {
    return new Filter(definition(type), step, null);
  }

  private Transform part(String key, Value definition) {
    return parse(definition, fields.at(key), captures, depth + 1);
  }

  private Transform required(String key) {
    Value definition = fields.required(key, "what to do");
    fields.is(key, Kind.TRANSFORM);
    return part(key, definition);
  }

  private List<Transform> parts(String key) {
    List<Value> given = fields.list(key, MAX_CHAIN);
    List<Transform> parts = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      parts.add(part(key + "[" + i + "]", given.get(i)));
    }
    return parts;
  }

  private Transform expression() {
    String text = fields.text("expr", "an expression such as value * 2");
    fields.is("expr", Kind.EXPRESSION);
    boolean strict = strict(fields);
    return new ExpressionTransform(
        definition("expression"), Expression.parse(text, strict, captures, fields.at("expr")));
  }

  private Transform scale() {
    double fromMin = fields.number("from_min", 0);
    double fromMax = fields.number("from_max", 1);
    double toMin = fields.number("to_min", 0);
    double toMax = fields.number("to_max", 1);
    boolean limited = fields.flag("clamp", false);
    if (fromMin == fromMax) {
      // The reference divides by zero here; the desktop application gives this (15.6).
      return formula("scale", _ -> toMin, null);
    }
    double least = Math.min(toMin, toMax);
    double most = Math.max(toMin, toMax);
    DoubleUnaryOperator line = x -> toMin + (x - fromMin) / (fromMax - fromMin) * (toMax - toMin);
    Map<String, Value> back = new LinkedHashMap<>();
    back.put("type", Value.of("scale"));
    back.put("from_min", Value.of(toMin));
    back.put("from_max", Value.of(toMax));
    back.put("to_min", Value.of(fromMin));
    back.put("to_max", Value.of(fromMax));
    if (limited) {
      back.put("clamp", Value.TRUE);
    }
    return formula(
        "scale",
        limited ? x -> Math.min(Math.max(line.applyAsDouble(x), least), most) : line,
        toMin == toMax ? null : new Value.Map(back));
  }

  private Transform linear() {
    double scale = fields.number("scale", 1);
    double offset = fields.number("offset", 0);
    double back = 1 / scale;
    return formula(
        "linear",
        x -> x * scale + offset,
        scale == 0 || Double.isInfinite(back) || Double.isInfinite(offset / scale)
            ? null
            : map("type", "linear", "scale", back, "offset", -offset / scale));
  }

  private Transform clamp() {
    double min = fields.number("min", 0);
    double max = fields.number("max", 1);
    if (min > max) {
      throw fields.mistake(
          "min",
          "must not be more than max: " + Numbers.text(min) + " is more than " + Numbers.text(max));
    }
    Value definition = definition("clamp");
    return new Formula(definition, x -> Math.min(Math.max(x, min), max), definition);
  }

  private Transform invert() {
    double min = fields.number("min", 0);
    double max = fields.number("max", 1);
    Value definition = definition("invert");
    return new Formula(definition, x -> max - (x - min), definition);
  }

  private Transform lookup() {
    Map<String, Value> table = fields.entries("table", MAX_TABLE);
    fields.is("default", Kind.ANY);
    Value otherwise = fields.tree("default");
    return new Lookup(definition("lookup"), table, fields.has("default") ? otherwise : null);
  }

  private Transform curve() {
    Curve curve =
        Curve.parse(
            fields.required("curve_type", "a curve, for example ease_in"), fields.at("curve_type"));
    fields.is("curve_type", Kind.CURVE);
    boolean backwards = fields.flag("inverse", false);
    Value definition = definition("curve");
    if (backwards && !curve.rising()) {
      throw fields.mistake("inverse", "this curve goes up and down and cannot be turned around");
    }
    Map<String, Value> back = new LinkedHashMap<>(fields.taken());
    back.put("inverse", Value.TRUE);
    if (backwards) {
      back.remove("inverse");
    }
    DoubleUnaryOperator formula = backwards ? curve.inverse().formula() : curve.formula();
    return new Formula(
        definition,
        backwards ? formula : x -> formula.applyAsDouble(Math.min(Math.max(x, 0), 1)),
        curve.rising() ? new Value.Map(back) : null);
  }

  private Transform deadBand() {
    double min = fields.number("min", 0.4);
    double max = fields.number("max", 0.6);
    if (min > max) {
      throw fields.mistake("min", "must not be more than max");
    }
    return new DeadZone(definition("dead_band"), min, max, true);
  }

  private Transform smooth() {
    if (fields.has("seconds")) {
      double seconds = fields.positive("seconds", 1);
      return filter(
          "smooth",
          (x, s, m) ->
              s.last =
                  s.started
                      ? s.last + (1 - Math.exp(-Filter.elapsed(s, m) / seconds)) * (x - s.last)
                      : x);
    }
    double factor = fields.number("factor", 0.3);
    return filter("smooth", (x, s, _) -> s.last = s.started ? s.last + factor * (x - s.last) : x);
  }

  private Transform lowpass() {
    double alpha = Math.clamp(fields.number("alpha", 0.5), 0, 1);
    return filter(
        "lowpass", (x, s, _) -> s.last = s.started ? alpha * s.last + (1 - alpha) * x : x);
  }

  /** Casiez, Roussel and Vogel, "1 € Filter", CHI 2012, algorithm 1. */
  private Transform oneEuro() {
    double minCutoff = fields.positive("min_cutoff", 1);
    double beta = fields.number("beta", 0.007);
    double dCutoff = fields.positive("d_cutoff", 1);
    return filter(
        "one_euro",
        (x, s, m) -> {
          if (!s.started) {
            s.second = 0;
            return s.last = x;
          }
          double seconds = Filter.elapsed(s, m);
          if (seconds <= 0) {
            return s.last;
          }
          double slope = (x - s.last) / seconds;
          s.second += blend(dCutoff, seconds) * (slope - s.second);
          double cutoff = minCutoff + beta * Math.abs(s.second);
          return s.last += blend(cutoff, seconds) * (x - s.last);
        });
  }

  private static double blend(double cutoff, double seconds) {
    return 1 / (1 + 1 / (2 * Math.PI * cutoff * seconds));
  }

  private Transform slew() {
    double up = fields.has("up") ? fields.positive("up", 1) : fields.positive("per_second", 1);
    double down =
        fields.has("down") ? fields.positive("down", 1) : fields.positive("per_second", up);
    return filter(
        "slew",
        (x, s, m) -> {
          double seconds = Filter.elapsed(s, m);
          return follow(x, s, up * seconds, down * seconds);
        });
  }

  private static double follow(double x, TransformState s, double up, double down) {
    double y = x;
    if (s.started) {
      if (x - s.last > up) {
        y = s.last + up;
      } else if (s.last - x > down) {
        y = s.last - down;
      }
    }
    return s.last = y;
  }

  private Transform threshold() {
    double value = fields.number("value", 0.5);
    String mode = fields.choice("mode", "above", List.of("above", "below", "equal", "at_least"));
    boolean bool = fields.choice("as", "float", List.of("float", "bool")).equals("bool");
    double hysteresis = fields.number("hysteresis", 0);
    if (hysteresis < 0) {
      throw fields.mistake("hysteresis", "must not be negative");
    }
    return new Threshold(definition("threshold"), value, mode, hysteresis, bool);
  }

  private Transform hysteresis() {
    double low = fields.number("low", 0.3);
    double high = fields.number("high", 0.7);
    if (low > high) {
      throw fields.mistake("low", "must not be more than high");
    }
    return filter("hysteresis", (x, s, _) -> s.last = x >= high ? 1 : x <= low ? 0 : s.last);
  }

  private Transform toggle() {
    double threshold = fields.number("threshold", 0.5);
    double initial = fields.whole("initial", 0, 1, 0);
    return filter(
        "toggle",
        (x, s, _) -> {
          if (!s.started) {
            s.last = initial;
            s.second = 0;
          }
          boolean above = x > threshold;
          if (above && s.second == 0) {
            s.last = 1 - s.last;
          }
          s.second = above ? 1 : 0;
          return s.last;
        });
  }

  private Transform latch() {
    double threshold = fields.number("threshold", 0.5);
    double reset = fields.number("reset", Double.NEGATIVE_INFINITY);
    return filter(
        "latch",
        (x, s, _) -> {
          if (x <= reset) {
            s.second = 0;
            return x;
          }
          if (x >= threshold) {
            s.second = 1;
            s.last = x;
          }
          return s.second == 1 ? s.last : x;
        });
  }

  private Transform log() {
    if (!fields.has("base")) {
      return formula("log", x -> x > 0 ? Math.log(x) : Double.NaN, map("type", "exp"));
    }
    double base = fields.positive("base", Math.E);
    if (base == 1) {
      throw fields.mistake("base", "must not be 1");
    }
    double divisor = Math.log(base);
    return formula(
        "log", x -> x > 0 ? Math.log(x) / divisor : Double.NaN, map("type", "exp", "base", base));
  }

  private Transform conditional() {
    Condition condition =
        Condition.parse(
            fields.required("condition", "when to do it"), fields.at("condition"), captures);
    fields.is("condition", Kind.CONDITION);
    fields.is("if_true", Kind.TRANSFORM);
    fields.is("if_false", Kind.TRANSFORM);
    Value nothing = map("type", "identity");
    Transform yes = part("if_true", fields.has("if_true") ? fields.tree("if_true") : nothing);
    Transform no = part("if_false", fields.has("if_false") ? fields.tree("if_false") : nothing);
    return new Conditional(condition, yes, no);
  }

  private Transform mapType() {
    fields.text("from_type");
    String to = fields.choice("to_type", "", List.of("int", "float", "bool", "string"));
    Value back = to.equals("int") || to.equals("float") ? map("type", "identity") : null;
    return new MapType(definition("map_type"), to, back);
  }

  private Transform bitwise() {
    String operation = fields.choice("operation", "", Bitwise.OPERATIONS);
    boolean shift = operation.startsWith("shift");
    fields.is("operand", Kind.WHOLE);
    @Nullable Long operand = null;
    if (fields.has("operand")) {
      if (!(fields.tree("operand") instanceof Value.Int(long given))) {
        throw fields.mistake("operand", "must be a whole number");
      }
      operand = given;
    }
    Value definition = definition("bitwise");
    return new Bitwise(
        definition,
        operation,
        operand == null ? (shift ? 1 : 0) : operand,
        operation.equals("not") || operation.equals("xor") ? definition : null);
  }

  private Transform at() {
    Value at = fields.required("at", "a number or a name");
    fields.is("at", Kind.KEYS);
    List<Value> keys = at instanceof Value.Array(List<Value> values) ? values : List.of(at);
    for (Value key : keys) {
      if (!(key instanceof Value.Text || key instanceof Value.Int)) {
        throw fields.mistake("at", "must hold numbers of elements or names of members");
      }
    }
    return new At(at, keys, required("transform"));
  }

  private Transform window(String type, int size) {
    boolean filled = fields.has("window_size");
    if (!type.equals("moving_average") && !filled && fields.has("window")) {
      throw fields.mistake("window", "is called window_size here");
    }
    return filter(
        type,
        (x, s, m) -> {
          s.push(x, size, m);
          return aggregate(type, s);
        });
  }

  private static double aggregate(String type, TransformState s) {
    double sum = 0;
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < s.count; i++) {
      double x = s.windowed(i);
      sum += x;
      min = Math.min(min, x);
      max = Math.max(max, x);
    }
    double mean = sum / s.count;
    return switch (type) {
      case "sum" -> sum;
      case "min" -> min;
      case "max" -> max;
      case "latest" -> s.windowed(s.count - 1);
      case "first" -> s.windowed(0);
      case "count" -> s.count;
      case "std_dev" -> {
        double squares = 0;
        for (int i = 0; i < s.count; i++) {
          squares += (s.windowed(i) - mean) * (s.windowed(i) - mean);
        }
        yield Math.sqrt(squares / s.count);
      }
      default -> mean;
    };
  }

  /** The bundled lenses of the reference are transforms here; other modules are not run. */
  private Transform lens() {
    String module = fields.text("module_id", "the name of the lens");
    if (!List.of("lowpass", "hysteresis", "moving_average").contains(module)) {
      throw fields.mistake(
          "module_id", "WASM modules are not run; there are lowpass, hysteresis, moving_average");
    }
    Map<String, Value> inner = new LinkedHashMap<>();
    inner.put("type", Value.of(module));
    inner.putAll(fields.entries("params", 16));
    return parse(new Value.Map(inner), fields.where(), captures, depth + 1);
  }
}
