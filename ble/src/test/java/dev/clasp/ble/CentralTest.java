package dev.clasp.ble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.ClientEvent;
import dev.clasp.client.Signal;
import dev.clasp.client.SignalQueue;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Value;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.NetworkConfig;
import dev.clasp.server.ServerConfig;
import dev.clasp.transport.Backoff;
import dev.clasp.transport.DialOptions;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.FrameLink;
import dev.clasp.transport.FrameListener;
import dev.clasp.transport.LinkClient;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client is the central, a router is inside the peripheral. */
@Timeout(120)
class CentralTest {

  private static final String ADDRESS = "AA:BB:CC:DD:EE:01";
  private static final String OTHER = "AA:BB:CC:DD:EE:02";

  private static TestBus bus;

  private final List<AutoCloseable> open = new ArrayList<>();
  private final RouterFirmware firmware = new RouterFirmware();
  private MockBluez bluez;
  private MockAdapter adapter;

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
    keep(
        ClaspServer.start(
            ServerConfig.DEFAULT
                .withPort(0)
                .withLoops(1)
                .withDrain(Duration.ofMillis(100))
                .withNetwork(NetworkConfig.DEFAULT.withListeners(List.of(firmware)))));
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

  private static String url(String target) {
    return "ble:" + target + (target.contains("?") ? "&" : "?") + "bus=" + bus.address();
  }

  private ClaspClient connect(String target) {
    return keep(ClaspClient.builder(url(target)).name("phone").connectBlocking());
  }

  // --- sessions ----------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(ints = {23, 185, 247, 517})
  void carriesWholeSessionsWhateverTheMtu(int mtu) {
    MockDevice device = adapter.device(ADDRESS, "stage", mtu, firmware);
    ClaspClient client = connect(ADDRESS);
    String text = "x".repeat(2000);
    SignalQueue queue = client.blocking().subscribe("/text/**");

    client.blocking().set("/text/1", text);
    client.set("/text/2", text + "2").join();

    assertThat(change(queue)).isEqualTo("/text/1 " + text);
    assertThat(change(queue)).isEqualTo("/text/2 " + text + "2");
    assertThat(device.writes()).allSatisfy(w -> assertThat(w.value().length).isLessThan(mtu - 2));
    assertThat(device.lost()).isZero();
    assertThat(device.connectedInScan()).isFalse();
  }

  @Test
  void aFrameThatFitsIsOneWriteAsTheReferenceSendsIt() {
    MockDevice device = adapter.device(ADDRESS, "stage", 185, firmware);
    ClaspClient client = connect(ADDRESS);
    int before = device.writes().size();

    client.stream("/fader/1", 0.5).join();
    bluez.await("the write", () -> device.writes().size() > before);

    MockDevice.Write write = device.writes().get(before);
    assertThat(FrameDescriptor.frameLength(write.value(), 0, write.value().length))
        .isEqualTo(write.value().length);
    assertThat(write.type()).isEqualTo("command");
  }

  @Test
  void assumesTheLeastMtuWhenBluezDoesNotTellIt() {
    MockDevice device = adapter.device(ADDRESS, "stage", 185, firmware).withoutMtu();
    ClaspClient client = connect(ADDRESS);

    client.blocking().set("/text/1", "x".repeat(100));

    assertThat(device.writes()).allSatisfy(w -> assertThat(w.value()).hasSizeLessThanOrEqualTo(20));
  }

  @Test
  void whatWantsAnAnswerIsWrittenWithResponse() {
    MockDevice device = adapter.device(ADDRESS, "stage", 185, firmware);
    ClaspClient client = connect(ADDRESS);

    client.blocking().set("/a", 1);

    // Some other frames may have gone out too.
    assertThat(device.writes())
        .filteredOn(w -> Qos.ofFlags(w.value()[1]) != Qos.FIRE)
        .isNotEmpty()
        .extracting(MockDevice.Write::type)
        .containsOnly("request");
  }

