package dev.clasp.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file with settings: YAML, JSON, or TOML if its name ends with {@code .toml}.
 *
 * @param path where it is
 * @param root what it says
 */
public record ConfigFile(Path path, Tree root) {

  /** Longest file in bytes. */
  public static final int MAX_BYTES = 1 << 20;

  /** Names in a folder, in this order. */
  private static final List<String> NAMES =
      List.of("clasp.yaml", "clasp.yml", "clasp.toml", "clasp.json");

  /** What a file says, opaque. */
  public static final class Tree {
    private final Node.Section section;

    Tree(Node.Section section) {
      this.section = section;
    }

    Node.Section section() {
      return section;
    }
  }

  /**
   * Where a file is looked for if nobody names one: the working folder, the user's folder, {@code
   * /etc/clasp}.
   */
  public static List<Path> candidates(Map<String, String> environment) {
    List<Path> all = new ArrayList<>();
    NAMES.forEach(name -> all.add(Path.of(name)));
    String home = environment.getOrDefault("HOME", "");
    String configured = environment.getOrDefault("XDG_CONFIG_HOME", "");
    String folder = configured.isEmpty() ? home.isEmpty() ? "" : home + "/.config" : configured;
    if (!folder.isEmpty()) {
      all.add(Path.of(folder, "clasp", "config.yaml"));
      NAMES.forEach(name -> all.add(Path.of(folder, "clasp", name)));
    }
    NAMES.forEach(name -> all.add(Path.of("/etc/clasp", name)));
    return all;
  }

  /** The first of the candidates that is there. */
  public static Optional<Path> find(Map<String, String> environment) {
    return candidates(environment).stream().filter(Files::isRegularFile).findFirst();
  }

  /**
   * Reads a file.
   *
   * @throws ConfigException it cannot be read, is too long or not in its form
   */
  public static ConfigFile read(Path path) {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw new ConfigException("there is no file " + path);
    } catch (IOException e) {
      throw new ConfigException(path + " cannot be read: " + e.getMessage());
    }
    if (bytes.length > MAX_BYTES) {
      throw new ConfigException(path + " is longer than " + MAX_BYTES + " bytes: no settings are");
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return new ConfigFile(path, parse(path.toString(), text));
    } catch (CharacterCodingException e) {
      throw new ConfigException(path + " is not UTF-8 text");
    }
  }

  /**
   * One of several things that the file lists.
   *
   * @param value as maps with text keys, lists, texts, booleans, longs, doubles; null for nothing
   * @param origin where it begins
   */
  public record Item(@Nullable Object value, Origin origin) {}

  /**
   * The bridges that the file lists, variables replaced; none if it lists none.
   *
   * @throws ConfigException what it says there is no list
   */
  public List<Item> bridges(Map<String, String> environment) {
    List<Item> items = new ArrayList<>();
    for (Node.Entry entry : root.section().entries()) {
      if (entry.key().equals(Catalogue.BRIDGES)) {
        switch (entry.value()) {
          case Node.Sequence(List<Node> values, _) ->
              values.forEach(
                  node -> items.add(new Item(Trees.of(node, environment), node.origin())));
          case Node.Scalar(String text, _, _) when text.isEmpty() -> {}
          case Node.Scalar _, Node.Section _ ->
              throw new ConfigException(
                  entry.origin(), "'bridges' must be a list: one '- name: …' for each bridge");
        }
      }
    }
    return items;
  }

  /**
   * @throws ConfigException the text is not in the form that the name says
   */
  static Tree parse(String name, String text) {
    boolean toml = name.toLowerCase(Locale.ROOT).endsWith(".toml");
    return new Tree(toml ? TomlText.parse(name, text) : YamlText.parse(name, text));
  }
}
