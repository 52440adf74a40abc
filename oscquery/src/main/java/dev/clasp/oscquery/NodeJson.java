package dev.clasp.oscquery;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.clasp.osc.OscArgument;
import dev.clasp.protocol.Message.Range;
import dev.clasp.protocol.Message.SignalMeta;
import dev.clasp.protocol.SignalType;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The attributes of a node as JSON (OSCQuery proposal). Immutable.
 *
 * @param rootDescription of the root, which has none of its own
 * @param readOnly nothing can be written
 */
record NodeJson(String rootDescription, boolean readOnly) {

  /** In the order in which they are written; CONTENTS is not among them. */
  private static final List<Attribute> ALL =
      List.of(
          Attribute.FULL_PATH,
          Attribute.DESCRIPTION,
          Attribute.ACCESS,
          Attribute.TYPE,
          Attribute.VALUE,
          Attribute.RANGE,
          Attribute.UNIT,
          Attribute.CLIPMODE,
          Attribute.CRITICAL,
          Attribute.TAGS,
          Attribute.OVERLOADS);

  /** What can be done with a node here. */
  int access(TreeNode node) {
    return readOnly ? node.access() & TreeNode.READ : node.access();
  }

  /** Writes all attributes that the node has, but CONTENTS. */
  void writeAll(JsonGenerator json, TreeNode node) throws IOException {
    for (Attribute attribute : ALL) {
      write(json, node, attribute);
    }
  }

  /** Writes an attribute with its name, if the node has it. */
  void write(JsonGenerator json, TreeNode node, Attribute attribute) throws IOException {
    switch (attribute) {
      case FULL_PATH -> json.writeStringField("FULL_PATH", node.path());
      case DESCRIPTION -> {
        Optional<String> text =
            node.parent() == null
                ? Optional.of(rootDescription)
                : node.meta().flatMap(SignalMeta::description);
        if (text.isPresent()) {
          json.writeStringField("DESCRIPTION", text.get());
        }
      }
      case ACCESS -> json.writeNumberField("ACCESS", access(node));
      case TYPE -> {
        if (node.isMethod()) {
          json.writeStringField("TYPE", node.tags());
        }
      }
      case VALUE -> {
        List<OscArgument> arguments = node.arguments();
        if (!arguments.isEmpty() && (access(node) & TreeNode.READ) != 0) {
          json.writeFieldName("VALUE");
          ArgumentTypes.write(json, arguments);
        }
      }
      case RANGE -> {
        Optional<Range> range = node.range();
        if (range.isPresent() && node.isMethod()) {
          json.writeFieldName("RANGE");
          eachNumber(json, node, number -> range(json, range.get(), number));
        }
      }
      case UNIT -> {
        Optional<String> unit = node.meta().flatMap(SignalMeta::unit).filter(u -> !u.isEmpty());
        if (unit.isPresent() && node.isMethod()) {
          json.writeFieldName("UNIT");
          eachNumber(json, node, _ -> json.writeString(unit.get()));
        }
      }
      case CLIPMODE -> {
        if (node.range().isPresent() && node.isMethod()) {
          json.writeFieldName("CLIPMODE");
          eachNumber(json, node, _ -> json.writeString("both"));
        }
      }
      case CRITICAL -> {
        if (node.isMethod()) {
          // A lost value is followed by another one, a lost event is not.
          json.writeBooleanField("CRITICAL", node.kind() == SignalType.EVENT);
        }
      }
      case TAGS -> {
        if (node.isMethod()) {
          json.writeArrayFieldStart("TAGS");
          json.writeString(node.kind().name().toLowerCase(Locale.ROOT));
          json.writeEndArray();
        }
      }
      case OVERLOADS -> overloads(json, node);
      case CONTENTS, HOST_INFO, EXTENDED_TYPE, HTML -> {}
    }
  }

  @FunctionalInterface
  private interface Element {
    void write(char tag) throws IOException;
  }

  /** An array with an element for each type tag, nested like them. */
  private static void eachNumber(JsonGenerator json, TreeNode node, Element element)
      throws IOException {
    json.writeStartArray();
    String tags = node.tags();
    for (int i = 0; i < tags.length(); i++) {
      switch (tags.charAt(i)) {
        case '[' -> json.writeStartArray();
        case ']' -> json.writeEndArray();
        default -> element.write(tags.charAt(i));
      }
    }
    json.writeEndArray();
  }

  private static void range(JsonGenerator json, Range range, char tag) throws IOException {
    boolean whole = tag == 'i' || tag == 'h';
    if (!whole && tag != 'f' && tag != 'd') {
      json.writeNull();
      return;
    }
    json.writeStartObject();
    bound(json, "MIN", range.min(), whole);
    bound(json, "MAX", range.max(), whole);
    json.writeEndObject();
  }

  private static void bound(JsonGenerator json, String name, double bound, boolean whole)
      throws IOException {
    if (Double.isFinite(bound)) {
      json.writeFieldName(name);
      if (whole && bound == Math.rint(bound) && Math.abs(bound) < 1e15) {
        json.writeNumber((long) bound);
      } else {
        json.writeNumber(bound);
      }
    }
  }

  /** A fader takes whole numbers too, a toggle any number, a trigger anything. */
  private void overloads(JsonGenerator json, TreeNode node) throws IOException {
    if ((access(node) & TreeNode.WRITE) == 0) {
      return;
    }
    List<String> more =
        switch (node.tags()) {
          case "f" -> List.of("i");
          case "T", "F" -> List.of("i", "f");
          case "I" -> List.of("f", "i", "s");
          default -> List.of();
        };
    if (more.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart("OVERLOADS");
    for (String tags : more) {
      json.writeStartObject();
      json.writeStringField("TYPE", tags);
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