  @Test
  void afterAWindowOfCommandsARequestWaitsForThem() {
    MockDevice device = adapter.device(ADDRESS, "stage", 23, firmware);
    ClaspClient client = connect(ADDRESS);
    int before = device.writes().size();

    client.stream("/samples", Value.of("x".repeat(1000))).join();
    bluez.await("all pieces", () -> device.writes().size() >= before + 50);

    List<String> types = device.writes().stream().skip(before).map(MockDevice.Write::type).toList();
    assertThat(types).contains("request");
    assertThat(Collections.frequency(types, "command")).isGreaterThan(40);
    for (int from = 0; from + WritePipe.WINDOW < types.size(); from++) {
      assertThat(types.subList(from, from + WritePipe.WINDOW + 1)).contains("request");
    }
  }

  @Test
  void everythingIsARequestIfTheUrlSaysSo() {
    MockDevice device = adapter.device(ADDRESS, "stage", 185, firmware);
    ClaspClient client = connect(ADDRESS + "?write=request");
    client.blocking().ping();

    assertThat(device.writes()).extracting(MockDevice.Write::type).containsOnly("request");
  }

  @Test
  void writesOnlyInTheWayThatTheDeviceTakes() {
    MockDevice slow = adapter.device(ADDRESS, "slow", 185, firmware).withTxFlags("write");
    MockDevice quick =
        adapter.device(OTHER, "quick", 185, firmware).withTxFlags("write-without-response");

    connect(ADDRESS).blocking().set("/a", 1);
    connect(OTHER).blocking().set("/a", 2);

    assertThat(slow.writes()).extracting(MockDevice.Write::type).containsOnly("request");
    assertThat(quick.writes()).extracting(MockDevice.Write::type).containsOnly("command");
  }

  @Test
  void findsTheLayoutOfTheDocumentationToo() {
    adapter.device(ADDRESS, "stage", 185, firmware).withDocumentedLayout();

    connect(ADDRESS).blocking().set("/a", 1);
  }

  @Test
  void carriesTwoDevicesAtOnce() {
    MockDevice one = adapter.device(ADDRESS, "one", 185, firmware);
    MockDevice two = adapter.device(OTHER, "two", 23, firmware);
    ClaspClient first = connect(ADDRESS);
    ClaspClient second = connect(OTHER);
    SignalQueue queue = first.blocking().subscribe("/a");

    second.blocking().set("/a", "from the other");

    assertThat(change(queue)).isEqualTo("/a from the other");
    assertThat(one.connected() && two.connected()).isTrue();
  }

  // --- finding -----------------------------------------------------------------------------------

  @Test
  void takesTheFirstThatAdvertisesTheService() {
    adapter.device(
        OTHER, "lamp", 185, Firmware.NONE, Set.of("0000180f-0000-1000-8000-00805f9b34fb"));
    MockDevice device = adapter.device(ADDRESS, "stage", 185, firmware);

    connect("*");

    assertThat(device.connected()).isTrue();
    assertThat(adapter.discovering()).isFalse();
  }

  @Test
  void findsByPartOfTheName() {
    MockDevice left = adapter.device(OTHER, "Stage left", 185, firmware);
    MockDevice right = adapter.device(ADDRESS, "Stage right", 185, firmware);

    connect("stage%20RIGHT");

    assertThat(right.connected()).isTrue();
    assertThat(left.connected()).isFalse();
  }

  @Test
  void findsByNameWithoutTheServiceOnlyIfTheUrlSaysSo() {
    MockDevice device = adapter.device(ADDRESS, "shy", 185, firmware, Set.of());

    assertThatThrownBy(() -> connect("shy?scan=50ms"))
        .hasMessageContaining("a device called 'shy' was not found")
        .hasMessageContaining("clasp ble scan");
    connect("shy?all=yes");

    assertThat(device.connected()).isTrue();
  }

  @Test
  void anAddressNeedsNoAdvertisedService() {
    MockDevice device = adapter.device(ADDRESS, "shy", 185, firmware, Set.of());

    connect(ADDRESS.toLowerCase(Locale.ROOT));

    assertThat(device.connected()).isTrue();
  }

