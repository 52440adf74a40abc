package dev.clasp.ble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.Signal;
import dev.clasp.client.SignalQueue;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Value;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.NetworkConfig;
import dev.clasp.server.ServerConfig;
import dev.clasp.server.ServerException;
import dev.clasp.transport.Listener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The router connects to its nodes. */
@Timeout(60)
class NodesTest {

  private static final String ONE = "AA:BB:CC:DD:EE:01";
  private static final String TWO = "AA:BB:CC:DD:EE:02";

  private static TestBus bus;

  /** A node: says HELLO when it is subscribed to, and sets a value when it is welcome. */
  private static final class Node implements Firmware {
    private final String name;
    private boolean welcome;

    Node(String name) {
      this.name = name;
    }

    @Override
    public void subscribed(MockDevice device) {
      welcome = false;
      say(device, new Message.Hello(1, Set.of(), name, Optional.empty(), Optional.empty()));
    }

    @Override
    public void written(MockDevice device, byte[] value) {
      if (!welcome) {
        welcome = true;
        say(
            device,
            new Message.SetValue(
                "/nodes/" + name,
                Value.of(true),
                OptionalLong.empty(),
                false,
                false,
                Optional.empty()));
      }
    }

    private static void say(MockDevice device, Message message) {
      try {
        Pieces.cut(FrameCodec.encode(message), device::mtu, (piece, _) -> device.notify(piece));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private final List<AutoCloseable> open = new ArrayList<>();
  private MockBluez bluez;
  private MockAdapter adapter;

  @SuppressWarnings("NullAway.Init") // every test serves first
  private BleNodes nodes;

  @BeforeAll
  static void startBus() {
    bus = new TestBus();
  }

  @AfterAll
  static void stopBus() {
    bus.close();
  }

  @BeforeEach
  void start() {
    bluez = keep(new MockBluez(bus));
    adapter = bluez.adapter("hci0");
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private <T extends AutoCloseable> T keep(T closeable) {
    open.add(closeable);
    return closeable;
  }

  private static NodesConfig config() {
    return NodesConfig.DEFAULT
        .withBus(bus.address())
        .withScan(Duration.ofSeconds(5), Duration.ofMillis(20));
  }

  private SignalQueue serve(NodesConfig config) {
    ClaspServer server =
        keep(
            ClaspServer.start(
                ServerConfig.DEFAULT
                    .withPort(0)
                    .withLoops(1)
                    .withDrain(Duration.ofMillis(100))
                    .withNetwork(
                        NetworkConfig.DEFAULT.withListeners(
                            List.of((lobby, loops) -> {
                              Listener made = BleNodes.factory(config).create(lobby, loops);
                              nodes = (BleNodes) made;
                              return made;
                            })))));
    ClaspClient desk = keep(ClaspClient.builder(server.url()).connectBlocking());
    return desk.blocking().subscribe("/nodes/*");
  }

  private static String next(SignalQueue queue) {
    Signal signal = queue.poll(Duration.ofSeconds(MockBluez.SECONDS)).orElseThrow();
    return signal.address();
  }

  @Test
  void aNodeThatComesIntoRangeBecomesASession() {
    SignalQueue queue = serve(config());

    MockDevice device = adapter.device(ONE, "lamp", 23, new Node("lamp"));

    assertThat(next(queue)).isEqualTo("/nodes/lamp");
    assertThat(device.connectedInScan()).isFalse();
    assertThat(nodes.count(BleCounter.SESSIONS)).isOne();
  }

  @Test
  void severalNodesAreServedAtOnce() {
    adapter.device(ONE, "lamp", 185, new Node("lamp"));
    adapter.device(TWO, "fader", 23, new Node("fader"));

    SignalQueue queue = serve(config());

    Set<String> both = new HashSet<>(List.of(next(queue), next(queue)));
    assertThat(both).containsExactlyInAnyOrder("/nodes/lamp", "/nodes/fader");
  }

  @Test
  void aNodeThatComesBackIsServedAgain() {
    MockDevice device = adapter.device(ONE, "lamp", 185, new Node("lamp"));
    SignalQueue queue = serve(config());
    next(queue);

    device.leave();
    device.comeBack();

    assertThat(next(queue)).isEqualTo("/nodes/lamp");
    assertThat(nodes.count(BleCounter.SESSIONS)).isEqualTo(2);
  }

  @Test
  void onlyNodesThatAreAllowedAreConnected() {
    MockDevice stranger = adapter.device(ONE, "stranger", 185, new Node("stranger"));
    adapter.device(TWO, "lamp", 185, new Node("lamp"));

    SignalQueue queue = serve(config().withAllowed(Set.of(TWO)));

    assertThat(next(queue)).isEqualTo("/nodes/lamp");
    assertThat(stranger.connected()).isFalse();
  }

  @Test
  void aDeviceThatOnlyPretendsDoesNotKeepOthersOut() {
    adapter.device(ONE, "liar", 185, Firmware.NONE, Set.of(BleUuid.SERVICE, "none"));
    adapter.device(TWO, "lamp", 185, new Node("lamp"));

    SignalQueue queue = serve(config());

    assertThat(next(queue)).isEqualTo("/nodes/lamp");
    // It may have been found after the lamp.
    bluez.await("the liar is tried", () -> nodes.count(BleCounter.UNREACHABLE) > 0);
  }

  @Test
  void thereAreNoMoreThanConfigured() {
    MockDevice one = adapter.device(ONE, "lamp", 185, new Node("lamp"));
    SignalQueue queue = serve(config().withMax(1));
    next(queue);
    MockDevice two = adapter.device(TWO, "fader", 185, new Node("fader"));

    one.leave();

    assertThat(next(queue)).isEqualTo("/nodes/fader");
    assertThat(two.connected()).isTrue();
    assertThat(one.connected()).isFalse();
  }

  @Test
  void theServerHangsUpItsNodesWhenItStops() throws Exception {
    MockDevice device = adapter.device(ONE, "lamp", 185, new Node("lamp"));
    SignalQueue queue = serve(config());
    next(queue);

    for (AutoCloseable each : open.reversed().subList(0, 2)) {
      each.close();
    }

    bluez.await("the hang-up", () -> !device.connected());
  }

  @Test
  void theServerSaysThatThereIsNoAdapter() {
    bluez.remove("/org/bluez/hci0");

    assertThatThrownBy(() -> serve(config()))
        .isInstanceOf(ServerException.class)
        .hasMessageContaining("there is no Bluetooth adapter");
  }
}
