package dev.clasp.ble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.Signal;
import dev.clasp.client.SignalQueue;
import dev.clasp.protocol.Feature;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Value;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.NetworkConfig;
import dev.clasp.server.ServerConfig;
import dev.clasp.server.ServerException;
import dev.clasp.transport.Listener;
import dev.clasp.transport.ListenerFactory;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.bluez.GattCharacteristic1;
import org.freedesktop.dbus.connections.impl.DBusConnectionBuilder;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The router is the peripheral. */
@Timeout(60)
class PeripheralTest {

  private static final String PHONE = "11:22:33:44:55:01";
  private static final String OTHER = "11:22:33:44:55:02";
  private static final String ROUTER = "AA:BB:CC:DD:EE:01";

  private static final Duration SHORT = Duration.ofMillis(20);

  private static TestBus bus;

  private final List<AutoCloseable> open = new ArrayList<>();
  private MockBluez bluez;
  private MockAdapter adapter;

  @SuppressWarnings("NullAway.Init") // every test serves first
  private BleListener listener;

  @SuppressWarnings("NullAway.Init") // every test serves first
  private EventLoop loop;

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

  private static PeripheralConfig config() {
    // As fast as a test may be.
    return PeripheralConfig.DEFAULT
        .withName("Stage router")
        .withBus(bus.address())
        .withBytesPerSecond(10_000_000);
  }

  private ClaspServer serve(PeripheralConfig config) {
    return serve(BleListener.factory(config));
  }

  private ClaspServer serve(ListenerFactory factory) {
    return keep(
        ClaspServer.start(
            ServerConfig.DEFAULT
                .withPort(0)
                .withLoops(1)
                .withDrain(Duration.ofMillis(100))
                .withNetwork(
                    NetworkConfig.DEFAULT.withListeners(
                        List.of((lobby, loops) -> {
                          Listener made = factory.create(lobby, loops);
                          listener = (BleListener) made;
                          loop = loops.next();
                          return made;
                        })))));
  }

  /** A central that writes and listens as the test says. */
  private final class Phone implements MockApplication.Listening {
    private final BlockingQueue<byte[]> heard = new LinkedBlockingQueue<>();
    private final MockApplication.Central central;

    Phone(String address, int mtu, boolean seen) {
      MockApplication application = adapter.application().orElseThrow();
      central =
          seen
              ? application.connect(address, mtu, this)
              : application.connectUnseen(address, mtu, this);
    }

    @Override
    public void notified(byte[] value) {
      heard.add(value);
    }

    byte[] next() throws InterruptedException {
      byte[] value = heard.poll(MockBluez.SECONDS, TimeUnit.SECONDS);
      assertThat(value).isNotNull();
      return value == null ? new byte[0] : value;
    }
  }

  private static byte[] hello() {
    return FrameCodec.encode(
        new Message.Hello(1, Set.of(Feature.PARAM), "phone", Optional.empty(), Optional.empty()));
  }

  private void awaitAdvertisement() {
    bluez.await("an advertisement", () -> adapter.advertisement().isPresent());
  }

  private void awaitNoAdvertisement() {
    bluez.await("no advertisement", () -> adapter.advertisement().isEmpty());
  }

  // --- registering -------------------------------------------------------------------------------

  @Test
  void advertisesItsNameAndTheService() {
    ClaspServer server = serve(config());

    var advertisement = adapter.advertisement().orElseThrow();
    assertThat(MockBluez.value(advertisement, "Type")).isEqualTo("peripheral");
    assertThat(MockBluez.value(advertisement, "LocalName")).isEqualTo("Stage router");
    assertThat(MockBluez.value(advertisement, "ServiceUUIDs")).isEqualTo(List.of(BleUuid.SERVICE));
    assertThat(server.urls()).contains("ble:Stage%20router");
  }

  @ParameterizedTest
  @EnumSource(Encryption.class)
  void insistsOnTheEncryptionThatIsConfigured(Encryption encryption) {
    serve(config().withEncryption(encryption));
    MockApplication application = adapter.application().orElseThrow();

    assertThat(application.flags(BleUuid.TX)).containsAll(encryption.writeFlags());
    assertThat(application.flags(BleUuid.RX)).containsAll(encryption.notifyFlags());
  }

