package dev.clasp.config;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.regex.Pattern;

/** The settings as a JSON Schema (draft 2020-12), by which editors complete and check a file. */
public final class JsonSchema {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  /** A number of seconds, or with a unit. */
  private static final String DURATION = "^[0-9]+(\\.[0-9]+)?(ms|s|m|h)?$";

  /** What replaces a value when the file is read. */
  private static final String VARIABLE = "\\$\\{.+\\}";

  private JsonSchema() {}

  /** The text of the schema. */
  public static String of(Catalogue catalogue) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    root.put("title", "Configuration of a CLASP router");
    root.put("type", "object");
    root.put("additionalProperties", false);
    ObjectNode server = root.putObject("properties").putObject(Catalogue.ROOT);
    section(server);
    for (Setting setting : catalogue.settings()) {
      ObjectNode here = server;
      String[] words = setting.key().split(Pattern.quote("."), -1);
      for (int i = 0; i < words.length - 1; i++) {
        ObjectNode properties = (ObjectNode) here.get("properties");
        here =
            properties.has(words[i])
                ? (ObjectNode) properties.get(words[i])
                : section(properties.putObject(words[i]));
      }
      describe(((ObjectNode) here.get("properties")).putObject(words[words.length - 1]), setting);
    }
    ObjectNode bridges = ((ObjectNode) root.get("properties")).putObject(Catalogue.BRIDGES);
    bridges.put("description", "Bridges to other protocols: docs/bridges.md.");
    bridges.putArray("type").add("array").add("null");
    bridges.putObject("items").put("type", "object");
    return root.toPrettyString() + "\n";
  }

  private static ObjectNode section(ObjectNode node) {
    node.putArray("type").add("object").add("null");
    node.put("additionalProperties", false);
    node.putObject("properties");
    return node;
  }

  private static void describe(ObjectNode node, Setting setting) {
    if (!setting.description().isEmpty()) {
      node.put("description", setting.description());
    }
    switch (setting.kind()) {
      case TEXT -> {
        node.putArray("type").add("string").add("number").add("null");
        if (!setting.choices().isEmpty()) {
          node.remove("type");
          setting.choices().forEach(node.putArray("enum")::add);
        }
      }
      case WHOLE_NUMBER -> {
        node.putArray("type").add("integer").add("string").add("null");
        node.put("pattern", "^([0-9]+|.*" + VARIABLE + ".*)$");
      }
      case DURATION -> {
        node.putArray("type").add("string").add("number").add("null");
        node.put("pattern", "(" + DURATION + "|" + VARIABLE + ")");
      }
      case SWITCH -> {
        node.putArray("type").add("boolean").add("string").add("null");
        node.put("pattern", "^(true|false|.*" + VARIABLE + ".*)$");
      }
      case LIST -> {
        ObjectNode single = JsonNodeFactory.instance.objectNode();
        single.putArray("type").add("string").add("number");
        node.putArray("anyOf")
            .add(single)
            .add(
                JsonNodeFactory.instance
                    .objectNode()
                    .put("type", "array")
                    .set("items", single.deepCopy()))
            .add(JsonNodeFactory.instance.objectNode().put("type", "null"));
      }
      case MAP -> {
        node.putArray("type").add("object").add("null");
        node.putObject("additionalProperties").putArray("type").add("string").add("number");
      }
    }
    if (!setting.standard().isEmpty()) {
      switch (setting.kind()) {
        case WHOLE_NUMBER -> node.put("default", Long.parseLong(setting.standard()));
        case SWITCH -> node.put("default", Boolean.parseBoolean(setting.standard()));
        case TEXT, DURATION, LIST, MAP -> node.put("default", setting.standard());
      }
    }
  }
}
