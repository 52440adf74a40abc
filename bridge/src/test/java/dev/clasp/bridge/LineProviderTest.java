package dev.clasp.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The example of docs/bridge-provider.md, on real sockets and threads. */
@Timeout(60)
class LineProviderTest {

  private static final int LIMIT_SECONDS = 30;

  private final LinkedBlockingQueue<BridgeEvent> events = new LinkedBlockingQueue<>();

  private BridgeHost host(FakeRouter router) {
    return BridgeHost.create(List.of(new LineProvider()), router::connect, events::add);
  }

  private void awaitState(BridgeState state) throws InterruptedException {
    while (true) {
      BridgeEvent event = events.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
      assertThat(event).as("no state " + state).isNotNull();
      if (event instanceof BridgeEvent.StateChanged changed && changed.to() == state) {
        return;
      }
    }
  }

  private static void say(long port, String line) throws IOException {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    try (DatagramSocket socket =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      socket.send(
          new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), (int) port));
    }
  }

  @Test
  void itCarriesBothWays() throws Exception {
    FakeRouter router = new FakeRouter(new FakeClock());
    router.answersFirst = true;
    try (BridgeHost host = host(router);
        DatagramSocket peer =
            new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      host.add(
          BridgeDefinition.of(
              "line", "line", Map.of("port", Value.of(0), "peer", Value.of(peer.getLocalPort()))));
      awaitState(BridgeState.RUNNING);
      long port =
          host.status("line").orElseThrow().details().get("port") instanceof Value.Int(long number)
              ? number
              : 0;
      var learned = host.learn("line", Duration.ofSeconds(LIMIT_SECONDS));
      say(port, "/fader/1 0.5");
      SeenSource seen = learned.get(LIMIT_SECONDS, TimeUnit.SECONDS);
      assertThat(seen.path()).isEqualTo("/fader/1");
      assertThat(seen.value()).isEqualTo(Value.of(0.5));
      while (host.status("line").orElseThrow().counts().in() < 1) {
        LockSupport.parkNanos(1_000_000);
      }
      assertThat(router.values).containsEntry("/line/fader/1", Value.of(0.5));

      host.deliver(
          "line",
          new dev.clasp.transform.MappedSignal(
              "/line/lamp", dev.clasp.protocol.SignalType.PARAM, Value.TRUE));
      DatagramPacket packet = new DatagramPacket(new byte[100], 100);
      peer.setSoTimeout(LIMIT_SECONDS * 1000);
      peer.receive(packet);
      assertThat(new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8))
          .isEqualTo("/lamp true");

      say(port, "hello");
      while (host.status("line").orElseThrow().counts().dropped() < 1) {
        LockSupport.parkNanos(1_000_000);
      }
      host.restart("line");
      awaitState(BridgeState.RUNNING);
    }
  }

  @Test
  void aPortThatIsTakenIsWaitedForAndFreedWhenItIsRemoved() throws Exception {
    FakeRouter router = new FakeRouter(new FakeClock());
    try (BridgeHost host = host(router)) {
      int port;
      try (DatagramSocket other =
          new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
        port = other.getLocalPort();
        host.add(BridgeDefinition.of("line", "line", Map.of("port", Value.of(port))));
        awaitState(BridgeState.WAITING);
      }
      awaitState(BridgeState.RUNNING);
      host.remove("line").get(LIMIT_SECONDS, TimeUnit.SECONDS);
      new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)).close();
      assertThatThrownBy(
              () -> host.add(BridgeDefinition.of("line", "line", Map.of("port", Value.of("many")))))
          .isInstanceOf(BridgeException.class)
          .hasMessageContaining("port must be a whole number");
    }
  }

  @Test
  void theDocumentationShowsWhatIsCompiledHere() throws IOException {
    String page = Files.readString(Path.of("../docs/bridge-provider.md"));
    String source = Files.readString(Path.of("src/test/java/dev/clasp/bridge/LineProvider.java"));
    assertThat(page).contains("```java\n" + source + "```");
  }
}