  @Test
  void isEncryptedUnlessSomebodySwitchesItOff() {
    serve(config());
    MockApplication application = adapter.application().orElseThrow();

    assertThat(application.flags(BleUuid.TX)).contains("encrypt-write");
    assertThat(application.flags(BleUuid.RX)).contains("encrypt-notify");
  }

  @Test
  void theServerSaysWhyItCannotStart() {
    adapter.power(false);

    assertThatThrownBy(() -> serve(config()))
        .isInstanceOf(ServerException.class)
        .hasMessageContaining("the Bluetooth adapter hci0 is switched off");
  }

  @Test
  void theServerSaysThatBluezIsNotThere() {
    bluez.close();

    assertThatThrownBy(() -> serve(config()))
        .isInstanceOf(ServerException.class)
        .hasMessageContaining("is bluetoothd running?");
  }

  // --- sessions ----------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(ints = {23, 185, 247, 517})
  void ourClientAndOurRouterMeetOverTheAir(int mtu) {
    serve(config());
    MockAdapter phone = bluez.adapter("hci1");
    MockDevice device =
        phone.device(ROUTER, "Stage router", mtu, new RelayFirmware(adapter, PHONE, mtu));
    ClaspClient client =
        keep(ClaspClient.builder("ble:Stage?adapter=hci1&bus=" + bus.address()).connectBlocking());
    String text = "y".repeat(1500);
    SignalQueue queue = client.blocking().subscribe("/text");

    client.blocking().set("/text", text);

    Signal signal = queue.poll(Duration.ofSeconds(MockBluez.SECONDS)).orElseThrow();
    assertThat(((Signal.Change) signal).value()).isEqualTo(Value.of(text));
    assertThat(device.lost()).isZero();
    awaitNoAdvertisement();
    client.close();
    awaitAdvertisement();
  }

  @Test
  void aLongAnswerComesInPiecesOfTheMtuOfTheCentral() throws Exception {
    serve(config());
    Phone phone = new Phone(PHONE, 23, true);
    phone.central.subscribe();

    phone.central.write(hello());

    byte[] welcome = phone.next();
    assertThat(welcome).hasSize(20);
    assertThat(welcome[0]).isEqualTo((byte) 0x53);
  }

  @Test
  void waitsWithItsAnswerUntilTheCentralHasSubscribed() throws Exception {
    serve(config());
    Phone phone = new Phone(PHONE, 185, true);

    phone.central.write(hello());
    assertThat(phone.heard).isEmpty();
    phone.central.subscribe();

    assertThat(phone.next()[0]).isEqualTo((byte) 0x53);
  }

  @Test
  void hangsUpACentralThatNeverSubscribes() throws Exception {
    serve(BleListener.factory(config(), Duration.ofMillis(50), SHORT));
    Phone phone = new Phone(PHONE, 185, true);

    phone.central.write(hello());

    bluez.await("the hang-up", () -> !phone.central.connected());
  }

  @Test
  void endsTheSessionWhenTheCentralEndsItsSubscription() throws Exception {
    serve(config());
    Phone phone = new Phone(PHONE, 185, true);
    phone.central.subscribe();
    phone.central.write(hello());
    phone.next();

    phone.central.unsubscribe();

    bluez.await("the hang-up", () -> !phone.central.connected());
    awaitAdvertisement();
  }

  @Test
  void endsTheSessionWhenTheCentralIsOutOfRangeInTheMiddleOfAFrame() throws Exception {
    serve(config());
    Phone phone = new Phone(PHONE, 23, true);
    phone.central.subscribe();
    phone.central.write(hello());
    phone.next();
    awaitNoAdvertisement();

    phone.central.writePiece(new byte[] {0x53, 0, 1, 0, 1, 2}, 0);
    phone.central.hangUp();

    awaitAdvertisement();
    assertThat(listener.count(BleCounter.ENDED)).isOne();
  }

  @Test
  void findsTheNextFrameBehindGarbage() throws Exception {
    serve(config());
    Phone phone = new Phone(PHONE, 185, true);
    phone.central.subscribe();

    phone.central.writePiece(new byte[] {9, 8, 7, 0, 1}, 0);
    phone.central.write(hello());

    assertThat(phone.next()[0]).isEqualTo((byte) 0x53);
  }

