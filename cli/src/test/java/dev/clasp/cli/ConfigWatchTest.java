package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that changes is read again, once and when it is complete. */
class ConfigWatchTest {

  @TempDir private Path folder;

  private final AtomicInteger changes = new AtomicInteger();

  private ConfigWatch watch(Path file) {
    return new ConfigWatch(file, ConfigWatch.Stamp.of(file), changes::incrementAndGet);
  }

  private static void look(ConfigWatch watch, int times) {
    for (int i = 0; i < times; i++) {
      watch.look();
    }
  }

  @Test
  void aChangeIsToldOnceAndNotBeforeItIsOver() throws IOException {
    Path file = Files.writeString(folder.resolve("clasp.yaml"), "server: {name: A}\n");
    try (ConfigWatch watch = watch(file)) {
      look(watch, 3);
      assertThat(changes).hasValue(0);
      Files.writeString(file, "server: {name: Longer}\n");
      watch.look();
      Files.writeString(file, "server: {name: Longer still}\n");
      watch.look();
      assertThat(changes).as("still being written").hasValue(0);
      look(watch, 3);
      assertThat(changes).hasValue(1);
    }
  }

  @Test
  void aFileThatGoesAndComesAgainIsToldWhenItIsThere() throws IOException {
    Path file = Files.writeString(folder.resolve("clasp.yaml"), "server: {name: A}\n");
    try (ConfigWatch watch = watch(file)) {
      Files.delete(file);
      look(watch, 3);
      assertThat(changes).hasValue(0);
      Files.writeString(file, "server: {name: Another}\n");
      look(watch, 3);
      assertThat(changes).hasValue(1);
    }
  }

  /** As Kubernetes does with a ConfigMap. */
  @Test
  void aLinkThatPointsElsewhereIsAChange() throws IOException {
    for (String version : new String[] {"v1", "v2"}) {
      Files.createDirectory(folder.resolve(version));
      Files.writeString(folder.resolve(version).resolve("clasp.yaml"), "server: {}\n");
    }
    Path data = Files.createSymbolicLink(folder.resolve("..data"), Path.of("v1"));
    Path file =
        Files.createSymbolicLink(folder.resolve("clasp.yaml"), Path.of("..data/clasp.yaml"));
    try (ConfigWatch watch = watch(file)) {
      Path next = Files.createSymbolicLink(folder.resolve("..next"), Path.of("v2"));
      Files.move(next, data, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      look(watch, 3);
      assertThat(changes).hasValue(1);
    }
  }

  /** However long the router takes between the two. */
  @Test
  void aChangeBetweenReadingAndLookingIsNotMissed() throws IOException {
    Path file = Files.writeString(folder.resolve("clasp.yaml"), "server: {name: A}\n");
    TestTerminal terminal = new TestTerminal();
    ServerSettings settings =
        ServerSettings.load(terminal.terminal(), List.of("server", "--config", file.toString()));
    Files.writeString(file, "server: {name: Longer}\n");
    try (ConfigWatch watch = new ConfigWatch(file, settings.stamp(), changes::incrementAndGet)) {
      look(watch, 3);
      assertThat(changes).hasValue(1);
    }
  }
}
