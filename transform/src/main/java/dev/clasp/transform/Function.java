package dev.clasp.transform;

import static dev.clasp.transform.Registers.ERROR;
import static java.util.Map.entry;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A function of the expression language (bridges.md 15.3 and docs/mapping.md).
 *
 * @param fewest arguments, and the most
 * @param extension not in {@code expr/1}
 */
record Function(String name, int fewest, int most, boolean extension, Body body) {

  /** Makes the call. */
  interface Body {
    Term call(Term[] arguments);
  }

  /** Calculates with values that are there. */
  private interface Values {
    int of(Registers r, Value[] arguments);
  }

  private interface Reals {
    double of(double[] arguments);
  }

  private static final Map<String, Function> ALL = new HashMap<>();

  static @Nullable Function find(String name, boolean extensions) {
    Function function = ALL.get(name);
    return function != null && (extensions || !function.extension()) ? function : null;
  }

  static {
    Map<String, DoubleUnaryOperator> unary =
        Map.ofEntries(
            entry("ln", Math::log),
            entry("log2", x -> Math.log(x) / Math.log(2)),
            entry("log10", Math::log10),
            entry("exp", Math::exp),
            entry("exp2", x -> Math.pow(2, x)),
            entry("cos", Math::cos),
            entry("acos", Math::acos),
            entry("cosh", Math::cosh),
            entry("acosh", x -> Math.log(x + Math.sqrt(x * x - 1))),
            entry("sin", Math::sin),
            entry("asin", Math::asin),
            entry("sinh", Math::sinh),
            entry("asinh", x -> Math.copySign(Math.log(Math.abs(x) + Math.sqrt(x * x + 1)), x)),
            entry("tan", Math::tan),
            entry("atan", Math::atan),
            entry("tanh", Math::tanh),
            entry("atanh", x -> 0.5 * Math.log((1 + x) / (1 - x))),
            entry("sqrt", Math::sqrt),
            entry("cbrt", Math::cbrt));
    unary.forEach((name, f) -> {
      one("math::" + name, false, f);
      one(name, true, f);
    });
    one("floor", false, Math::floor);
    one("ceil", false, Math::ceil);
    one("sign", true, Math::signum);
    one("trunc", true, x -> x < 0 ? Math.ceil(x) : Math.floor(x));
    one("fract", true, x -> x - Math.floor(x));
    one("deg", true, Math::toDegrees);
    one("rad", true, Math::toRadians);
    both("pow", Math::pow);
    both("atan2", Math::atan2);
    both("hypot", Math::hypot);
    two("math::log", false, (x, base) -> Math.log(x) / Math.log(base));
    two("mod", true, (x, y) -> x - y * Math.floor(x / y));
    two("step", true, (edge, x) -> x < edge ? 0 : 1);
    reals("log", 1, 2, a -> a.length == 1 ? Math.log(a[0]) : Math.log(a[0]) / Math.log(a[1]));
    reals("clamp", 3, 3, a -> Math.min(Math.max(a[0], a[1]), a[2]));
    reals("lerp", 3, 3, a -> a[0] + (a[1] - a[0]) * a[2]);
    reals("map", 5, 5, a -> a[3] + (a[0] - a[1]) / (a[2] - a[1]) * (a[4] - a[3]));
    reals("smoothstep", 3, 3, a -> smoothstep(a[0], a[1], a[2]));
    add("round", 1, 2, false, Function::round);
    is("math::is_nan", Double::isNaN);
    is("math::is_finite", Double::isFinite);
    is("math::is_infinite", Double::isInfinite);
    is("math::is_normal", x -> Double.isFinite(x) && Math.abs(x) >= Double.MIN_NORMAL);
    values("math::abs", 1, 1, false, Function::abs);
    values("abs", 1, 1, true, Function::abs);
    values("min", 1, 64, false, (r, a) -> extreme(r, a, -1));
    values("max", 1, 64, false, (r, a) -> extreme(r, a, 1));
    values("sum", 1, 64, true, (r, a) -> sum(r, a, false));
    values("avg", 1, 64, true, (r, a) -> sum(r, a, true));
    values("len", 1, 1, false, Function::length);
    values("if", 3, 3, false, Function::choose);
    values("contains", 2, 2, false, (r, a) -> contains(r, a[0], List.of(a[1])));
    values("contains_any", 2, 2, false, (r, a) -> contains(r, a[0], elements(a[1])));
    values("has", 2, 2, true, Function::has);
    values("int", 1, 1, true, Function::toInt);
    values("float", 1, 1, true, Function::toFloat);
    values("str::from", 1, 1, false, (r, a) -> r.text(text(a[0])));
    values("text", 1, 1, true, (r, a) -> r.text(text(a[0])));
    onText("str::to_lowercase", false, text -> text.toLowerCase(Locale.ROOT));
    onText("str::to_uppercase", false, text -> text.toUpperCase(Locale.ROOT));
    onText("str::trim", false, String::strip);
    onText("lower", true, text -> text.toLowerCase(Locale.ROOT));
    onText("upper", true, text -> text.toUpperCase(Locale.ROOT));
    onText("trim", true, String::strip);
    values("str::substring", 2, 3, false, Function::substring);
    values("substring", 2, 3, true, Function::substring);
    values("starts_with", 2, 2, true, (r, a) -> texts(r, a, String::startsWith));
    values("ends_with", 2, 2, true, (r, a) -> texts(r, a, String::endsWith));
    bits("bitand", (a, b) -> a & b);
    bits("bitor", (a, b) -> a | b);
    bits("bitxor", (a, b) -> a ^ b);
    bits("shl", (a, b) -> a << b);
    bits("shr", (a, b) -> a >> b);
    values(
        "bitnot",
        1,
        1,
        false,
        (r, a) ->
            a[0] instanceof Value.Int(long x) ? r.whole(~x) : r.fail("bitnot wants an integer"));
    add("typeof", 1, 1, false, arguments -> new TypeOf(arguments[0]));
  }