  @Test
  void aDeviceThatBluezKnowsIsNotLookedFor() {
    MockDevice device = adapter.device(ADDRESS, "stage", 185, firmware);
    device.appear();

    connect(ADDRESS);

    assertThat(adapter.scans()).isZero();
    assertThat(device.connected()).isTrue();
  }

  @Test
  void usesTheAdapterOfTheUrl() {
    MockAdapter second = bluez.adapter("hci1");
    adapter.device(ADDRESS, "stage", 185, firmware);
    MockDevice device = second.device(OTHER, "stage", 185, firmware);

    connect("stage?adapter=hci1");

    assertThat(device.connected()).isTrue();
  }

  // --- what goes wrong ---------------------------------------------------------------------------

  @Test
  void saysThatTheAdapterIsSwitchedOff() {
    adapter.power(false);

    assertThatThrownBy(() -> connect(ADDRESS))
        .isInstanceOf(ClaspException.class)
        .hasMessageContaining("the Bluetooth adapter hci0 is switched off")
        .hasMessageContaining("bluetoothctl power on");
  }

  @Test
  void saysWhichAdaptersThereAre() {
    assertThatThrownBy(() -> connect(ADDRESS + "?adapter=hci7"))
        .hasMessageContaining("there is no Bluetooth adapter hci7; there is hci0");
  }

  @Test
  void saysThatThereIsNoAdapter() {
    bluez.remove("/org/bluez/hci0");

    assertThatThrownBy(() -> connect(ADDRESS))
        .hasMessageContaining("there is no Bluetooth adapter: plug one in");
  }

  @Test
  void saysThatBluezIsNotThere() throws Exception {
    bluez.close();

    assertThatThrownBy(() -> connect(ADDRESS))
        .hasMessageContaining("BlueZ does not answer on D-Bus: is bluetoothd running?");
  }

  @Test
  void saysThatThereIsNoBus() {
    assertThatThrownBy(
            () -> ClaspClient.builder("ble:*?bus=unix:path=/nowhere/at/all").connectBlocking())
        .hasMessageContaining("cannot connect to D-Bus at unix:path=/nowhere/at/all")
        .hasMessageContaining("Bluetooth needs Linux with D-Bus and BlueZ");
  }

  @Test
  void saysThatTheDeviceHasNoClaspService() {
    MockDevice device = adapter.device(ADDRESS, "lamp", 185, Firmware.NONE, Set.of("none"));

    assertThatThrownBy(() -> connect(ADDRESS))
        .hasMessageContaining(ADDRESS + " (lamp) has no CLASP service");
    bluez.await("the hang-up", () -> !device.connected());
  }

  @Test
  void givesUpADeviceThatDoesNotAnswer() {
    MockDevice device = adapter.device(ADDRESS, "far", 185, firmware).thatHangs();

    assertThatThrownBy(() ->
            ClaspClient.builder(url(ADDRESS))
                .connectTimeout(Duration.ofMillis(300))
                .connectBlocking())
        .isInstanceOf(ClaspException.class);
    bluez.await("the hang-up", device::givenUp);
  }

  @Test
  void theClientNoticesThatTheDeviceIsOutOfRangeInTheMiddleOfAFrame() throws Exception {
    MockDevice device = adapter.device(ADDRESS, "stage", 23, firmware);
    BlockingQueue<ClientEvent> events = new LinkedBlockingQueue<>();
    keep(
        ClaspClient.builder(url(ADDRESS)).reconnect(false).listener(events::add).connectBlocking());

    device.notify(new byte[] {0x53, 0, 1, 0, 1, 2, 3});
    device.leave();

    List<ClientEvent> others = new ArrayList<>();
    ClientEvent event;
    while (true) {
      event = events.poll(MockBluez.SECONDS, TimeUnit.SECONDS);
      assertThat(event).as("nothing about it, only " + others).isNotNull();
      if (event.toString().contains("out of range")) {
        return;
      }
      others.add(event);
    }
  }

