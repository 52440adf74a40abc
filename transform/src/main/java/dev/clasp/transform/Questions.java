package dev.clasp.transform;

import dev.clasp.protocol.Value;
import dev.clasp.transform.TransformParameter.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What a parser asks {@link Fields} for: so the parser itself says which parameters there are, with
 * their standards and limits, and a description of it cannot be wrong. The first question about a
 * key counts.
 */
final class Questions {

  private final Map<String, TransformParameter> asked = new LinkedHashMap<>();

  void ask(String key, Kind kind, boolean required, Value standard) {
    ask(key, kind, required, standard, OptionalDouble.empty(), OptionalDouble.empty());
  }

  void choice(String key, String standard, List<String> choices) {
    asked.putIfAbsent(
        key,
        new TransformParameter(
            key,
            Kind.CHOICE,
            standard.isEmpty(),
            standard.isEmpty() ? Value.NULL : Value.of(standard),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            choices,
            ""));
  }

  void above(String key, double bound, Value standard) {
    ask(key, Kind.NUMBER, false, standard, OptionalDouble.empty(), OptionalDouble.of(bound));
  }

  void whole(String key, double least, double most, Value standard) {
    asked.putIfAbsent(
        key,
        new TransformParameter(
            key,
            Kind.WHOLE,
            false,
            standard,
            OptionalDouble.of(least),
            OptionalDouble.empty(),
            OptionalDouble.of(most),
            List.of(),
            ""));
  }

  private void ask(
      String key,
      Kind kind,
      boolean required,
      Value standard,
      OptionalDouble least,
      OptionalDouble above) {
    asked.putIfAbsent(
        key,
        new TransformParameter(
            key, kind, required, standard, least, above, OptionalDouble.empty(), List.of(), ""));
  }

  /** It is of this kind, which the questions about it do not say. */
  void is(String key, Kind kind) {
    ask(key, kind, false, Value.NULL);
    asked.computeIfPresent(
        key,
        (_, p) ->
            new TransformParameter(
                key,
                kind,
                p.required(),
                p.standard(),
                p.least(),
                p.above(),
                p.most(),
                p.choices(),
                ""));
  }

  Map<String, TransformParameter> asked() {
    return asked;
  }
}