  private static void add(String name, int fewest, int most, boolean extension, Body body) {
    ALL.put(name, new Function(name, fewest, most, extension, body));
  }

  private static void one(String name, boolean extension, DoubleUnaryOperator f) {
    add(name, 1, 1, extension, arguments -> new One(name, f, arguments[0]));
  }

  private static void two(String name, boolean extension, DoubleBinaryOperator f) {
    add(
        name,
        2,
        2,
        extension,
        arguments -> new OfReals(name, a -> f.applyAsDouble(a[0], a[1]), arguments));
  }

  private static void both(String name, DoubleBinaryOperator f) {
    two("math::" + name, false, f);
    two(name, true, f);
  }

  private static void reals(String name, int fewest, int most, Reals f) {
    add(name, fewest, most, true, arguments -> new OfReals(name, f, arguments));
  }

  private static void values(String name, int fewest, int most, boolean extension, Values f) {
    add(name, fewest, most, extension, arguments -> new OfValues(name, f, arguments));
  }

  private static void is(String name, java.util.function.DoublePredicate f) {
    values(
        name,
        1,
        1,
        false,
        (r, a) ->
            Numbers.is(a[0]) ? r.bool(f.test(Numbers.of(a[0]))) : r.fail(name + " wants a number"));
  }

  private static void bits(String name, LongBinaryOperator f) {
    values(
        name,
        2,
        2,
        false,
        (r, a) ->
            a[0] instanceof Value.Int(long x) && a[1] instanceof Value.Int(long y)
                ? r.whole(f.applyAsLong(x, y))
                : r.fail(name + " wants integers"));
  }

  private static void onText(
      String name, boolean extension, java.util.function.UnaryOperator<String> f) {
    values(
        name,
        1,
        1,
        extension,
        (r, a) ->
            a[0] instanceof Value.Text(String text)
                ? r.text(f.apply(text))
                : r.fail(name + " wants a text"));
  }

  // --- calls -------------------------------------------------------------------------------------

  private static final class One extends Term {
    private final String name;
    private final DoubleUnaryOperator f;
    private final Term argument;

    One(String name, DoubleUnaryOperator f, Term argument) {
      this.name = name;
      this.f = f;
      this.argument = argument;
    }

    @Override
    int eval(Registers r) {
      int kind = argument.eval(r);
      if (!Registers.isNumber(kind)) {
        return kind == ERROR ? ERROR : r.fail(name + " wants a number");
      }
      return r.step(1) ? r.real(f.applyAsDouble(r.asDouble(kind))) : r.tooLong();
    }
  }

