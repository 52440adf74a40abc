package dev.clasp.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A bridge of its own, without a router. */
class LoneBridgeTest {

  /** {@code /a 7}. */
  private static final byte[] MESSAGE = "/a\0\0,i\0\0\0\0\0\7".getBytes(US_ASCII);

  private final TestTerminal terminal = new TestTerminal();

  /** What is shown of a message to the port that is said. */
  private String shown() throws Exception {
    String said = terminal.awaitErr(text -> text.matches("(?s).*listening on udp [^ ]*:\\d+.*"));
    int port = Integer.parseInt(said.replaceAll("(?s).*listening on udp [^ ]*:(\\d+).*", "$1"));
    assertThat(port).isNotZero();
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.send(
          new DatagramPacket(MESSAGE, MESSAGE.length, InetAddress.getByName("127.0.0.1"), port));
      return terminal.awaitOut(text -> text.contains(System.lineSeparator()));
    }
  }

  private void end(CompletableFuture<Integer> status) throws Exception {
    terminal.interrupt();
    assertThat(status.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
  }

  @Test
  void itShowsWhatComes() throws Exception {
    CompletableFuture<Integer> status =
        terminal.start("osc", "--no-router", "-b", "127.0.0.1", "-p", "0");

    assertThat(shown()).matches("in  /a 7  from 127\\.0\\.0\\.1:\\d+\\R");

    end(status);
  }

  @Test
  void programsGetJson() throws Exception {
    CompletableFuture<Integer> status =
        terminal.start(
            "bridge", "-b", "osc", "-o", "bind=127.0.0.1:0", "--no-router", "--output", "json");

    JsonNode line = new ObjectMapper().readTree(shown());

    assertThat(line.path("direction").asText()).isEqualTo("in");
    assertThat(line.path("address").asText()).isEqualTo("/a");
    assertThat(line.path("type").asText()).isEqualTo("param");
    assertThat(line.path("value").asInt()).isEqualTo(7);
    assertThat(line.path("outcome").asText()).isEqualTo("carried");
    assertThat(line.path("peer").asText()).startsWith("127.0.0.1:");
    end(status);
  }
}
