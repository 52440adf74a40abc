package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Short commands look for nothing that is not there: whatever is missing is looked for in every jar
 * of the class path, and to open them takes longer than the rest. Here the last of them is a pipe
 * that nobody writes to: who opens it never ends.
 */
@EnabledOnOs(OS.LINUX)
class StartTest {

  private static final long PATIENCE_SECONDS = 180;

  @TempDir private Path folder;

  @Test
  void theVersionNeedsNoSearch() throws Exception {
    assertThat(said("--version")).startsWith("clasp ");
  }

  @Test
  void setNeedsNoSearch() throws Exception {
    try (ClaspServer server = ClaspServer.start(ServerConfig.DEFAULT.withPort(0))) {
      assertThat(said("set", "--server", server.url(), "/start/test", "1"))
          .startsWith("/start/test 1");
      assertThat(said("get", "--server", server.url(), "/start/test")).contains("1");
    }
  }

  private String said(String... args) throws Exception {
    Path pipe = folder.resolve("last.jar");
    if (!pipe.toFile().exists()) {
      assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                // The launcher unpacks these; here they would be looked for.
                "-Dio.netty.transport.noNative=true",
                "-cp",
                System.getProperty("java.class.path") + File.pathSeparator + pipe,
                Main.class.getName()));
    command.addAll(List.of(args));
    File out = folder.resolve("out").toFile();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out).start();
    try {
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
          .as("the command ends: it has not opened every jar for something that is missing")
          .isTrue();
      String text = Files.readString(out.toPath());
      assertThat(process.exitValue()).as(text).isZero();
      return text;
    } finally {
      process.destroyForcibly();
    }
  }
}
