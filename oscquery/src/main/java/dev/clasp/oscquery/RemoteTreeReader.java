package dev.clasp.oscquery;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.clasp.protocol.AddressRules;
import dev.clasp.protocol.Message.Range;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads what another program says of itself: trees and HOST_INFO. All of it is bounded, whatever
 * the program sends: depth, number of nodes, lengths. Paths are made of the names in CONTENTS, not
 * of what FULL_PATH claims.
 */
final class RemoteTreeReader {

  /** Levels of names. */
  private static final int MAX_LEVELS = AddressRules.MAX_SEGMENTS;

  /** Elements of one value, in arrays too. */
  private static final int MAX_ELEMENTS = 4096;

  private static final int MAX_TAGS = 1024;
  private static final int MAX_EXTENSIONS = 64;
  private static final String FORBIDDEN = " #*,/?[]{}";

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(2 * MAX_LEVELS + 40)
                  .maxStringLength(65_535)
                  .maxNameLength(AddressRules.MAX_BYTES)
                  .maxNumberLength(400)
                  .build())
          // Names come from outside: they must not pile up.
          .configure(JsonFactory.Feature.INTERN_FIELD_NAMES, false)
          .configure(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES, false)
          .build();

  private final JsonParser json;
  private final int maxNodes;
  private final Map<String, RemoteNode> methods = new LinkedHashMap<>();
  private int nodes;

  private RemoteTreeReader(JsonParser json, int maxNodes) {
    this.json = json;
    this.maxNodes = maxNodes;
  }

  /**
   * The methods of a tree, by path.
   *
   * @param base path of the node that was asked for: {@code /} for the whole tree
   * @throws IOException it is no tree, or a bigger one; a sentence for the user
   */
  static Map<String, RemoteNode> read(byte[] utf8, String base, int maxNodes) throws IOException {
    try (JsonParser json = FACTORY.createParser(utf8)) {
      RemoteTreeReader reader = new RemoteTreeReader(json, maxNodes);
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("its tree is no JSON object");
      }
      reader.node(base.equals("/") ? "" : base, 0);
      if (json.nextToken() != null) {
        throw new IOException("there is something behind its tree");
      }
      return reader.methods;
    }
  }

  /** What is known of a node until its end: the order of the keys is free. */
  private static final class Draft {
    private Optional<String> tags = Optional.empty();
    private OptionalInt access = OptionalInt.empty();
    private Value value = Value.NULL;
    private final List<Optional<Range>> ranges = new ArrayList<>();
    private final List<Value> choices = new ArrayList<>();
    private Optional<String> unit = Optional.empty();
    private Optional<String> description = Optional.empty();
    private boolean critical;
  }

  /** At the beginning of its object; ends at its end. */
  private void node(String path, int level) throws IOException {
    if (++nodes > maxNodes) {
      throw new IOException(
          "its tree has more than "
              + maxNodes
              + " nodes; ask for a part of it with a path in the URL");
    }
    Draft draft = new Draft();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = json.currentName();
      JsonToken token = json.nextToken();
      switch (key) {
        case "CONTENTS" -> contents(path, level, token);
        case "TYPE" -> draft.tags = text(token).filter(t -> t.length() <= MAX_TAGS);
        case "ACCESS" -> {
          if (token == JsonToken.VALUE_NUMBER_INT) {
            draft.access = OptionalInt.of(smallInt());
          } else {
            json.skipChildren();
          }
        }
        case "VALUE" -> draft.value = value(token, new int[] {MAX_ELEMENTS});
        case "RANGE" -> ranges(token, draft);
        case "UNIT" -> draft.unit = firstText(token);
        case "DESCRIPTION" -> draft.description = text(token);
        case "CRITICAL" -> {
          draft.critical = token == JsonToken.VALUE_TRUE;
          json.skipChildren();
        }
        default -> json.skipChildren();
      }
    }
    finish(path, draft);
  }

  private void contents(String path, int level, JsonToken token) throws IOException {
    if (token != JsonToken.START_OBJECT) {
      json.skipChildren();
      return;
    }
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      JsonToken child = json.nextToken();
      if (child == JsonToken.START_OBJECT && level < MAX_LEVELS && usable(name)) {
        node(path + "/" + name, level + 1);
      } else {
        json.skipChildren();
      }
    }
  }

  /** Whether OSC has such a name. */
  private static boolean usable(String name) {
    return !name.isEmpty()
        && name.chars().noneMatch(c -> c < ' ' || c == 0x7F || FORBIDDEN.indexOf(c) >= 0);
  }

  private void finish(String path, Draft draft) {
    String tags = draft.tags.orElse("").replace(",", "");
    int access = draft.access.orElse(TreeNode.READ | TreeNode.WRITE) & 3;
    if (path.isEmpty() || draft.tags.isEmpty() || access == 0 || !wellFormed(tags)) {
      return;
    }
    Optional<Value> value =
        (access & TreeNode.READ) == 0 ? Optional.empty() : RemoteValues.value(tags, draft.value);
    boolean one = draft.ranges.stream().distinct().count() == 1;
    methods.put(
        path,
        new RemoteNode(
            path,
            tags,
            access,
            value,
            one ? draft.ranges.getFirst() : Optional.empty(),
            draft.choices,
            draft.unit.filter(u -> u.length() <= 100),
            draft.description,
            draft.critical));
  }

  private static boolean wellFormed(String tags) {
    int open = 0;
    for (char c : tags.toCharArray()) {
      if (c == '[') {
        open++;
      } else if (c == ']') {
        open--;
      } else if ("ifsbhdSctrmTFNI".indexOf(c) < 0) {
        return false;
      }
      if (open < 0 || open > 16) {
        return false;
      }
    }
    return open == 0;
  }

  // --- values ------------------------------------------------------------------------------------

  private Optional<String> text(JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_STRING) {
      return Optional.of(json.getText());
    }
    json.skipChildren();
    return Optional.empty();
  }

  /** Of an array, or the text itself. */
  private Optional<String> firstText(JsonToken token) throws IOException {
    if (token != JsonToken.START_ARRAY) {
      return text(token);
    }
    Optional<String> first = Optional.empty();
    JsonToken each;
    while ((each = json.nextToken()) != JsonToken.END_ARRAY) {
      Optional<String> next = text(each);
      first = first.isPresent() ? first : next;
    }
    return first;
  }

  private int smallInt() throws IOException {
    BigInteger number = json.getBigIntegerValue();
    return number.bitLength() < 31 ? number.intValue() : 0;
  }

  /** Beyond the number of elements that are left, they are null. */
  private Value value(JsonToken token, int[] left) throws IOException {
    if (--left[0] < 0) {
      json.skipChildren();
      return Value.NULL;
    }
    return switch (token) {
      case VALUE_TRUE -> Value.TRUE;
      case VALUE_FALSE -> Value.FALSE;
      case VALUE_STRING -> Value.of(json.getText());
      case VALUE_NUMBER_INT -> {
        BigInteger number = json.getBigIntegerValue();
        yield number.bitLength() < 64
            ? Value.of(number.longValue())
            : Value.of(number.doubleValue());
      }
      case VALUE_NUMBER_FLOAT -> Value.of(json.getDoubleValue());
      case START_ARRAY -> {
        List<Value> values = new ArrayList<>();
        JsonToken each;
        while ((each = json.nextToken()) != JsonToken.END_ARRAY) {
          Value next = value(each, left);
          if (left[0] >= 0) {
            values.add(next);
          }
        }
        yield Value.of(values);
      }
      default -> {
        json.skipChildren();
        yield Value.NULL;
      }
    };
  }

  // --- ranges ------------------------------------------------------------------------------------

  private void ranges(JsonToken token, Draft draft) throws IOException {
    switch (token) {
      case START_ARRAY -> {
        JsonToken each;
        while ((each = json.nextToken()) != JsonToken.END_ARRAY) {
          ranges(each, draft);
        }
      }
      case START_OBJECT -> range(draft);
      default -> {
        json.skipChildren();
        addRange(draft, Optional.empty());
      }
    }
  }

  private static void addRange(Draft draft, Optional<Range> range) {
    if (draft.ranges.size() < MAX_TAGS) {
      draft.ranges.add(range);
    }
  }

  private void range(Draft draft) throws IOException {
    double min = Double.NaN;
    double max = Double.NaN;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = json.currentName();
      JsonToken token = json.nextToken();
      switch (key) {
        case "MIN" -> min = number(token);
        case "MAX" -> max = number(token);
        case "VALS" -> {
          if (value(token, new int[] {MAX_ELEMENTS}) instanceof Value.Array(var values)
              && draft.choices.isEmpty()) {
            draft.choices.addAll(values);
          }
        }
        default -> json.skipChildren();
      }
    }
    addRange(draft, min < max ? Optional.of(new Range(min, max)) : Optional.empty());
  }

  /** NaN if it is none. */
  private double number(JsonToken token) throws IOException {
    double number =
        token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT
            ? json.getDoubleValue()
            : Double.NaN;
    json.skipChildren();
    return Double.isInfinite(number) ? Double.NaN : number;
  }

  // --- HOST_INFO ---------------------------------------------------------------------------------

  /**
   * @throws IOException it is no JSON object
   */
  static HostInfo hostInfo(byte[] utf8) throws IOException {
    try (JsonParser json = FACTORY.createParser(utf8)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("its HOST_INFO is no JSON object");
      }
      RemoteTreeReader reader = new RemoteTreeReader(json, 1);
      Map<String, String> texts = new LinkedHashMap<>();
      Map<String, Integer> ports = new LinkedHashMap<>();
      Map<String, Boolean> extensions = new LinkedHashMap<>();
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String key = json.currentName();
        JsonToken token = json.nextToken();
        switch (key) {
          case "NAME", "OSC_IP", "OSC_TRANSPORT", "WS_IP" ->
              reader
                  .text(token)
                  .filter(text -> text.length() <= 255)
                  .ifPresent(text -> texts.put(key, text));
          case "OSC_PORT", "WS_PORT" -> {
            if (token == JsonToken.VALUE_NUMBER_INT) {
              int port = reader.smallInt();
              if (port >= 1 && port <= 65_535) {
                ports.put(key, port);
              }
            } else {
              json.skipChildren();
            }
          }
          case "EXTENSIONS" -> reader.extensions(token, extensions);
          default -> json.skipChildren();
        }
      }
      return new HostInfo(
          Optional.ofNullable(texts.get("NAME")),
          Optional.ofNullable(texts.get("OSC_IP")),
          port(ports, "OSC_PORT"),
          Optional.ofNullable(texts.get("OSC_TRANSPORT")),
          Optional.ofNullable(texts.get("WS_IP")),
          port(ports, "WS_PORT"),
          extensions);
    }
  }

  private static OptionalInt port(Map<String, Integer> ports, String key) {
    Integer port = ports.get(key);
    return port == null ? OptionalInt.empty() : OptionalInt.of(port);
  }

  private void extensions(JsonToken token, Map<String, Boolean> extensions) throws IOException {
    if (token != JsonToken.START_OBJECT) {
      json.skipChildren();
      return;
    }
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = json.currentName();
      JsonToken value = json.nextToken();
      if (extensions.size() < MAX_EXTENSIONS) {
        extensions.put(key, value == JsonToken.VALUE_TRUE);
      }
      json.skipChildren();
    }
  }
}