  @Test
  void reconnectsWhenTheDeviceIsBack() {
    MockDevice device = adapter.device(ADDRESS, "stage", 185, firmware);
    ClaspClient client =
        keep(
            ClaspClient.builder(url(ADDRESS))
                .backoff(
                    new Backoff(Duration.ofMillis(10), 1.5, Duration.ofMillis(50), false, 1000))
                .connectBlocking());
    SignalQueue queue = client.blocking().subscribe("/a");

    device.leave();
    device.comeBack();
    bluez.await("a new subscription", device::subscribed);
    connectOther().blocking().set("/a", "back");

    assertThat(change(queue)).isEqualTo("/a back");
  }

  private ClaspClient connectOther() {
    adapter.device(OTHER, "other", 185, firmware);
    return connect(OTHER);
  }

  @Test
  void skipsGarbageBetweenFrames() {
    MockDevice device = adapter.device(ADDRESS, "stage", 185, firmware);
    ClaspClient client = connect(ADDRESS);
    SignalQueue queue = client.blocking().subscribe("/a");

    device.notify(new byte[] {1, 2, 3, 4, 5, 0, 7});
    client.blocking().set("/a", "still there");

    assertThat(change(queue)).isEqualTo("/a still there");
  }

  @Test
  void whatTheDeviceSaysAtOnceIsNotLost() throws Exception {
    CompletableFuture<byte[]> heard = new CompletableFuture<>();
    byte[] early = {0x53, 0, 0, 2, 1, 2};
    MockDevice device =
        adapter.device(
            ADDRESS,
            "eager",
            185,
            new Firmware() {
              @Override
              public void subscribed(MockDevice device) {
                device.notify(early);
              }

              @Override
              public void written(MockDevice device, byte[] value) {}
            });
    EventLoops loops = keep(EventLoops.create("test", 1));
    FrameLink link =
        LinkClient.connect(
                URI.create(url(ADDRESS)),
                loops,
                DialOptions.DEFAULT,
                _ ->
                    new FrameListener() {
                      @Override
                      public void frame(byte[] b, int offset, int length) {
                        heard.complete(Arrays.copyOfRange(b, offset, offset + length));
                      }

                      @Override
                      public void closed(CloseReason reason) {}
                    })
            .get(MockBluez.SECONDS, TimeUnit.SECONDS);

    assertThat(heard.get(MockBluez.SECONDS, TimeUnit.SECONDS)).isEqualTo(early);
    assertThat(link.remote()).hasToString("ble:" + ADDRESS);
    assertThat(link.transport()).isEqualTo("ble");
    link.close(new CloseReason(CloseReason.NORMAL, ""));
    bluez.await("the hang-up", () -> !device.connected());
  }

  @Test
  void closingTheClientHangsUp() {
    MockDevice device = adapter.device(ADDRESS, "stage", 185, firmware);
    ClaspClient client = connect(ADDRESS);

    client.close();

    bluez.await("the hang-up", () -> !device.connected());
  }

  @Test
  void aConnectionOfSomebodyElseIsLeftAlone() {
    MockDevice device = adapter.device(ADDRESS, "stage", 185, firmware);
    device.appear();
    device.Connect();
    ClaspClient client = connect(ADDRESS);
    client.blocking().set("/a", 1);

    client.close();

    assertThat(device.connected()).isTrue();
  }

  @Test
  void theClientNoticesThatBluezHasEnded() throws Exception {
    adapter.device(ADDRESS, "stage", 185, firmware);
    BlockingQueue<ClientEvent> events = new LinkedBlockingQueue<>();
    keep(
        ClaspClient.builder(url(ADDRESS)).reconnect(false).listener(events::add).connectBlocking());

    bluez.close();

    ClientEvent event;
    do {
      event = events.poll(MockBluez.SECONDS, TimeUnit.SECONDS);
      assertThat(event).isNotNull();
    } while (!event.toString().contains("BlueZ has ended"));
  }

  private static String change(SignalQueue queue) {
    Signal signal = queue.poll(Duration.ofSeconds(MockBluez.SECONDS)).orElseThrow();
    return signal.address() + " " + ((Value.Text) ((Signal.Change) signal).value()).value();
  }
}
