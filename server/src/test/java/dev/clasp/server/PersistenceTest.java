package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Value;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that keeps its values. */
@Timeout(120)
class PersistenceTest {

  @TempDir Path temporary;

  private ServerConfig config() {
    return ServerConfig.DEFAULT
        .withPort(0)
        .withLoops(2)
        .withPersistence(new Persistence(temporary.resolve("state"), Persistence.DEFAULT_INTERVAL));
  }

  @Test
  void theValuesOutliveTheServer() throws Exception {
    try (ClaspServer server = ClaspServer.start(config());
        TestClient desk = TestClient.hello(server, "desk")) {
      desk.send(TestClient.set("/a", Value.of(0.5)), Qos.CONFIRM).await(Message.Ack.class);
      desk.send(TestClient.set("/a", Value.of(0.75)), Qos.CONFIRM).await(Message.Ack.class);
    }
    try (ClaspServer server = ClaspServer.start(config());
        TestClient desk = TestClient.hello(server, "desk")) {
      desk.send(new Message.Get("/a"));
      assertThat(desk.await(Message.Snapshot.class).parameters())
          .singleElement()
          .satisfies(p -> {
            assertThat(p.value()).isEqualTo(Value.of(0.75));
            assertThat(p.revision()).isEqualTo(2);
          });
    }
  }

  @Test
  void twoServersDoNotShareAFolder() {
    try (ClaspServer first = ClaspServer.start(config())) {
      assertThatThrownBy(() -> ClaspServer.start(config()))
          .isInstanceOf(ServerException.class)
          .hasMessageContaining("belongs to another server");
      assertThat(first.address().getPort()).isPositive();
    }
    // And it is free again.
    ClaspServer.start(config()).close();
  }

  @Test
  void aServerThatCannotListenGivesItsFolderBack() {
    try (ClaspServer first = ClaspServer.start(ServerConfig.DEFAULT.withPort(0))) {
      ServerConfig taken = config().withPort(first.address().getPort());
      assertThatThrownBy(() -> ClaspServer.start(taken)).hasMessageContaining("in use");
    }
    ClaspServer.start(config()).close();
  }

  @Test
  void theStatusTellsWhetherItIsWritten() throws Exception {
    try (ClaspServer server = ClaspServer.start(config())) {
      String status;
      do {
        status =
            HttpClient.newHttpClient()
                .send(
                    HttpRequest.newBuilder(URI.create(server.consoleUrl() + "api/status"))
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                    HttpResponse.BodyHandlers.ofString())
                .body();
      } while (status.contains("\"persistence\":{\"writing\":true,\"bytes\":0}"));
      assertThat(status).containsPattern("\"persistence\":\\{\"writing\":true,\"bytes\":[1-9]");
    }
  }

  @Test
  void aFolderThatCannotBeMadeIsOneClearSentence() throws Exception {
    Files.writeString(temporary.resolve("state"), "a file");
    assertThatThrownBy(() -> ClaspServer.start(config()))
        .isInstanceOf(ServerException.class)
        .hasMessageContaining("cannot keep the state in")
        .hasMessageContaining("not a folder");
  }
}
