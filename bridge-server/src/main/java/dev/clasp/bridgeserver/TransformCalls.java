package dev.clasp.bridgeserver;

import dev.clasp.protocol.Value;
import dev.clasp.server.AdminCall;
import dev.clasp.server.AdminCall.Mistake;
import dev.clasp.transform.MappingException;
import dev.clasp.transform.Transform;
import dev.clasp.transform.TransformParameter;
import dev.clasp.transform.TransformState;
import dev.clasp.transform.TransformType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** What the admin API says of transforms (docs/admin-api.md), so that pages can make forms. */
final class TransformCalls {

  private static final int CURVE_STEPS = 64;
  private static final int MAX_VALUES = 1025;
  private static final double MAX_SECONDS = 3600;

  private TransformCalls() {}

  static void types(AdminCall call) {
    BridgeCalls.answer(
        call,
        200,
        Map.of(
            "transforms",
            Value.of(TransformType.types().stream().map(TransformCalls::type).toList()),
            "curves",
            Value.of(
                Transform.curves(CURVE_STEPS).stream()
                    .map(curve ->
                        Value.of(
                            Map.of(
                                "name", Value.of(curve.name()),
                                "rising", Value.of(curve.rising()),
                                "points",
                                    Value.of(curve.points().stream().map(Value::of).toList()))))
                    .toList())));
  }

  private static Value type(TransformType type) {
    Map<String, Value> tree = new LinkedHashMap<>();
    tree.put("type", Value.of(type.type()));
    tree.put("group", Value.of(type.group()));
    tree.put("help", Value.of(type.help()));
    tree.put(
        "parameters", Value.of(type.parameters().stream().map(TransformCalls::parameter).toList()));
    return Value.of(tree);
  }

  private static Value parameter(TransformParameter parameter) {
    Map<String, Value> tree = new LinkedHashMap<>();
    tree.put("name", Value.of(parameter.name()));
    tree.put("kind", Value.of(parameter.kind().name().toLowerCase(Locale.ROOT)));
    tree.put("required", Value.of(parameter.required()));
    tree.put("standard", parameter.standard());
    bound(tree, "least", parameter.least());
    bound(tree, "above", parameter.above());
    bound(tree, "most", parameter.most());
    tree.put("choices", Value.of(parameter.choices().stream().map(Value::of).toList()));
    tree.put("help", Value.of(parameter.help()));
    return Value.of(tree);
  }

  private static void bound(Map<String, Value> tree, String name, OptionalDouble bound) {
    bound.ifPresent(number -> tree.put(name, Value.of(number)));
  }

  /** Takes values through a transform, one after the other, as if they came for one address. */
  static void preview(AdminCall call) {
    Map<String, Value> body = BridgeCalls.body(call).entries();
    if (!(body.get("values") instanceof Value.Array(List<Value> values))
        || values.size() > MAX_VALUES) {
      throw new Mistake(400, "values must be a list of at most " + MAX_VALUES);
    }
    double seconds =
        switch (body.getOrDefault("seconds", Value.of(0.0))) {
          case Value.Int(long whole) -> whole;
          case Value.Float(double number) -> number;
          default -> -1;
        };
    if (!(seconds >= 0 && seconds <= MAX_SECONDS)) {
      throw new Mistake(400, "seconds must be the time between two values, 0 to 3600");
    }
    Transform transform;
    try {
      transform = Transform.parse(body.getOrDefault("transform", Value.NULL));
    } catch (MappingException e) {
      throw new Mistake(400, String.valueOf(e.getMessage()));
    }
    TransformState state = transform.newState();
    List<Value> results = new ArrayList<>();
    long nanos = 0;
    for (Value value : values) {
      results.add(
          transform
              .apply(value, state, nanos)
              .<Value>map(result -> Value.of(Map.of("value", result)))
              .orElse(Value.of(Map.of())));
      nanos += (long) (seconds * 1e9);
    }
    Map<String, Value> answer = new LinkedHashMap<>();
    answer.put("results", Value.of(results));
    transform.inverse().ifPresent(inverse -> answer.put("inverse", inverse.definition()));
    BridgeCalls.answer(call, 200, answer);
  }
}
