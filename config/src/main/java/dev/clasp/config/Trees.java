package dev.clasp.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parts of a file as maps, lists, texts, numbers and booleans. */
final class Trees {

  private static final Pattern WHOLE = Pattern.compile("[-+]?[0-9]{1,18}");

  private Trees() {}

  /**
   * @param environment of which variables in texts are replaced
   */
  static @Nullable Object of(Node node, Map<String, String> environment) {
    return switch (node) {
      case Node.Section(List<Node.Entry> entries, _) -> {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (Node.Entry entry : entries) {
          map.put(entry.key(), of(entry.value(), environment));
        }
        yield map;
      }
      case Node.Sequence(List<Node> values, _) -> {
        List<@Nullable Object> list = new ArrayList<>();
        values.forEach(value -> list.add(of(value, environment)));
        yield list;
      }
      case Node.Scalar scalar -> scalar(scalar, environment);
    };
  }

  private static @Nullable Object scalar(Node.Scalar scalar, Map<String, String> environment) {
    if (scalar.string()) {
      return Expansion.of(scalar, environment);
    }
    String text = scalar.text();
    if (text.isEmpty()) {
      return null;
    }
    if (text.equals("true") || text.equals("false")) {
      return text.equals("true");
    }
    if (WHOLE.matcher(text).matches()) {
      return Long.parseLong(text);
    }
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return text;
    }
  }
}
