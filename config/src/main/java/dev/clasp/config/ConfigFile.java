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
   * @throws ConfigException the text is not in the form that the name says
   */
  static Tree parse(String name, String text) {
    boolean toml = name.toLowerCase(Locale.ROOT).endsWith(".toml");
    return new Tree(toml ? TomlText.parse(name, text) : YamlText.parse(name, text));
  }
}
