package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The console's own client, whose tests with a real server are written beside it in TypeScript. */
@RealProgram
class ConsoleClientTest {

  @RegisterExtension static final Stage stage = new Stage();

  @Test
  void itsTestsWithARealServerPassAndNoneIsLeftOut() throws IOException {
    Path report = Installation.output("console-client.json");
    Files.deleteIfExists(report);

    Outcome outcome =
        Outcome.in(
            Installation.console(),
            Installation.consoleTests(stage.url(), report, "test/router.test.ts"));

    assertThat(outcome.status()).as(outcome.text()).isZero();
    JsonNode counts = Json.parse(Files.readString(report));
    assertThat(counts.path("numTotalTests").asInt()).as(outcome.text()).isGreaterThanOrEqualTo(9);
    assertThat(counts.path("numPassedTests").asInt())
        .as(outcome.text())
        .isEqualTo(counts.path("numTotalTests").asInt());
  }
}
