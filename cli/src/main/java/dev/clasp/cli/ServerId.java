package dev.clasp.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * By what a router is known to be the same over all mechanisms of discovery: kept beside its
 * values, so that a restart does not make it another; without such a folder new for each start.
 */
final class ServerId {

  private static final String FILE = "server-id";

  private ServerId() {}

  /**
   * @param folder where values are kept, if they are
   */
  static UUID of(Optional<Path> folder) {
    if (folder.isEmpty()) {
      return UUID.randomUUID();
    }
    Path file = folder.get().resolve(FILE);
    try {
      if (Files.isRegularFile(file)) {
        return UUID.fromString(Files.readString(file).strip());
      }
      UUID made = UUID.randomUUID();
      Files.writeString(file, made + "\n");
      return made;
    } catch (IOException | IllegalArgumentException e) {
      // Being another after a restart harms little; what is wrong with the folder is told by who
      // keeps the values there.
      return UUID.randomUUID();
    }
  }
}
