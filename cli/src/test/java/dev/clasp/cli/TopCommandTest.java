package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clasp.client.ClaspClient;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TopCommandTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Style PLAIN = new Style(false);

  private static JsonNode status(double uptime, String... sessions) throws Exception {
    return JSON.readTree(
        "{\"name\":\"Main stage\",\"version\":\"1.2\",\"started\":\"2026-01-01T20:00:00.000Z\","
            + "\"uptimeSeconds\":"
            + uptime
            + ",\"parameters\":12,\"subscriptions\":3,\"messagesIn\":1000,\"messagesOut\":2000,"
            + "\"dropped\":0,\"connections\":{\"open\":4},\"sessionsMax\":100,"
            + "\"loops\":[{\"delaySeconds\":0.0002,\"stuck\":false}],\"sessions\":["
            + String.join(",", sessions)
            + "]}");
  }

  private static String session(String name, long in, long out, int queued) {
    return "{\"id\":\"id-"
        + name.hashCode()
        + "\",\"name\":"
        + ValueText.quote(name)
        + ",\"peer\":\"192.0.2.1:50000\",\"transport\":\"websocket\","
        + "\"connected\":\"2026-01-01T20:00:05.000Z\",\"subscriptions\":2,\"messagesIn\":"
        + in
        + ",\"messagesOut\":"
        + out
        + ",\"bytesIn\":0,\"bytesOut\":0,\"queued\":"
        + queued
        + ",\"dropped\":0}";
  }

  private static List<String> lines(JsonNode now, JsonNode before, int width, int height) {
    return new TopView(now, before)
        .lines(width, height, TopView.Sort.RATE, "ws://localhost:7330", PLAIN);
  }

  @Test
  void ratesAreTheDifferenceOfTwoAnswers() throws Exception {
    JsonNode before = status(100, session("a", 100, 0, 0), session("b", 0, 0, 0));
    JsonNode now = status(102, session("a", 110, 0, 0), session("b", 0, 4000, 7));
    List<String> lines = lines(now, before, 120, 40);
    assertThat(lines.get(0)).contains("Main stage 1.2  up 1:42  ws://localhost:7330");
    assertThat(lines.get(1)).contains("sessions 2/100  parameters 12  subscriptions 3");
    assertThat(lines.get(3)).isEqualTo("loops  0.2 ms");
    assertThat(lines.get(5)).startsWith("NAME").contains("IN/S").contains("QUEUE");
    assertThat(lines.get(6)).matches("b .*websocket +192\\.0\\.2\\.1:50000 .* 0 +2000 .* 7 .*");
    assertThat(lines.get(7)).startsWith("a ").matches(".* 5 +0 .*1:37");
  }

  @Test
  void everyLineFitsTheTerminal() throws Exception {
    JsonNode now =
        status(
            10,
            session("x".repeat(300), 1_000_000_000L, 1, 0),
            session("\u001b[31m\n表表表表表表表表表表表表", 0, 0, 99_999),
            session("", 0, 0, 0));
    for (int width = 20; width <= 200; width++) {
      for (String line : lines(now, now, width, 40)) {
        assertThat(line.codePoints().map(c -> c >= 0x4e00 && c < 0xa000 ? 2 : 1).sum())
            .as(line)
            .isLessThanOrEqualTo(width);
        assertThat(line).doesNotContain("\u001b").doesNotContain("\n");
      }
    }
    assertThat(lines(now, now, 80, 8)).hasSize(8).last().asString().isEqualTo("2 more");
  }

  @Test
  void afterARestartRatesBeginAnew() throws Exception {
    JsonNode before = status(1000, session("a", 100_000, 0, 0));
    JsonNode now = status(10, session("a", 50, 0, 0));
    assertThat(lines(now, before, 120, 40).get(6)).matches("a .* 5 +0 .*");
  }

  @Test
  void numbersAndTimesAreShort() {
    assertThat(
            List.of(
                TopView.number(0),
                TopView.number(0.25),
                TopView.number(7),
                TopView.number(1234),
                TopView.number(12_345),
                TopView.number(999_949),
                TopView.number(999_999),
                TopView.number(4.5e6),
                TopView.number(1e15)))
        .containsExactly("0", "0.25", "7", "1234", "12.3k", "1.0M", "1.0M", "4.5M", "1000T");
    assertThat(List.of(TopView.time(7), TopView.time(3723), TopView.time(90_000)))
        .containsExactly("0:07", "1:02:03", "1d 1h");
  }

  private static String run(ClaspServer server, String... args) {
    TestTerminal terminal = new TestTerminal(Map.of("CLASP_SERVER", server.url()), false);
    int status = CommandLines.run(terminal.terminal(), args);
    assertThat(status).as(terminal.err()).isZero();
    return terminal.out();
  }

  @Test
  void oneLookAtARealRouter() throws Exception {
    try (ClaspServer server = ClaspServer.start(ServerConfig.DEFAULT.withPort(0));
        ClaspClient _ = ClaspClient.builder(server.url()).name("desk").connectBlocking()) {
      String text = run(server, "top", "--once", "--interval", "100ms");
      assertThat(text).contains("sessions 1/").contains("desk");
      JsonNode json =
          JSON.readTree(run(server, "top", "--once", "-i", "100ms", "--output", "json"));
      assertThat(json.get("sessions").get(0).get("name").asText()).isEqualTo("desk");
      assertThat(json.get("loopsStuck").intValue()).isZero();
    }
  }

  @Test
  void nobodyThereIsSaid() {
    TestTerminal terminal = new TestTerminal(Map.of(), false);
    int status = CommandLines.run(terminal.terminal(), "top", "ws://127.0.0.1:1", "--once");
    assertThat(status).isEqualTo(ExitStatus.UNAVAILABLE);
    assertThat(terminal.err()).contains("no router answers");
  }
}
