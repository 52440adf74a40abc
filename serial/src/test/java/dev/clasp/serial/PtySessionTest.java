package dev.clasp.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.Signal;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.NetworkConfig;
import dev.clasp.server.ServerConfig;
import dev.clasp.testkit.PtyPair;
import dev.clasp.transport.TransportException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A router at one end of a pair of real serial ports, and a device at the other. */
@Timeout(120)
class PtySessionTest {

  private static final long LIMIT_SECONDS = 30;

  @TempDir private Path folder;
  private final List<AutoCloseable> open = new ArrayList<>();
  private PtyPair pair;

  @BeforeEach
  void plugIn() throws Exception {
    pair = new PtyPair(folder);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
    pair.close();
  }

  private <T extends AutoCloseable> T keep(T each) {
    open.add(each);
    return each;
  }

  private ClaspServer serve(String query) {
    return keep(
        ClaspServer.start(
            ServerConfig.DEFAULT
                .withPort(0)
                .withDrain(Duration.ofMillis(200))
                .withNetwork(
                    NetworkConfig.DEFAULT.withListeners(
                        List.of(
                            SerialListener.factory(SerialSettings.parse(pair.near() + query)))))));
  }

  /** Over the network, to see what the router has. */
  private ClaspClient watcher(ClaspServer server) {
    return keep(
        ClaspClient.builder("ws://127.0.0.1:" + server.address().getPort())
            .clockSync(false)
            .connectBlocking());
  }

  private RawDevice device() throws Exception {
    return keep(new RawDevice(pair.far()));
  }

  private static BlockingQueue<Signal> subscribe(ClaspClient client, String pattern) {
    BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    client.subscribe(pattern, signals::add);
    return signals;
  }

