package dev.clasp.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A file for a secret, readable for its owner only (SEC-16). Made before the secret is there, so
 * that it is not lost when the file cannot be written; it appears under its name with its content.
 */
final class SecretFile implements AutoCloseable {

  private final Path target;
  private final Path temporary;

  private SecretFile(Path target, Path temporary) {
    this.target = target;
    this.temporary = temporary;
  }

  /**
   * Makes sure that the file can be written.
   *
   * @throws CommandException it cannot
   */
  static SecretFile open(Path target) {
    Path folder = target.toAbsolutePath().getParent();
    if (Files.isDirectory(target) || folder == null) {
      throw new CommandException(ExitStatus.FAILURE, target + " is a folder, not a file");
    }
    try {
      // Java makes these for their owner only.
      return new SecretFile(target, Files.createTempFile(folder, ".clasp", ".tmp"));
    } catch (IOException e) {
      throw failure(target, e);
    }
  }

  /** Writes the content, in place of what was there before. */
  void write(String content) {
    try {
      Files.writeString(temporary, content);
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw failure(target, e);
    }
  }

  private static CommandException failure(Path target, IOException e) {
    return new CommandException(
        ExitStatus.FAILURE,
        "cannot write " + target + ": " + e.getClass().getSimpleName() + " " + e.getMessage(),
        e);
  }

  /** Without a content, nothing stays. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      throw failure(temporary, e);
    }
  }
}
