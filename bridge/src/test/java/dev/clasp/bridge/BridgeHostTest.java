package dev.clasp.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.spi.BridgeProvider;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which protocols a host offers. */
class BridgeHostTest {

  @TempDir private Path directory;

  @Test
  void aProtocolThatCannotBeLoadedDoesNotTakeTheOthersWithIt() throws Exception {
    Path services = Files.createDirectories(directory.resolve("META-INF/services"));
    Files.writeString(
        services.resolve(BridgeProvider.class.getName()),
        "dev.clasp.absent.AbsentProvider\n"
            + String.class.getName()
            + "\n"
            + LineProvider.class.getName()
            + "\n");
    URL[] path = {directory.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(path, getClass().getClassLoader())) {
      assertThat(BridgeHost.found(ServiceLoader.load(BridgeProvider.class, loader)))
          .hasAtLeastOneElementOfType(LineProvider.class)
          .doesNotContainNull();
    }
  }
}