  private static Value next(BlockingQueue<Signal> signals) throws InterruptedException {
    Signal signal = signals.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
    if (!(signal instanceof Signal.Change change)) {
      throw new AssertionError("expected a change, got " + signal);
    }
    return change.value();
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("did not come true");
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private static byte[] subscribing(String pattern) {
    return FrameCodec.encode(
        new Message.Subscribe(1, pattern, SignalType.ALL_MASK, Message.SubscribeOptions.NONE));
  }

  // --- our own client ----------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"", "framing=slip", "framing=slip&crc=32", "framing=cobs&crc=32"})
  void aClientAtTheOtherEndHasASession(String framing) throws Exception {
    ClaspServer server = serve("?" + framing);
    ClaspClient watcher = watcher(server);
    watcher.blocking().set("/there/before", 7L);
    ClaspClient client =
        keep(
            ClaspClient.builder("serial:" + pair.far() + "?" + framing)
                .name("desk")
                .connectBlocking());
    BlockingQueue<Signal> signals = subscribe(client, "/**");
    assertThat(next(signals)).as("the snapshot").isEqualTo(Value.of(7L));

    assertThat(client.blocking().set("/a", 0.5).revision()).hasValue(1);
    assertThat(next(signals)).as("the echo").isEqualTo(Value.of(0.5));
    assertThat(watcher.blocking().get("/a").orElseThrow().value()).isEqualTo(Value.of(0.5));
    watcher.blocking().set("/b", "back");
    assertThat(next(signals)).isEqualTo(Value.of("back"));

    byte[] large = new byte[65_000];
    new java.util.SplittableRandom(1).nextBytes(large);
    client.blocking().set("/large", Value.of(large));
    assertThat(next(signals)).as("64 KB and back").isEqualTo(Value.of(large));
  }

  @Test
  void thePortIsOursAlone() throws Exception {
    serve("");
    await(() -> {
      try {
        SystemPorts.INSTANCE.open(SerialSettings.of(pair.near())).close();
        return false;
      } catch (TransportException e) {
        return true;
      }
    });
    assertThatThrownBy(() -> SystemPorts.INSTANCE.open(SerialSettings.of(pair.near())))
        .hasMessageContaining("another program has it");
  }

  @Test
  void everySettingOfTheLineIsApplied() throws Exception {
    SerialDevice first =
        SystemPorts.INSTANCE.open(
            SerialSettings.parse(pair.near() + "?baud=57600&parity=odd&stop=2&flow=rtscts"));
    open.add(first::close);
    assertThat(PtyPair.settings(pair.near()))
        .contains("speed 57600 baud", " parodd", " cstopb", " crtscts", " cs8")
        .contains("-icanon", "-echo ", "-opost", "-ixon", "-ixoff", "-isig", "-icrnl");
    SerialDevice second =
        SystemPorts.INSTANCE.open(SerialSettings.parse(pair.far() + "?baud=9600"));
    open.add(second::close);
    assertThat(PtyPair.settings(pair.far()))
        .contains("speed 9600 baud", " -parenb", " -cstopb", " -crtscts", " cs8");
  }

  @Test
  void unusualRatesAreApplied() throws Exception {
    SerialDevice dmx =
        SystemPorts.INSTANCE.open(SerialSettings.parse(pair.near() + "?baud=250000"));
    open.add(dmx::close);

    assertThat(PtyPair.rate(pair.near())).isEqualTo(250_000);
  }

  // --- a device ----------------------------------------------------------------------------------

  @Test
  void garbageBetweenFramesCostsNothing() throws Exception {
    ClaspServer server = serve("");
    BlockingQueue<Signal> signals = subscribe(watcher(server), "/**");
    RawDevice device = device();
    device.say(Lines.bytes("00 01 53 41 00 20 ff fe 0d 0a"));
    device.hello();
    for (int i = 1; i <= 50; i++) {
      device.say(Lines.concat(Lines.bytes("ff 00 0d 0a"), Lines.set("/a", i), new byte[i]));
      assertThat(next(signals)).isEqualTo(Value.of((double) i));
    }
  }

  @Test
  void aDamagedLengthCostsHalfASecond() throws Exception {
    ClaspServer server = serve("");
    BlockingQueue<Signal> signals = subscribe(watcher(server), "/**");
    RawDevice device = device().hello();
    byte[] damaged = Lines.set("/a", 1);
    damaged[2] = 0x7f;
    device.say(Lines.concat(damaged, Lines.set("/a", 2)));

    assertThat(next(signals)).isEqualTo(Value.of(2.0));
  }

  /** T-08: the reference writes only when the device speaks. */
  @Test
  void aDeviceThatOnlyListensGetsItsValues() throws Exception {
    ClaspServer server = serve("");
    ClaspClient watcher = watcher(server);
    RawDevice device = device().hello();
    device.say(subscribing("/lamp"));
    await(() -> server.router().sessionStatus().stream().anyMatch(s -> s.subscriptions() == 1));
    for (int i = 1; i <= 20; i++) {
      watcher.blocking().set("/lamp", (double) i);
      assertThat(device.await(Message.SetValue.class).value()).isEqualTo(Value.of((double) i));
    }
  }

  @Test
  void aDeviceThatStartsAgainIsWelcomedAgain() throws Exception {
    serve("");
    RawDevice device = device().hello();
    device.say(new byte[] {0x53, 0x41, 0x00});
    // In the middle of a frame: its rest does not come. It is given up after half a second, which
    // begins when it is read: later on a busy machine.
    TimeUnit.SECONDS.sleep(3);
    device.hello().hello();
  }

  @Test
  void whoSpeaksWithoutHelloIsToldAndMayBegin() throws Exception {
    serve("");
    RawDevice device = device();
    device.say(Lines.set("/a", 1));
    assertThat(device.await(Message.Error.class).message()).contains("HELLO");
    device.hello();
  }

  @Test
  void unpluggingEndsTheSessionAndPluggingInBeginsAnother() throws Exception {
    ClaspServer server = serve("");
    device().hello();
    await(() -> server.router().sessionStatus().size() == 1);

    pair.unplug();
    await(() -> server.router().sessionStatus().isEmpty());

    pair.plugIn();
    RawDevice again = device();
    // It may speak before the port is open again, as devices do that start.
    await(() -> {
      try {
        again.say(Lines.HELLO);
        TimeUnit.MILLISECONDS.sleep(100);
      } catch (Exception e) {
        throw new AssertionError(e);
      }
      return server.router().sessionStatus().size() == 1;
    });
    again.await(Message.Welcome.class);
  }

  @Test
  void aClientComesBackWhenItIsPluggedInAgain() throws Exception {
    ClaspServer server = serve("");
    ClaspClient client = keep(ClaspClient.builder("serial:" + pair.far()).connectBlocking());
    client.blocking().set("/a", 1L);
    pair.unplug();
    await(() -> server.router().sessionStatus().isEmpty());
    pair.plugIn();

    await(() -> {
      try {
        client.blocking().set("/a", 2L);
        return true;
      } catch (RuntimeException e) {
        return false;
      }
    });
    assertThat(watcher(server).blocking().get("/a").orElseThrow().value()).isEqualTo(Value.of(2L));
  }

  /** What is old when it arrives is left out, and the newest always arrives. */
  @Test
  void aDeviceThatReadsSlowlyEndsOnTheNewestValue() throws Exception {
    ClaspServer server = serve("");
    ClaspClient watcher = watcher(server);
    RawDevice device = device().hello();
    device.say(subscribing("/lamp"));
    await(() -> server.router().sessionStatus().stream().anyMatch(s -> s.subscriptions() == 1));
    device.stopReading();
    int writes = 20_000;
    for (int i = 1; i <= writes; i++) {
      watcher.set("/lamp", Value.of((double) i), dev.clasp.client.SetOptions.FIRE);
    }
    watcher.blocking().ping();
    device.readAgain();
    int seen = 0;
    double last = 0;
    while (last < writes) {
      // It is also told that it reads too slowly.
      if (!(device.await(Message.class) instanceof Message.SetValue set)) {
        continue;
      }
      double now = ((Value.Float) set.value()).value();
      assertThat(now).isGreaterThan(last);
      last = now;
      seen++;
    }
    assertThat(seen).isLessThan(writes / 2);
  }

  @Test
  void stoppingTheRouterReleasesThePort() throws Exception {
    ClaspServer server = serve("");
    device().hello();
    server.close();

    await(() -> {
      try {
        SystemPorts.INSTANCE.open(SerialSettings.of(pair.near())).close();
        return true;
      } catch (TransportException e) {
        return false;
      }
    });
  }

  // --- coupled with a router elsewhere
  // ------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"ws", "tcp"})
  void aCoupledDeviceIsAClientOfTheRouterElsewhere(String scheme) throws Exception {
    ClaspServer server = keep(ClaspServer.start(ServerConfig.DEFAULT.withPort(0)));
    ClaspClient watcher = watcher(server);
    BlockingQueue<Signal> signals = subscribe(watcher, "/**");
    BlockingQueue<String> notes = new LinkedBlockingQueue<>();
    keep(
        SerialCoupling.start(
            SerialSettings.of(pair.near()),
            java.net.URI.create(scheme + "://127.0.0.1:" + server.address().getPort()),
            dev.clasp.transport.DialOptions.DEFAULT,
            notes::add));
    RawDevice device = device().hello();
    assertThat(notes.poll(LIMIT_SECONDS, TimeUnit.SECONDS)).contains("is connected with");
    device.say(Lines.set("/a", 3));
    assertThat(next(signals)).isEqualTo(Value.of(3.0));
    device.say(subscribing("/lamp"));
    await(() ->
        server.router().sessionStatus().stream().filter(s -> s.subscriptions() == 1).count() == 2);
    watcher.blocking().set("/lamp", 4.0);
    while (!(device.await(Message.class) instanceof Message.SetValue set
        && set.value().equals(Value.of(4.0)))) {}
    device.hello();
    await(() -> server.router().sessionStatus().size() == 2);
  }

  @Test
  void aCoupledDeviceIsToldThatThereIsNoRouter() throws Exception {
    BlockingQueue<String> notes = new LinkedBlockingQueue<>();
    keep(
        SerialCoupling.start(
            SerialSettings.of(pair.near()),
            java.net.URI.create("ws://127.0.0.1:1"),
            dev.clasp.transport.DialOptions.DEFAULT,
            notes::add));
    RawDevice device = device();
    device.say(Lines.HELLO);

    assertThat(device.await(Message.Error.class).message()).isEqualTo("no router");
    assertThat(notes.poll(LIMIT_SECONDS, TimeUnit.SECONDS)).contains("nobody listens on");
    assertThat(Optional.ofNullable(notes.peek())).isEmpty();
  }
}
