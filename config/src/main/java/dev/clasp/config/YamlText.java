package dev.clasp.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * YAML 1.2, of which JSON is a part. Only what settings need: no tags, no anchors and aliases (and
 * so no text that grows when it is read), no second key of the same name.
 */
final class YamlText {

  private static final int MAX_DEPTH = 16;

  private static final Set<Tag> PLAIN =
      Set.of(Tag.NULL, Tag.BOOL, Tag.INT, Tag.FLOAT, Tag.STR, Tag.ENV_TAG, Tag.MAP, Tag.SEQ);

  private final String file;

  private YamlText(String file) {
    this.file = file;
  }

  /**
   * @throws ConfigException it is not YAML, or more of YAML than settings need
   */
  static Node.Section parse(String file, String text) {
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(file)
            .setMaxAliasesForCollections(0)
            .setAllowDuplicateKeys(false)
            .setAllowRecursiveKeys(false)
            .build();
    YamlText yaml = new YamlText(file);
    try {
      Optional<org.snakeyaml.engine.v2.nodes.Node> root = new Compose(settings).composeString(text);
      return root.map(yaml::root)
          .orElseGet(() -> new Node.Section(List.of(), new Origin.Line(file, 1)));
    } catch (MarkedYamlEngineException e) {
      throw new ConfigException(
          yaml.line(e.getProblemMark().or(e::getContextMark)),
          "this is not YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      throw new ConfigException(file + ": this is not YAML: " + e.getMessage());
    }
  }

  private Node.Section root(org.snakeyaml.engine.v2.nodes.Node node) {
    return switch (node(node, 0)) {
      case Node.Section section -> section;
      case Node.Scalar scalar when scalar.text().isEmpty() ->
          new Node.Section(List.of(), scalar.origin());
      case Node other ->
          throw new ConfigException(
              other.origin(), "settings are expected here, as in\nserver:\n  port: 7330");
    };
  }

  private Node node(org.snakeyaml.engine.v2.nodes.Node node, int depth) {
    Origin.Line here = line(node.getStartMark());
    if (depth > MAX_DEPTH) {
      throw new ConfigException(here, "this is nested too deeply");
    }
    if (node.getAnchor().isPresent()) {
      throw new ConfigException(
          here, "anchors (&) and aliases (*) are not used here: write it out");
    }
    if (!PLAIN.contains(node.getTag())) {
      throw new ConfigException(here, "tags such as " + node.getTag() + " are not used here");
    }
    return switch (node) {
      case ScalarNode scalar ->
          new Node.Scalar(
              scalar.getTag().equals(Tag.NULL) ? "" : scalar.getValue(),
              scalar.getTag().equals(Tag.STR) || scalar.getTag().equals(Tag.ENV_TAG),
              here);
      case SequenceNode sequence ->
          new Node.Sequence(
              sequence.getValue().stream().map(value -> node(value, depth + 1)).toList(), here);
      case MappingNode mapping -> {
        List<Node.Entry> entries = new ArrayList<>();
        for (NodeTuple tuple : mapping.getValue()) {
          Origin.Line place = line(tuple.getKeyNode().getStartMark());
          if (!(node(tuple.getKeyNode(), depth + 1) instanceof Node.Scalar key)) {
            throw new ConfigException(place, "a key must be a word");
          }
          if (key.text().equals("<<")) {
            throw new ConfigException(place, "merge keys (<<) are not used here: write it out");
          }
          if (entries.stream().anyMatch(entry -> entry.key().equals(key.text()))) {
            throw new ConfigException(place, "'" + key.text() + "' is here for the second time");
          }
          entries.add(new Node.Entry(key.text(), place, node(tuple.getValueNode(), depth + 1)));
        }
        yield new Node.Section(List.copyOf(entries), here);
      }
      default -> throw new ConfigException(here, "this cannot be used here");
    };
  }

  private Origin.Line line(Optional<Mark> mark) {
    return new Origin.Line(file, mark.map(Mark::getLine).orElse(0) + 1);
  }
}