  private static final class OfReals extends Term {
    private final String name;
    private final Reals f;
    private final Term[] arguments;

    OfReals(String name, Reals f, Term[] arguments) {
      this.name = name;
      this.f = f;
      this.arguments = arguments;
    }

    @Override
    int eval(Registers r) {
      if (!r.step(1)) {
        return r.tooLong();
      }
      double[] numbers = new double[arguments.length];
      for (int i = 0; i < numbers.length; i++) {
        int kind = arguments[i].eval(r);
        if (!Registers.isNumber(kind)) {
          return kind == ERROR ? ERROR : r.fail(name + " wants numbers");
        }
        numbers[i] = r.asDouble(kind);
      }
      return r.real(f.of(numbers));
    }
  }

  private static final class OfValues extends Term {
    private final String name;
    private final Values f;
    private final Term[] arguments;

    OfValues(String name, Values f, Term[] arguments) {
      this.name = name;
      this.f = f;
      this.arguments = arguments;
    }

    @Override
    int eval(Registers r) {
      if (!r.step(1)) {
        return r.tooLong();
      }
      Value[] values = new Value[arguments.length];
      for (int i = 0; i < values.length; i++) {
        int kind = arguments[i].eval(r);
        Value value = r.value(kind);
        if (value == null) {
          return kind == ERROR ? ERROR : r.fail(name + " wants a value, not nothing");
        }
        values[i] = value;
      }
      return f.of(r, values);
    }
  }

  private static final class TypeOf extends Term {
    private final Term argument;

    TypeOf(Term argument) {
      this.argument = argument;
    }

    @Override
    int eval(Registers r) {
      int kind = argument.eval(r);
      return kind == ERROR ? ERROR : r.text(Registers.nameOf(kind));
    }
  }

  // --- bodies ------------------------------------------------------------------------------------

  private static Term round(Term[] arguments) {
    return arguments.length == 1
        ? new One("round", Numbers::round, arguments[0])
        : new OfReals(
            "round",
            a -> {
              double power = Math.pow(10, a[1]);
              return Numbers.round(a[0] * power) / power;
            },
            arguments);
  }

  static double smoothstep(double from, double to, double x) {
    double t = Math.min(Math.max((x - from) / (to - from), 0), 1);
    return t * t * (3 - 2 * t);
  }

  private static int abs(Registers r, Value[] a) {
    if (a[0] instanceof Value.Int(long x)) {
      return x == Long.MIN_VALUE ? r.fail("an integer overflows") : r.whole(Math.abs(x));
    }
    return a[0] instanceof Value.Float(double x)
        ? r.real(Math.abs(x))
        : r.fail("abs wants a number");
  }

  /**
   * What a function with any number of arguments works on: them, or the elements of the only one.
   */
  private static List<Value> spread(Value[] a) {
    return a.length == 1 && a[0] instanceof Value.Array(List<Value> values) ? values : List.of(a);
  }

  private static int extreme(Registers r, Value[] a, int sign) {
    List<Value> values = spread(a);
    if (values.isEmpty() || !r.step(values.size())) {
      return r.fail("min and max want at least one number");
    }
    boolean integers = true;
    double best = Double.NaN;
    long bestWhole = 0;
    for (Value value : values) {
      if (!Numbers.is(value)) {
        return r.fail("min and max want numbers");
      }
      double x = Numbers.of(value);
      if (value instanceof Value.Int(long whole)) {
        bestWhole =
            Double.isNaN(best)
                ? whole
                : sign > 0 ? Math.max(whole, bestWhole) : Math.min(whole, bestWhole);
      } else {
        integers = false;
      }
      best = Double.isNaN(best) ? x : sign > 0 ? Math.max(x, best) : Math.min(x, best);
    }
    return integers ? r.whole(bestWhole) : r.real(best);
  }

  private static int sum(Registers r, Value[] a, boolean average) {
    List<Value> values = spread(a);
    if (!r.step(values.size())) {
      return r.tooLong();
    }
    double sum = 0;
    for (Value value : values) {
      if (!Numbers.is(value)) {
        return r.fail("sum and avg want numbers");
      }
      sum += Numbers.of(value);
    }
    return r.real(average ? sum / values.size() : sum);
  }

