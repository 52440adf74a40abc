package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A curve over 0 to 1 (bridges.md 15.4): Penner's easings, Bézier curves as in CSS, and dimmer
 * laws.
 *
 * @param rising it can be turned around
 */
record Curve(DoubleUnaryOperator formula, boolean rising) {

  private static final double BACK = 1.70158;
  private static final double BACK_BOTH = BACK * 1.525;
  private static final double THIRD = 2 * Math.PI / 3;
  private static final double FOUR_AND_A_HALF = 2 * Math.PI / 4.5;
  private static final int MAX_TABLE = 1024;

  private static final Map<String, Curve> NAMED = new LinkedHashMap<>();

  static {
    rising("linear", t -> t);
    family("", "quad", t -> t * t);
    rising("ease_in", t -> t * t);
    rising("ease_out", t -> 1 - (1 - t) * (1 - t));
    rising("ease_in_out", both(t -> t * t));
    family("", "cubic", t -> t * t * t);
    family("", "quart", t -> t * t * t * t);
    family("", "quint", t -> t * t * t * t * t);
    rising("expo_in", Curve::expoIn);
    rising("expo_out", out(Curve::expoIn));
    rising("expo_in_out", both(Curve::expoIn));
    rising("sine_in", t -> 1 - Math.cos(Math.PI * t / 2));
    rising("sine_out", t -> Math.sin(Math.PI * t / 2));
    rising("sine_in_out", t -> (1 - Math.cos(Math.PI * t)) / 2);
    family("", "circ", t -> 1 - Math.sqrt(1 - t * t));
    other("elastic_in", Curve::elasticIn);
    other("elastic_out", out(Curve::elasticIn));
    other("elastic_in_out", Curve::elasticInOut);
    other("bounce_in", out(Curve::bounceOut));
    other("bounce_out", Curve::bounceOut);
    other("bounce_in_out", both(out(Curve::bounceOut)));
    other("back_in", t -> back(t, BACK));
    other("back_out", out(t -> back(t, BACK)));
    other("back_in_out", both(t -> back(t, BACK_BOTH)));
    rising("smoothstep", t -> t * t * (3 - 2 * t));
    rising("exponential", t -> Math.pow(2, 10 * (t - 1)));
    rising("logarithmic", t -> Math.log1p(t * (Math.E - 1)));
  }

  private static void rising(String name, DoubleUnaryOperator formula) {
    NAMED.put(name, new Curve(formula, true));
  }

  private static void other(String name, DoubleUnaryOperator formula) {
    NAMED.put(name, new Curve(formula, false));
  }

  private static void family(String prefix, String name, DoubleUnaryOperator in) {
    rising(prefix + name + "_in", in);
    rising(prefix + name + "_out", out(in));
    rising(prefix + name + "_in_out", both(in));
  }

  /** Those with a name, at so many equal steps. */
  static List<CurveShape> shapes(int steps) {
    List<CurveShape> shapes = new ArrayList<>();
    NAMED.forEach((name, curve) -> {
      List<Double> points = new ArrayList<>(steps + 1);
      for (int i = 0; i <= steps; i++) {
        points.add(curve.formula.applyAsDouble((double) i / steps));
      }
      shapes.add(new CurveShape(name, curve.rising, points));
    });
    return shapes;
  }

  /** The same from the other end. */
  private static DoubleUnaryOperator out(DoubleUnaryOperator in) {
    return t -> 1 - in.applyAsDouble(1 - t);
  }

  /** One half like the beginning, the other like the end. */
  private static DoubleUnaryOperator both(DoubleUnaryOperator in) {
    return t -> t < 0.5 ? in.applyAsDouble(2 * t) / 2 : 1 - in.applyAsDouble(2 - 2 * t) / 2;
  }

  private static double expoIn(double t) {
    return t == 0 ? 0 : Math.pow(2, 10 * t - 10);
  }

  private static double elasticIn(double t) {
    return t == 0 || t == 1 ? t : -Math.pow(2, 10 * t - 10) * Math.sin((10 * t - 10.75) * THIRD);
  }

  private static double elasticInOut(double t) {
    if (t == 0 || t == 1) {
      return t;
    }
    double wave = Math.sin((20 * t - 11.125) * FOUR_AND_A_HALF);
    return t < 0.5 ? -Math.pow(2, 20 * t - 10) * wave / 2 : Math.pow(2, 10 - 20 * t) * wave / 2 + 1;
  }