  @Test
  void servesOneCentralAndSendsTheOtherAway() throws Exception {
    serve(config());
    Phone first = new Phone(PHONE, 185, true);
    first.central.subscribe();
    first.central.write(hello());
    first.next();
    awaitNoAdvertisement();
    Phone second = new Phone(OTHER, 185, false);

    assertThatThrownBy(() -> second.central.write(hello()))
        .isInstanceOf(DBusExecutionException.class)
        .hasMessageContaining("another device is being served");

    bluez.await("the hang-up", () -> !second.central.connected());
    assertThat(first.central.connected()).isTrue();
    assertThat(listener.count(BleCounter.BUSY)).isOne();
  }

  @Test
  void servesTheNextCentralWhenTheFirstHasLeft() throws Exception {
    serve(config());
    Phone first = new Phone(PHONE, 185, true);
    first.central.subscribe();
    first.central.write(hello());
    first.next();
    awaitNoAdvertisement();
    first.central.hangUp();
    awaitAdvertisement();

    Phone second = new Phone(OTHER, 185, true);
    second.central.subscribe();
    second.central.write(hello());

    assertThat(second.next()[0]).isEqualTo((byte) 0x53);
    assertThat(listener.count(BleCounter.SESSIONS)).isEqualTo(2);
  }

  @Test
  void refusesWhatIsNoWriteOfClasp() {
    serve(config());
    Phone phone = new Phone(PHONE, 517, true);

    assertThatThrownBy(() -> phone.central.writePiece(new byte[10], 5))
        .hasMessageContaining("writes begin at 0");
    assertThatThrownBy(() -> phone.central.writePiece(new byte[513], 0))
        .hasMessageContaining("at most 512 bytes");
    assertThat(listener.count(BleCounter.REFUSED)).isEqualTo(2);
    assertThat(listener.count(BleCounter.SESSIONS)).isZero();
  }

  @Test
  void nobodyButBluezMayWrite() throws Exception {
    serve(config());
    MockApplication application = adapter.application().orElseThrow();
    try (var stranger = DBusConnectionBuilder.forAddress(bus.address()).withShared(false).build()) {
      var tx =
          stranger.getRemoteObject(
              application.owner(), "/dev/clasp/ble/service/tx", GattCharacteristic1.class);

      assertThatThrownBy(() -> tx.WriteValue(hello(), Map.of()))
          .hasMessageContaining("only BlueZ may call this");
    }
    assertThat(listener.count(BleCounter.SESSIONS)).isZero();
  }

  @Test
  void endsASessionThatWritesMoreThanTheRouterTakes() throws Exception {
    serve(config());
    Phone phone = new Phone(PHONE, 515, true);
    // The beginning of a frame that is never complete keeps the router waiting, and its loop is
    // held up: what comes now has to be kept.
    CountDownLatch held = new CountDownLatch(1);
    keep(held::countDown);
    phone.central.write(hello());
    loop.execute(() -> {
      try {
        held.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 2000; i++) {
                phone.central.writePiece(new byte[512], 0);
              }
            })
        .hasMessageContaining("too much at once");
    held.countDown();

    bluez.await("the hang-up", () -> !phone.central.connected());
    assertThat(listener.count(BleCounter.OVERFLOWED)).isPositive();
  }

  @Test
  void isThereAgainWhenBluezIs() throws Exception {
    serve(BleListener.factory(config(), Duration.ofSeconds(10), SHORT));
    Phone before = new Phone(PHONE, 185, true);
    before.central.subscribe();
    before.central.write(hello());
    before.next();

    bluez.close();
    bluez = keep(new MockBluez(bus));
    adapter = bluez.adapter("hci0");
    awaitAdvertisement();
    Phone after = new Phone(PHONE, 185, true);
    after.central.subscribe();
    after.central.write(hello());

    assertThat(after.next()[0]).isEqualTo((byte) 0x53);
  }

  @Test
  void theServerHangsUpWhenItStops() throws Exception {
    ClaspServer server = serve(config());
    Phone phone = new Phone(PHONE, 185, true);
    phone.central.subscribe();
    phone.central.write(hello());
    phone.next();

    server.close();

    assertThat(phone.central.connected()).isFalse();
    assertThat(adapter.advertisement()).isEmpty();
  }
}
