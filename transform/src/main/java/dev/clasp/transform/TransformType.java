package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A type of transforms, for who makes a form of it. Which parameters it takes, with their standards
 * and limits, is what {@link TransformParser} asks for when it reads one; only the sentences are
 * written here. Immutable.
 *
 * @param type as in a definition: {@code scale}
 * @param group what it is for: range, shape, time, switch, logic, data or structure
 * @param help one sentence
 */
public record TransformType(
    String type, String group, String help, List<TransformParameter> parameters) {

  private static final List<TransformType> ALL = all();

  public TransformType {
    parameters = List.copyOf(parameters);
  }

  /** All there are, in the order of docs/mapping.md. */
  public static List<TransformType> types() {
    return ALL;
  }

  private static List<TransformType> all() {
    List<TransformType> all = new ArrayList<>();
    Sheet s = new Sheet(all);
    s.type("identity", "range", "Leaves the value as it is.").end();
    s.type("scale", "range", "A range becomes another one.")
        .of("from_min", "What becomes the least.")
        .of("from_max", "What becomes the most.")
        .of("to_min", "The least of the result.")
        .of("to_max", "The most of the result.")
        .of("clamp", "Nothing leaves the range of the result.")
        .end();
    s.type("linear", "range", "Multiplied, and something added.")
        .of("scale", "What it is multiplied by.")
        .of("offset", "What is added.")
        .end();
    s.type("clamp", "range", "Kept within limits.")
        .of("min", "The least.")
        .of("max", "The most.")
        .end();
    s.type("invert", "range", "The other way round: the least becomes the most.")
        .of("min", "One end.")
        .of("max", "The other end.")
        .end();
    s.type("negate", "range", "The sign changes.").end();
    s.type("abs", "range", "The sign goes.").end();
    s.type("to_int", "data", "A whole number, towards zero.").end();
    s.type("to_float", "data", "A number with a fraction.").end();
    s.type("round", "range", "Rounded, halves away from zero.")
        .of("decimals", "Digits behind the point.")
        .end();
    s.type("quantize", "range", "Steps of equal size.").of("steps", "Steps from 0 to 1.").end();
    s.type("modulo", "range", "What is left of a division, with the sign of the value.")
        .of("divisor", "What it is divided by, not 0.")
        .end();
    s.type("power", "shape", "To the power of.").of("exponent", "The exponent.").end();
    s.type("exp", "shape", "A power of a base.").of("base", "The base.").end();
    s.type("log", "shape", "The logarithm.").or("base", Value.of(10), "The base; else e.").end();
    s.type("curve", "shape", "A curve over 0 to 1.")
        .with("curve_type", Value.of("linear"), "Which curve.")
        .of("inverse", "The other way; only of curves that rise all the way.")
        .end();
    s.type("dead_zone", "shape", "Small values become 0.")
        .with("threshold", Value.of(0.1), "Below it, either sign, is 0.")
        .end();
    s.type("dead_band", "shape", "Values around the middle become 0.")
        .of("min", "From here.")
        .of("max", "To here.")
        .end();
    s.type("threshold", "switch", "On or off, by a limit.")
        .of("value", "The limit.")
        .of("mode", "When it is on.")
        .of("as", "What on and off are: 1.0 and 0.0, or true and false.")
        .of("hysteresis", "What is on goes off only so far beyond the limit.")
        .end();
    s.type("hysteresis", "switch", "On above one limit, off below another.")
        .of("low", "Off from here down.")
        .of("high", "On from here up.")
        .end();
    s.type("gate", "switch", "1 above a limit, else 0.").of("threshold", "The limit.").end();
    s.type("trigger", "switch", "1 if it is not 0.").end();
    s.type("toggle", "switch", "Changes between 0 and 1 each time the value rises above a limit.")
        .of("threshold", "The limit.")
        .of("initial", "What it begins with.")
        .end();
    s.type("latch", "switch", "Keeps the last value that reached a limit.")
        .of("threshold", "The limit.")
        .of("reset", "A value down to here forgets it.")
        .end();
    s.type("edge", "switch", "A signal only when the value crosses a limit; else nothing.")
        .of("threshold", "The limit.")
        .of("on", "Which way.")
        .end();
    s.type("smooth", "time", "Follows the value smoothly.")
        .of("factor", "How much of the way it goes with each value, 0 to 1.")
        .or("seconds", Value.of(0.2), "Time constant, instead of factor: the same at any rate.")
        .end();
    s.type("lowpass", "time", "Keeps a part of the last result.")
        .of("alpha", "The part that is kept, 0 to 1.")
        .end();
    s.type("one_euro", "time", "Calm when the value is slow, close when it is fast.")
        .of("min_cutoff", "Hertz when it rests: less is calmer.")
        .of("beta", "How much closer with speed.")
        .of("d_cutoff", "Hertz for the speed.")
        .end();
    s.type("rate_limit", "time", "Moves by so much with each value, and no more.")
        .with("max_delta", Value.of(0.1), "The most.")
        .end();
    s.type("slew", "time", "Moves by so much a second, and no more.")
        .of("per_second", "The most, up and down.")
        .or("up", Value.of(1), "Another one for up.")
        .or("down", Value.of(1), "Another one for down.")
        .end();
    for (Map.Entry<String, String> window :
        new TreeMap<>(
                Map.of(
                    "average", "The mean of the last values.",
                    "sum", "The sum of the last values.",
                    "min", "The least of the last values.",
                    "max", "The most of the last values.",
                    "latest", "The newest of the last values.",
                    "first", "The oldest of the last values.",
                    "count", "How many values have come.",
                    "std_dev", "How much the last values differ: standard deviation."))
            .entrySet()) {
      s.type(window.getKey(), "time", window.getValue())
          .of("window_size", "How many of the last values.")
          .end();
    }
    s.type("moving_average", "time", "The mean of the last few values.")
        .of("window", "How many.")
        .end();
    s.type("rate_of_change", "time", "How fast it changes, a second.").end();
    s.type("bitwise", "logic", "Bits of a whole number.")
        .with("operation", Value.of("and"), "What is done.")
        .of("operand", "With which number, or by how many bits: 0, and 1 for shifts.")
        .end();
    s.type("lookup", "logic", "Looked up in a table.")
        .of("table", "What becomes what.")
        .of("default", "For what is not in it; else the value stays.")
        .end();
    s.type("conditional", "logic", "One of two transforms, by a condition.")
        .with("condition", Value.of("value > 0.5"), "When it is the first.")
        .of("if_true", "The first.")
        .of("if_false", "The other.")
        .end();
    s.type("expression", "logic", "Calculated.")
        .with("expr", Value.of("value"), "The expression, over value.")
        .of("dialect", "Ours, or only what published programs know.")
        .end();
    s.type("map_type", "data", "The same as another kind of value.")
        .with("to_type", Value.of("int"), "Which kind.")
        .end();
    s.type("json_path", "data", "A part of a map or list.")
        .with("path", Value.of("$"), "Where it is: $.a[0].")
        .end();
    s.type("chain", "structure", "One after the other.").of("transforms", "Which.").end();
    s.type("each", "structure", "With every element or member.")
        .with("transform", Value.of("identity"), "What.")
        .end();
    s.type("at", "structure", "With some elements or members.")
        .with("at", Value.of(0), "Which: a number, a name, or a list.")
        .with("transform", Value.of("identity"), "What.")
        .end();
    return List.copyOf(all);
  }

  /** Collects the sentences about one type, and asks the parser for the rest. */
  private static final class Sheet {

    private final List<TransformType> all;
    private final Map<String, String> sentences = new LinkedHashMap<>();
    private final Map<String, Value> least = new LinkedHashMap<>();
    private final Map<String, Value> alternatives = new LinkedHashMap<>();
    private String type = "";
    private String group = "";
    private String help = "";

    Sheet(List<TransformType> all) {
      this.all = all;
    }

    Sheet type(String is, String of, String sentence) {
      type = is;
      group = of;
      help = sentence;
      sentences.clear();
      least.clear();
      alternatives.clear();
      return this;
    }

    Sheet of(String parameter, String sentence) {
      sentences.put(parameter, sentence);
      return this;
    }

    /** One that must be given, with an example. */
    Sheet with(String parameter, Value example, String sentence) {
      least.put(parameter, example);
      return of(parameter, sentence);
    }

    /** One that the parser asks for only if it is there. */
    Sheet or(String parameter, Value example, String sentence) {
      alternatives.put(parameter, example);
      return of(parameter, sentence);
    }

    void end() {
      Map<String, TransformParameter> found = new LinkedHashMap<>(asked(least));
      if (!alternatives.isEmpty()) {
        Map<String, Value> full = new LinkedHashMap<>(least);
        full.putAll(alternatives);
        asked(full).forEach((name, parameter) -> found.putIfAbsent(name, parameter.optional()));
      }
      List<TransformParameter> parameters = new ArrayList<>();
      found.forEach((name, parameter) -> {
        String sentence = sentences.get(name);
        // What is without a sentence is only read from definitions of others.
        if (sentence != null) {
          parameters.add(parameter.withHelp(sentence));
        }
      });
      all.add(new TransformType(type, group, help, parameters));
    }

    private Map<String, TransformParameter> asked(Map<String, Value> given) {
      Questions questions = new Questions();
      TransformParser.read(type, new Fields(given, "", questions));
      return questions.asked();
    }
  }
}