  private static double bounceOut(double t) {
    double n = 7.5625;
    double d = 2.75;
    if (t < 1 / d) {
      return n * t * t;
    }
    if (t < 2 / d) {
      double u = t - 1.5 / d;
      return n * u * u + 0.75;
    }
    if (t < 2.5 / d) {
      double u = t - 2.25 / d;
      return n * u * u + 0.9375;
    }
    double u = t - 2.625 / d;
    return n * u * u + 0.984375;
  }

  private static double back(double t, double overshoot) {
    return (overshoot + 1) * t * t * t - overshoot * t * t;
  }

  /** By name, or a map with {@code bezier}, {@code gamma}, {@code steps} or {@code table}. */
  static Curve parse(Value definition, String where) {
    if (definition instanceof Value.Text(String text)) {
      Curve named = NAMED.get(text.replace('-', '_'));
      if (named == null) {
        throw new MappingException(
            where,
            "there is no curve "
                + Fields.shown(definition)
                + "; there are "
                + String.join(", ", NAMED.keySet())
                + ", bezier, gamma, steps, table");
      }
      return named;
    }
    Fields fields = Fields.of(definition, where, "a curve that is not a name");
    @Nullable Curve curve = null;
    if (fields.has("bezier")) {
      curve = bezier(Fields.of(fields.tree("bezier"), fields.at("bezier"), "bezier"));
    } else if (fields.has("gamma")) {
      double gamma = fields.positive("gamma", 1);
      curve = new Curve(t -> Math.pow(t, gamma), true);
    } else if (fields.has("steps")) {
      double steps = fields.whole("steps", 1, 1_000_000, 1);
      curve = new Curve(t -> t == 1 ? 1 : Math.floor(t * steps) / steps, false);
    } else if (fields.has("table")) {
      curve = table(fields);
    }
    fields.done("a curve");
    if (curve == null) {
      throw new MappingException(where, "a curve is a name, or bezier, gamma, steps or table");
    }
    return curve;
  }

  private static Curve bezier(Fields fields) {
    double x1 = fields.number("x1");
    double y1 = fields.number("y1");
    double x2 = fields.number("x2");
    double y2 = fields.number("y2");
    fields.done("bezier");
    for (double x : new double[] {x1, x2}) {
      if (x < 0 || x > 1) {
        throw new MappingException(fields.where(), "x1 and x2 must be from 0 to 1");
      }
    }
    boolean rising = y1 >= 0 && y1 <= 1 && y2 >= 0 && y2 <= 1;
    return new Curve(t -> t <= 0 ? 0 : t >= 1 ? 1 : bezier(x1, y1, x2, y2, t), rising);
  }

  private static double bezier(double x1, double y1, double x2, double y2, double t) {
    double u = t;
    for (int i = 0; i < 8; i++) {
      double error = cubic(x1, x2, u) - t;
      double rest = 1 - u;
      double slope = 3 * rest * rest * x1 + 6 * rest * u * (x2 - x1) + 3 * u * u * (1 - x2);
      if (Math.abs(error) < 1e-6 || Math.abs(slope) < 1e-6) {
        break;
      }
      u -= error / slope;
    }
    return cubic(y1, y2, u);
  }

  private static double cubic(double p1, double p2, double u) {
    double rest = 1 - u;
    return 3 * rest * rest * u * p1 + 3 * rest * u * u * p2 + u * u * u;
  }

  private static Curve table(Fields fields) {
    List<Value> points = fields.list("table", MAX_TABLE);
    double[] table = new double[points.size()];
    boolean rising = true;
    for (int i = 0; i < table.length; i++) {
      table[i] = Numbers.of(points.get(i));
      if (!Double.isFinite(table[i])) {
        throw fields.mistake("table", "must hold finite numbers");
      }
      rising &= i == 0 || table[i] > table[i - 1];
    }
    if (table.length < 2) {
      throw fields.mistake("table", "needs at least two numbers");
    }
    return new Curve(
        t -> {
          double at = t * (table.length - 1);
          int left = Math.min((int) at, table.length - 2);
          return table[left] + (table[left + 1] - table[left]) * (at - left);
        },
        rising);
  }

  /** The t for a y, by halving; only of a rising curve. */
  Curve inverse() {
    return new Curve(
        y -> {
          if (y <= formula.applyAsDouble(0)) {
            return 0;
          }
          if (y >= formula.applyAsDouble(1)) {
            return 1;
          }
          double low = 0;
          double high = 1;
          for (int i = 0; i < 60; i++) {
            double middle = (low + high) / 2;
            if (formula.applyAsDouble(middle) < y) {
              low = middle;
            } else {
              high = middle;
            }
          }
          return (low + high) / 2;
        },
        true);
  }
}
