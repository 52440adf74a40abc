package dev.clasp.bridge;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Definitions of bridges in a file that people can read and write: JSON with a list under {@code
 * bridges}. Passwords may be in it, so only its owner can read what is written here. Stateless.
 */
public final class BridgeStore {

  /** Far more than a thousand bridges need. */
  private static final int MAX_BYTES = 16 << 20;

  private static final String LIST = "bridges";

  private BridgeStore() {}

  /**
   * Reads a file.
   *
   * @return none if there is no file
   * @throws BridgeException (lasting) it cannot be read, or a definition cannot be used; with the
   *     file and the place in it
   */
  public static List<BridgeDefinition> load(Path file) {
    String text;
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw BridgeException.lasting(file + " is longer than " + MAX_BYTES + " bytes");
      }
      text = Files.readString(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (CharacterCodingException e) {
      throw BridgeException.lasting(file + " is not UTF-8 text");
    } catch (IOException e) {
      throw BridgeException.lasting(file + " cannot be read: " + e.getMessage());
    }
    Value tree =
        JsonValues.parse(text)
            .orElseThrow(() -> BridgeException.lasting(file + " is not valid JSON"));
    try {
      return parse(tree);
    } catch (BridgeException e) {
      throw BridgeException.lasting(file + ": " + e.getMessage());
    }
  }

  /**
   * Reads a tree: a list of definitions, or a map with one under {@code bridges}. The {@code
   * routers} that the console saves in such a file are its user's; they are left out here.
   *
   * @throws BridgeException (lasting) with the place
   */
  public static List<BridgeDefinition> parse(Value tree) {
    List<Value> list;
    if (tree instanceof Value.Array(var values)) {
      list = values;
    } else {
      Tree map = Tree.of(tree, "");
      map.allow(List.of(LIST, "routers"));
      list = map.list(LIST);
    }
    List<BridgeDefinition> definitions = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < list.size(); i++) {
      String where = LIST + "[" + i + "]";
      BridgeDefinition definition = BridgeDefinition.parse(list.get(i), where);
      if (!names.add(definition.name())) {
        throw BridgeException.lasting(
            where + ".name: there is a bridge " + definition.name() + " already");
      }
      definitions.add(definition);
    }
    return definitions;
  }

  /** What {@link #parse} reads. */
  public static Value tree(List<BridgeDefinition> definitions) {
    return Value.of(
        Map.of(LIST, Value.of(definitions.stream().map(BridgeDefinition::toValue).toList())));
  }

  /**
   * Writes a file: completely or not at all, also when the power fails.
   *
   * @throws BridgeException it cannot be written
   */
  public static void save(Path file, List<BridgeDefinition> definitions) {
    byte[] text =
        (JsonValues.text(
                    tree(definitions),
                    new DefaultPrettyPrinter()
                        .withArrayIndenter(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE))
                + "\n")
            .getBytes(StandardCharsets.UTF_8);
    Path target = file.toAbsolutePath();
    Path beside = target.resolveSibling("." + target.getFileName() + ".new");
    try {
      Path folder = target.getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      write(beside, text);
      try {
        Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(beside, target, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw BridgeException.passing("the bridges cannot be written to " + file + ": " + e);
    }
  }

  private static void write(Path file, byte[] text) throws IOException {
    Files.deleteIfExists(file);
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (UnsupportedOperationException | FileAlreadyExistsException e) {
      // Windows has other rights.
    }
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
  }
}
