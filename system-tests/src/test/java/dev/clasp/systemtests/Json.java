package dev.clasp.systemtests;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values as they travel between a test and its peers. Numbers are equal by value, as JavaScript
 * sees them: 1 and 1.0 are the same node here.
 */
final class Json {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final double EXACT_INTEGERS = 1L << 53;

  private Json() {}

  /** A value from text, numbers, booleans, maps, lists, null, and nodes as they are. */
  static JsonNode of(@Nullable Object value) {
    return normal(MAPPER.valueToTree(value));
  }

  static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }

  /** Bytes have no form in JSON; peers understand this one. */
  static JsonNode bytes(int... bytes) {
    byte[] b = new byte[bytes.length];
    for (int i = 0; i < b.length; i++) {
      b[i] = (byte) bytes[i];
    }
    return of(Map.of("$bytes", HexFormat.of().formatHex(b)));
  }

  /** Infinity, -Infinity, NaN or -0. */
  static JsonNode number(String name) {
    return of(Map.of("$number", name));
  }

  /** The same value with every number in the form of its value. */
  static JsonNode normal(JsonNode node) {
    return switch (node) {
      case ObjectNode object -> {
        ObjectNode result = NODES.objectNode();
        object.properties().forEach(entry -> result.set(entry.getKey(), normal(entry.getValue())));
        yield result;
      }
      case ArrayNode array -> {
        ArrayNode result = NODES.arrayNode();
        array.forEach(entry -> result.add(normal(entry)));
        yield result;
      }
      default -> {
        double number = node.doubleValue();
        yield node.isNumber() && number == Math.rint(number) && Math.abs(number) <= EXACT_INTEGERS
            ? NODES.numberNode((long) number)
            : node;
      }
    };
  }
}
