package dev.clasp.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What {@code ./package} makes of this build: made once, when a test first asks for it. */
final class Packages {

  private static final Path FOLDER = Installation.output("package");
  private static boolean made;

  private Packages() {}

  static Path archive() {
    return find("clasp-.*-linux-.*\\.tar\\.gz");
  }

  static Path debian() {
    return find("clasp_.*\\.deb");
  }

  static Path image() {
    return find("clasp-.*-image-.*\\.tar");
  }

  /** All of them, with the list of their sums. */
  static Path folder() {
    find("SHA256SUMS");
    return FOLDER;
  }

  private static synchronized Path find(String name) {
    if (!made) {
      Outcome.good("rm", "-rf", FOLDER.toString());
      Outcome.good(
          Installation.root().resolve("package").toString(),
          "--no-build",
          "--out",
          FOLDER.toString());
      made = true;
    }
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .filter(file -> file.getFileName().toString().matches(name))
          .findFirst()
          .orElseThrow(() -> new AssertionError("./package made no " + name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
