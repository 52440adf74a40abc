package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code clasp peer} through a router in this process; the system tests try the direct way. */
class PeerCommandTest {

  private static final int TRIES = 5;

  private static final Pattern LISTENING = Pattern.compile("clasp peer send (\\S+) TEXT");

  private ClaspServer server;

  @BeforeEach
  void startRouter() {
    server = ClaspServer.start(ServerConfig.DEFAULT.withPort(0));
  }

  @AfterEach
  void stopRouter() {
    server.close();
  }

  private TestTerminal terminal() {
    return new TestTerminal(Map.of("CLASP_SERVER", server.url()), false);
  }

  private static int end(CompletableFuture<Integer> status) throws Exception {
    return status.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private static String session(TestTerminal listener) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TestTerminal.LIMIT_SECONDS);
    while (System.nanoTime() < deadline) {
      Matcher said = LISTENING.matcher(listener.err());
      if (said.find()) {
        return said.group(1);
      }
      LockSupport.parkNanos(1_000_000);
    }
    throw new AssertionError("does not listen: " + listener.err());
  }

  /** A peer has two seconds to say that it takes relayed data; a busy machine may need more. */
  private TestTerminal sent(String... line) {
    for (int tries = 1; ; tries++) {
      TestTerminal sender = terminal();
      String[] command =
          Stream.concat(Stream.of("peer", "send"), Stream.of(line)).toArray(String[]::new);
      int status = sender.run(command);
      if (status == ExitStatus.OK) {
        return sender;
      }
      assertThat(tries).as(sender.err()).isLessThan(TRIES);
    }
  }

  @Test
  void whatIsSentThroughTheRouterIsPrinted() throws Exception {
    TestTerminal listener = terminal();
    CompletableFuture<Integer> listening =
        listener.start("peer", "listen", "--relay-only", "--count", "2");
    String session = session(listener);
    TestTerminal sender = sent(session, "hello \u001b[31m", "--relay-only");
    assertThat(sender.err()).contains("sent through the router");
    assertThat(sent(session, "again", "--relay-only", "--quiet").err()).isEmpty();
    assertThat(end(listening)).isZero();
    assertThat(listener.lines()).hasSize(2);
    assertThat(listener.lines().getFirst()).contains("  hello ").doesNotContain("\u001b");
    assertThat(listener.lines().getLast()).endsWith("  again");
  }

  @Test
  void forProgramsEveryLineIsJson() throws Exception {
    TestTerminal listener = terminal();
    CompletableFuture<Integer> listening =
        listener.start("peer", "listen", "--relay-only", "--output", "json", "--count", "1");
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TestTerminal.LIMIT_SECONDS);
    while (listener.lines().isEmpty() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(1_000_000);
    }
    String session =
        new ObjectMapper().readTree(listener.lines().getFirst()).get("session").asText();
    TestTerminal sender = sent(session, "hello", "--relay-only", "--output", "json");
    assertThat(new ObjectMapper().readTree(sender.out()).get("route").asText()).isEqualTo("relay");
    assertThat(end(listening)).isZero();
    JsonNode data = new ObjectMapper().readTree(listener.lines().getLast());
    assertThat(data.get("text").asText()).isEqualTo("hello");
    assertThat(data.get("reliable").booleanValue()).isTrue();
    assertThat(data.get("route").asText()).isEqualTo("relay");
  }

  @Test
  void whoIsNotNamedIsNotAdmitted() throws Exception {
    TestTerminal listener = terminal();
    CompletableFuture<Integer> listening =
        listener.start("peer", "listen", "--relay-only", "--from", "somebody-else");
    String session = session(listener);
    terminal().run("peer", "send", session, "hello", "--relay-only");
    listener.interrupt();
    assertThat(end(listening)).isZero();
    assertThat(listener.out()).isEmpty();
  }

  @Test
  void listShowsWhoListens() throws Exception {
    TestTerminal listener = terminal();
    CompletableFuture<Integer> listening = listener.start("peer", "listen", "--relay-only");
    String session = session(listener);
    TestTerminal list = terminal();
    assertThat(list.run("peer", "list", "--output", "json")).isZero();
    // It waits a second for answers, and a busy machine may need more.
    for (int tries = 1; list.lines().isEmpty() && tries < TRIES; tries++) {
      list = terminal();
      assertThat(list.run("peer", "list", "--output", "json")).isZero();
    }
    JsonNode peer = new ObjectMapper().readTree(list.lines().getFirst());
    assertThat(peer.get("session").asText()).isEqualTo(session);
    assertThat(peer.get("features").toString()).contains("relay");
    listener.interrupt();
    assertThat(end(listening)).isZero();
  }

  @Test
  void aSessionThatIsNotThereIsUnavailable() {
    TestTerminal sender = terminal();
    assertThat(sender.run("peer", "send", "nobody", "hello", "--relay-only"))
        .isEqualTo(ExitStatus.UNAVAILABLE);
    assertThat(sender.err()).contains("no session nobody");
  }

  @ParameterizedTest
  @CsvSource({
    "--relay-only --peer-only, contradict",
    "--ice-server http://x, stun:HOST:PORT",
    "--ice-server stun:, stun:HOST:PORT",
    "--ice-server turn:x:3478, --turn-user",
    "--ice-server turn:x:3478 --turn-user me, CLASP_TURN_PASSWORD",
    "--turn-password-file f, --turn-user",
    "--connect-timeout 0s, --connect-timeout"
  })
  void mistakesAreToldBeforeAnythingIsConnected(String options, String said) {
    TestTerminal sender = new TestTerminal();
    String[] line = ("peer send s text " + options).split(" ");
    assertThat(sender.run(line)).isEqualTo(ExitStatus.USAGE);
    assertThat(sender.err()).contains(said);
  }
}