  private static int length(Registers r, Value[] a) {
    return switch (a[0]) {
      case Value.Text(String text) -> r.whole(text.codePointCount(0, text.length()));
      case Value.Array(List<Value> values) -> r.whole(values.size());
      case Value.Map(Map<String, Value> entries) -> r.whole(entries.size());
      case Value.Bytes bytes -> r.whole(bytes.length());
      case Value.Null _, Value.Bool _, Value.Int _, Value.Float _ ->
          r.fail("len wants a text, an array or a map");
    };
  }

  private static int choose(Registers r, Value[] a) {
    return a[0] instanceof Value.Bool(boolean condition)
        ? r.load(condition ? a[1] : a[2])
        : r.fail("if wants a boolean first");
  }

  private static List<Value> elements(Value value) {
    return value instanceof Value.Array(List<Value> values) ? values : List.of(value);
  }

  private static int contains(Registers r, Value whole, List<Value> wanted) {
    if (whole instanceof Value.Text(String text)) {
      for (Value each : wanted) {
        if (each instanceof Value.Text(String part)
            && r.step(text.length() / 16 + 1)
            && text.contains(part)) {
          return r.bool(true);
        }
      }
      return r.bool(false);
    }
    if (!(whole instanceof Value.Array(List<Value> values))) {
      return r.fail("contains wants a list or a text first");
    }
    for (Value each : wanted) {
      if (!r.step(values.size() + 1)) {
        return r.tooLong();
      }
      if (values.contains(each)) {
        return r.bool(true);
      }
    }
    return r.bool(false);
  }

  private static int has(Registers r, Value[] a) {
    if (a[0] instanceof Value.Map(Map<String, Value> entries)
        && a[1] instanceof Value.Text(String key)) {
      return r.bool(entries.containsKey(key));
    }
    return r.bool(false);
  }

  private static int toInt(Registers r, Value[] a) {
    return switch (a[0]) {
      case Value.Int(long x) -> r.whole(x);
      case Value.Float(double x) -> r.whole((long) x);
      case Value.Bool(boolean x) -> r.whole(x ? 1 : 0);
      case Value.Text(String text) when !Double.isNaN(Numbers.parse(text)) ->
          r.whole((long) Numbers.parse(text));
      default -> r.fail("int wants a number");
    };
  }

  private static int toFloat(Registers r, Value[] a) {
    return switch (a[0]) {
      case Value.Int(long x) -> r.real(x);
      case Value.Float(double x) -> r.real(x);
      case Value.Bool(boolean x) -> r.real(x ? 1 : 0);
      case Value.Text(String text) when !Double.isNaN(Numbers.parse(text)) ->
          r.real(Numbers.parse(text));
      default -> r.fail("float wants a number");
    };
  }

  private static String text(Value value) {
    return switch (value) {
      case Value.Text(String text) -> text;
      case Value.Int(long x) -> Long.toString(x);
      case Value.Float(double x) -> Numbers.text(x);
      case Value.Bool(boolean x) -> Boolean.toString(x);
      case Value.Null _ -> "null";
      case Value.Bytes bytes -> bytes.length() + " bytes";
      case Value.Array(List<Value> values) -> values.size() + " elements";
      case Value.Map(Map<String, Value> entries) -> entries.size() + " members";
    };
  }

  private static int substring(Registers r, Value[] a) {
    if (!(a[0] instanceof Value.Text(String text))) {
      return r.fail("substring wants a text first");
    }
    List<Double> bounds = new ArrayList<>(List.of(0.0, (double) text.length()));
    for (int i = 1; i < a.length; i++) {
      bounds.set(i - 1, Numbers.of(a[i]));
    }
    double from = bounds.get(0);
    double to = bounds.get(1);
    if (!(from >= 0 && from <= to && to <= text.length())) {
      return r.fail("substring goes beyond the text");
    }
    return r.text(text.substring((int) from, (int) to));
  }

  private static int texts(
      Registers r, Value[] a, java.util.function.BiPredicate<String, String> f) {
    return a[0] instanceof Value.Text(String x) && a[1] instanceof Value.Text(String y)
        ? r.bool(f.test(x, y))
        : r.fail("starts_with and ends_with want texts");
  }
}
