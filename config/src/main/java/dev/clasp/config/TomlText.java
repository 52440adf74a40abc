package dev.clasp.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** TOML 1.0. */
final class TomlText {

  private static final int MAX_DEPTH = 16;

  private final String file;

  private TomlText(String file) {
    this.file = file;
  }

  /**
   * @throws ConfigException it is not TOML
   */
  static Node.Section parse(String file, String text) {
    TomlText toml = new TomlText(file);
    TomlParseResult result = Toml.parse(text);
    if (result.hasErrors()) {
      TomlParseError first = result.errors().getFirst();
      throw new ConfigException(
          toml.line(first.position()), "this is not TOML: " + first.getMessage());
    }
    return toml.section(result, new Origin.Line(file, 1), 0);
  }

  private Node.Section section(TomlTable table, Origin.Line place, int depth) {
    if (depth > MAX_DEPTH) {
      throw new ConfigException(place, "this is nested too deeply");
    }
    List<Node.Entry> entries = new ArrayList<>();
    for (Map.Entry<String, Object> entry : table.entrySet()) {
      Origin.Line here = line(table.inputPositionOf(List.of(entry.getKey())));
      entries.add(new Node.Entry(entry.getKey(), here, node(entry.getValue(), here, depth + 1)));
    }
    return new Node.Section(List.copyOf(entries), place);
  }

  private Node node(Object value, Origin.Line place, int depth) {
    return switch (value) {
      case TomlTable table -> section(table, place, depth);
      case TomlArray array -> {
        if (depth > MAX_DEPTH) {
          throw new ConfigException(place, "this is nested too deeply");
        }
        List<Node> values = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
          values.add(node(array.get(i), line(array.inputPositionOf(i)), depth + 1));
        }
        yield new Node.Sequence(List.copyOf(values), place);
      }
      case String text -> new Node.Scalar(text, true, place);
      default -> new Node.Scalar(String.valueOf(value), false, place);
    };
  }

  private Origin.Line line(@Nullable TomlPosition position) {
    return new Origin.Line(file, position == null ? 1 : position.line());
  }
}
