package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspClient;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code clasp sacn} beside a router in this process; the system tests have real peers. */
class SacnCommandTest {

  private static final int LEVELS = 126;

  private final ClaspServer router = ClaspServer.start(ServerConfig.DEFAULT.withPort(0));
  private final TestTerminal terminal =
      new TestTerminal(Map.of("CLASP_SERVER", router.url()), false);

  @AfterEach
  void stopRouter() {
    router.close();
  }

  @Test
  void whatTheRouterHasIsSent() throws Exception {
    try (DatagramSocket node = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"));
        ClaspClient desk = ClaspClient.builder(router.url()).connectBlocking()) {
      node.setSoTimeout((int) TimeUnit.SECONDS.toMillis(TestTerminal.LIMIT_SECONDS));
      desk.set("/stage/1/3", 0.5).join();
      CompletableFuture<Integer> status =
          terminal.start(
              "sacn",
              "--mode=sender",
              "--no-multicast",
              "--to=127.0.0.1:" + node.getLocalPort(),
              "--source-name=Desk",
              "--priority=120",
              "--standard",
              "--namespace=/stage");
      byte[] packet = next(node);
      assertThat(packet).hasSize(638);
      assertThat(new String(packet, 44, 4, StandardCharsets.UTF_8)).isEqualTo("Desk");
      assertThat(packet[108]).isEqualTo((byte) 120);
      assertThat(packet[LEVELS + 2]).isEqualTo((byte) 128);
      terminal.interrupt();
      assertThat(status.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(ExitStatus.OK);
    }
  }

  private static byte[] next(DatagramSocket socket) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
    socket.receive(packet);
    byte[] bytes = new byte[packet.getLength()];
    System.arraycopy(packet.getData(), 0, bytes, 0, bytes.length);
    return bytes;
  }

  @Test
  void whatCannotBeIsSaidAtOnce() throws Exception {
    CompletableFuture<Integer> status = terminal.start("sacn", "--mode=sender", "--priority=300");
    assertThat(status.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS))
        .isEqualTo(ExitStatus.USAGE);
    assertThat(terminal.err()).contains("priority must be from 0 to 200");
  }
}
