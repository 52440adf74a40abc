package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.SetOptions;
import dev.clasp.client.Signal;
import dev.clasp.protocol.Value;
import dev.clasp.router.SessionStatus;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.NetworkConfig;
import dev.clasp.server.ServerConfig;
import dev.clasp.transport.UdpConfig;
import dev.clasp.transport.UdpServer;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The Java client and the router over datagrams. */
@Timeout(120)
class UdpSessionTest {

  private static final long LIMIT_SECONDS = 30;

  private final List<AutoCloseable> open = new ArrayList<>();
  private final ClaspServer server =
      ClaspServer.start(
          ServerConfig.DEFAULT
              .withPort(0)
              .withNetwork(
                  NetworkConfig.DEFAULT.withListeners(
                      List.of(UdpServer.factory(UdpConfig.of("127.0.0.1", 0))))));

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
    server.close();
  }

  private int port() {
    return server.urls().stream()
        .filter(url -> url.startsWith("udp://"))
        .map(url -> URI.create(url).getPort())
        .findFirst()
        .orElseThrow();
  }

  private ClaspClient connect(String url) {
    ClaspClient client =
        ClaspClient.builder(url)
            .name("udp")
            .connectTimeout(Patience.START)
            .requestTimeout(Patience.LIMIT)
            .connectBlocking();
    open.add(client);
    return client;
  }

  private ClaspClient overUdp() {
    return connect("udp://127.0.0.1:" + port());
  }

  private ClaspClient overWebSocket() {
    return connect("ws://127.0.0.1:" + server.address().getPort());
  }

  private static BlockingQueue<Signal> subscribe(ClaspClient client, String pattern) {
    BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    client.subscribe(pattern, signals::add);
    return signals;
  }

  private static Signal.Change next(BlockingQueue<Signal> signals) throws InterruptedException {
    Signal signal = signals.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
    if (!(signal instanceof Signal.Change change)) {
      throw new AssertionError("expected a change, got " + signal);
    }
    return change;
  }

  @Test
  void valuesAndAnswersGoBothWays() throws Exception {
    ClaspClient udp = overUdp();
    ClaspClient other = overWebSocket();
    BlockingQueue<Signal> signals = subscribe(udp, "/a");

    assertThat(udp.blocking().set("/a", 1L).revision()).hasValue(1);
    assertThat(next(signals).value()).isEqualTo(Value.of(1L));
    other.blocking().set("/a", 2L);
    assertThat(next(signals).value()).isEqualTo(Value.of(2L));
    assertThat(udp.blocking().get("/a").orElseThrow().value()).isEqualTo(Value.of(2L));
    assertThat(udp.blocking().get("/none")).isEmpty();
    udp.set("/a", Value.of(3L), SetOptions.FIRE).get(LIMIT_SECONDS, TimeUnit.SECONDS);
    assertThat(next(signals).value()).isEqualTo(Value.of(3L));
    assertThat(udp.blocking().ping()).isPositive();
    assertThat(server.router().sessionStatus())
        .extracting(SessionStatus::transport)
        .containsExactlyInAnyOrder("udp", "websocket");
  }

  @Test
  void theSnapshotComesInManyDatagrams() throws Exception {
    ClaspClient other = overWebSocket();
    Map<String, Value> expected = new HashMap<>();
    for (int i = 0; i < 2000; i++) {
      String address = "/many/with/a/long/name/" + i;
      expected.put(address, Value.of((long) i));
      other.set(address, Value.of((long) i), SetOptions.FIRE);
    }
    other.blocking().ping();
    BlockingQueue<Signal> signals = subscribe(overUdp(), "/many/**");
    Map<String, Value> got = new HashMap<>();
    while (got.size() < 2000) {
      Signal.Change change = next(signals);
      got.put(change.address(), change.value());
    }

    assertThat(got).isEqualTo(expected);
  }

  @Test
  void whatDoesNotFitIntoADatagramIsRefusedBeforeItIsSent() {
    ClaspClient udp = overUdp();

    assertThatThrownBy(() -> udp.blocking().set("/a", Value.of(new byte[1200])))
        .hasMessageContaining("1195");
  }

  @Test
  void leavingEndsTheSessionAtOnce() throws Exception {
    overUdp().close();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!server.router().sessionStatus().isEmpty() && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(5);
    }

    assertThat(server.router().sessionStatus()).isEmpty();
  }

  /** A tenth of all datagrams is lost, a tenth doubled; also of those that open the session. */
  @Test
  void whatIsConfirmedArrivesOverABadNetwork() throws Exception {
    BadNetwork network = new BadNetwork(new InetSocketAddress("127.0.0.1", port()));
    open.add(network);
    ClaspClient udp = connect("udp://127.0.0.1:" + network.port());
    BlockingQueue<Signal> signals = subscribe(udp, "/other");
    ClaspClient other = overWebSocket();
    for (int i = 1; i <= 100; i++) {
      assertThat(udp.blocking().set("/a", (long) i).revision()).hasValue(i);
      other.blocking().set("/other", (long) i);
    }
    long last = 0;
    while (last < 100) {
      long now = ((Value.Int) next(signals).value()).value();
      assertThat(now).as("never a step back").isGreaterThan(last);
      last = now;
    }
    assertThat(network.lost.get()).isGreaterThan(20);
  }

  /** Between one client and the router. */
  private static final class BadNetwork implements AutoCloseable {
    private final DatagramSocket front;
    private final DatagramSocket back;
    private final AtomicReference<SocketAddress> client = new AtomicReference<>();
    final AtomicInteger lost = new AtomicInteger();

    BadNetwork(InetSocketAddress router) throws IOException {
      InetAddress local = InetAddress.getByName("127.0.0.1");
      front = new DatagramSocket(0, local);
      back = new DatagramSocket(0, local);
      back.connect(router);
      Thread.ofVirtual().start(() -> carry(front, back, true, new SplittableRandom(1)));
      Thread.ofVirtual().start(() -> carry(back, front, false, new SplittableRandom(2)));
    }

    int port() {
      return front.getLocalPort();
    }

    private void carry(
        DatagramSocket from, DatagramSocket to, boolean there, SplittableRandom random) {
      byte[] b = new byte[2048];
      try {
        while (true) {
          DatagramPacket packet = new DatagramPacket(b, b.length);
          from.receive(packet);
          if (there) {
            client.set(packet.getSocketAddress());
          }
          byte[] bytes = Arrays.copyOf(b, packet.getLength());
          int fate = random.nextInt(10);
          if (fate == 0) {
            lost.incrementAndGet();
            continue;
          }
          for (int i = fate == 1 ? 2 : 1; i > 0; i--) {
            to.send(
                there
                    ? new DatagramPacket(bytes, bytes.length)
                    : new DatagramPacket(bytes, bytes.length, client.get()));
          }
        }
      } catch (IOException e) {
        // Closed.
      }
    }

    @Override
    public void close() {
      front.close();
      back.close();
    }
  }
}
