package dev.clasp.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.examples.ExampleProgram.Result;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example in Kotlin: compiled by the Kotlin compiler, in a process of its own, and run. */
class KotlinTest {

  @TempDir private Path folder;

  private Result compile(Path source) {
    return ExampleProgram.result(
        ExampleProgram.java(
            ExampleProgram.classPath(),
            "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler",
            List.of(
                "-no-stdlib",
                "-no-reflect",
                "-jvm-target",
                "25",
                "-Werror",
                "-classpath",
                ExampleProgram.classPath(),
                "-d",
                folder.toString(),
                source.toString())),
        "");
  }

  @Test
  void theClientIsAtHomeInKotlin() {
    Result compiled = compile(Path.of("src/main/kotlin/Desk.kt"));
    assertThat(compiled.status()).as(compiled.errors()).isZero();

    try (ClaspServer server = ClaspServer.start(ServerConfig.DEFAULT.withPort(0))) {
      assertThat(
              ExampleProgram.run(
                  ExampleProgram.java(
                      folder + File.pathSeparator + ExampleProgram.classPath(),
                      "dev.clasp.examples.kotlin.DeskKt",
                      List.of(server.url())),
                  ""))
          .containsExactly(
              "/lights/1 is 0.8",
              "Look(level=0.5, mode=steady)",
              "and that is not there",
              "refused with 400");
    }
  }

  @Test
  void kotlinKnowsThatNothingIsNull() throws IOException {
    Path source = folder.resolve("Nulls.kt");
    Files.writeString(
        source,
        """
        import dev.clasp.client.ClaspClient

        fun nulls(client: ClaspClient) {
            client.emit(null)
        }
        """);
    Result compiled = compile(source);
    assertThat(compiled.status()).isNotZero();
    assertThat(compiled.errors()).contains("Nulls.kt:4").containsIgnoringCase("null");
  }
}
