package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The transforms of the desktop application as ours, with its defaults (bridges.md 15.6). */
final class DesktopTransform {

  private DesktopTransform() {}

  static Value toNative(Value definition, String where) {
    if (definition instanceof Value.Text type) {
      return toNative(TransformParser.map("type", type), where);
    }
    Fields fields = Fields.of(definition, where, "a transform");
    if (fields.tree("params") instanceof Value.Map(Map<String, Value> params)) {
      Map<String, Value> flat = new LinkedHashMap<>(params);
      flat.put("type", fields.tree("type"));
      return toNative(new Value.Map(flat), where);
    }
    String type = fields.text("type").orElse("direct");
    return switch (type) {
      case "direct", "identity" -> map("identity");
      case "scale" ->
          map(
              "scale",
              "from_min",
              number(fields, 0, "inMin", "in_min", "scaleInMin", "from_min"),
              "from_max",
              number(fields, 1, "inMax", "in_max", "scaleInMax", "from_max"),
              "to_min",
              number(fields, 0, "outMin", "out_min", "scaleOutMin", "to_min"),
              "to_max",
              number(fields, 127, "outMax", "out_max", "scaleOutMax", "to_max"));
      case "invert" -> map("invert");
      case "clamp" ->
          map(
              "clamp",
              "min",
              number(fields, 0, "min", "clampMin"),
              "max",
              number(fields, 1, "max", "clampMax"));
      case "round" -> round(fields);
      // v > 0.5: not a toggle, although it is called so.
      case "toggle" -> map("threshold", "value", Value.of(0.5));
      case "gate" -> map("gate");
      case "trigger" -> map("trigger");
      case "threshold" ->
          map(
              "threshold",
              "value",
              number(fields, 0.5, "threshold", "value"),
              "mode",
              Value.of("at_least"));
      case "expression" -> {
        String text =
            fields
                .text("expression")
                .or(() -> fields.text("expr"))
                .orElseThrow(() -> fields.mistake("expression", "is missing"));
        yield map("expression", "expr", Value.of(text.replace("Math.", "")));
      }
      case "deadzone" ->
          map(
              "dead_band",
              "min",
              number(fields, 0.4, "min", "deadzoneMin"),
              "max",
              number(fields, 0.6, "max", "deadzoneMax"));
      case "smooth" ->
          map("smooth", "factor", number(fields, 0.3, "factor", "smoothing", "smoothFactor"));
      case "quantize" -> map("quantize", "steps", number(fields, 8, "steps", "quantizeSteps"));
      case "curve" -> {
        Value curve =
            fields.has("curve")
                ? fields.tree("curve")
                : fields.has("curveType") ? fields.tree("curveType") : Value.of("linear");
        yield map("curve", "curve_type", curve);
      }
      case "modulo" -> map("modulo", "divisor", number(fields, 1, "divisor", "modulo"));
      case "negate" -> map("negate");
      case "power" -> map("power", "exponent", number(fields, 2, "exponent", "power"));
      case "javascript" ->
          throw fields.mistake(
              "type", "JavaScript is not run; write it as an expression, see docs/mapping.md");
      // Its own routing lets values through.
      case "wasm" -> map("identity");
      default -> definition;
    };
  }

  /** JavaScript rounds halves up, also below zero. */
  private static Value round(Fields fields) {
    int decimals = fields.whole("decimals", 0, 15, 0);
    String power = Numbers.text(Math.pow(10, decimals)) + ".0";
    return map("expression", "expr", Value.of("floor(value * " + power + " + 0.5) / " + power));
  }

  private static Value number(Fields fields, double otherwise, String... keys) {
    for (String key : List.of(keys)) {
      if (fields.has(key)) {
        return fields.tree(key);
      }
    }
    return Value.of(otherwise);
  }

  private static Value map(String type, Object... parameters) {
    Object[] all = new Object[parameters.length + 2];
    all[0] = "type";
    all[1] = type;
    System.arraycopy(parameters, 0, all, 2, parameters.length);
    return TransformParser.map(all);
  }
}
