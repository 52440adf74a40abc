package dev.clasp.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Values from JSON, as the admin API takes them: the other way is in {@link DumpJson}. */
final class JsonValue {

  private JsonValue() {}

  /**
   * The value of a node, whose depth is bounded by whoever read it.
   *
   * @throws IllegalArgumentException with a sentence
   */
  static Value of(JsonNode node) {
    return switch (node.getNodeType()) {
      case NULL -> Value.NULL;
      case BOOLEAN -> new Value.Bool(node.booleanValue());
      case STRING -> new Value.Text(node.textValue());
      case NUMBER -> number(node);
      case ARRAY -> {
        List<Value> values = new ArrayList<>();
        node.forEach(each -> values.add(of(each)));
        yield new Value.Array(values);
      }
      case OBJECT -> {
        Map<String, Value> entries = new LinkedHashMap<>();
        node.properties().forEach(entry -> entries.put(entry.getKey(), of(entry.getValue())));
        yield new Value.Map(entries);
      }
      default -> throw new IllegalArgumentException("this is no value");
    };
  }

  private static Value number(JsonNode node) {
    if (node.isIntegralNumber()) {
      if (!node.canConvertToLong()) {
        throw new IllegalArgumentException("whole numbers have 64 bits at most");
      }
      return new Value.Int(node.longValue());
    }
    return new Value.Float(node.doubleValue());
  }
}
