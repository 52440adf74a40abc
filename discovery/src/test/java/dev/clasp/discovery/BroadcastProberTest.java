package dev.clasp.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BroadcastProberTest {

  private static final InetSocketAddress EVERYBODY =
      new InetSocketAddress(FakeLink.ip("255.255.255.255"), 7331);
  private static final InetSocketAddress SERVER =
      new InetSocketAddress(FakeLink.ip("10.0.0.2"), 7331);

  private final FakeTime time = new FakeTime();
  private final long start = time.nanos();
  private final List<Long> sent = new ArrayList<>();
  private final List<DiscoveryEvent> events = new ArrayList<>();
  private final BroadcastProber prober =
      new BroadcastProber(
          time.timetable,
          TimeUnit.SECONDS.toNanos(30),
          () -> List.of(EVERYBODY),
          (_, _) -> sent.add((time.nanos() - start) / 1_000_000),
          events::add);

  private void hear(byte[] datagram, InetSocketAddress from) {
    prober.received(datagram, datagram.length, from);
  }

  /** As the reference replies: a new id each time. */
  private static byte[] reference(String name) {
    return ProbeFrames.reply(
        new Advertisement(
            UUID.randomUUID(),
            name,
            MdnsResponderTest.STUDIO.features(),
            MdnsResponderTest.STUDIO.ports(),
            false,
            "/clasp"),
        1,
        ProbeFramesTest.hello("Discovery"),
        20);
  }

  private static byte[] ours(String name) {
    return ProbeFrames.reply(
        MdnsResponderTest.named(name), 1, ProbeFramesTest.hello("Discovery+"), 320);
  }

  private List<DiscoveryEvent> taken() {
    List<DiscoveryEvent> taken = List.copyOf(events);
    events.clear();
    return taken;
  }

  private Device found() {
    List<DiscoveryEvent> taken = taken();
    assertThat(taken).hasSize(1);
    return ((DiscoveryEvent.Found) taken.getFirst()).device();
  }

  @Test
  void asksThreeTimesAndThenAtIntervals() {
    prober.begin();
    time.pass(70_000);
    assertThat(sent).containsExactly(0L, 500L, 1_500L, 30_000L, 60_000L);
  }

  @Test
  void aReplyOfTheReferenceIsADeviceAsTheReferenceSeesIt() {
    hear(reference("Desk"), SERVER);
    Device device = found();
    assertThat(device.name()).isEqualTo("Desk");
    assertThat(device.stableId()).isEmpty();
    assertThat(device.endpoints())
        .containsEntry("ws", "ws://10.0.0.2:7330/clasp")
        .containsEntry("udp", "10.0.0.2:7331");
    assertThat(device.info().features())
        .containsExactly("param", "event", "stream", "gesture", "timeline");
    assertThat(device.sources()).containsExactly(Mechanism.BROADCAST);
  }

  @Test
  void aNewIdFromTheSamePlaceIsTheSameDevice() {
    hear(reference("Desk"), SERVER);
    String id = found().id();
    hear(reference("Desk"), SERVER);
    assertThat(taken()).isEmpty();
    hear(reference("Table"), SERVER);
    assertThat(taken())
        .singleElement()
        .isInstanceOfSatisfying(
            DiscoveryEvent.Updated.class,
            updated -> {
              assertThat(updated.device().id()).isEqualTo(id);
              assertThat(updated.device().name()).isEqualTo("Table");
            });
  }

  @Test
  void aReplyOfOursTellsThePortAndWhoItIs() {
    byte[] reply =
        ProbeFrames.reply(
            new Advertisement(
                MdnsResponderTest.ID,
                "Desk",
                MdnsResponderTest.STUDIO.features(),
                Map.of("ws", 9000, "udp", 9001),
                true,
                "/x"),
            1,
            ProbeFramesTest.hello("Discovery+"),
            320);
    hear(reply, SERVER);
    Device device = found();
    assertThat(device.id()).isEqualTo(MdnsResponderTest.ID.toString());
    assertThat(device.stableId()).contains(MdnsResponderTest.ID.toString());
    assertThat(device.endpoints())
        .containsEntry("wss", "wss://10.0.0.2:9000/x")
        .containsEntry("udp", "10.0.0.2:9001");
  }

  @Test
  void oneServerWithSeveralAddressesIsOneDevice() {
    hear(ours("Desk"), new InetSocketAddress(FakeLink.ip("127.0.0.1"), 7331));
    assertThat(found().endpoints()).containsEntry("ws", "ws://127.0.0.1:7330/clasp");
    hear(ours("Desk"), SERVER);
    assertThat(taken())
        .singleElement()
        .isInstanceOfSatisfying(
            DiscoveryEvent.Updated.class,
            updated ->
                assertThat(updated.device().endpoints())
                    .containsEntry("ws", "ws://10.0.0.2:7330/clasp"));
    hear(ours("Desk"), new InetSocketAddress(FakeLink.ip("10.9.9.9"), 7331));
    hear(ours("Desk"), new InetSocketAddress(FakeLink.ip("127.0.0.1"), 7331));
    assertThat(taken()).isEmpty();
  }

  @Test
  void whoDoesNotAnswerForThreeIntervalsIsLost() {
    hear(ours("Desk"), SERVER);
    String id = found().id();
    time.pass(80_000);
    hear(ours("Desk"), SERVER);
    time.pass(89_000);
    assertThat(taken()).isEmpty();
    time.pass(2_000);
    assertThat(taken()).containsExactly(new DiscoveryEvent.Lost(id));
    hear(ours("Desk"), SERVER);
    found();
  }

  @Test
  void aFloodOfRepliesIsKeptWithinBounds() {
    for (int i = 0; i < 3_000; i++) {
      hear(
          reference("x"),
          new InetSocketAddress(FakeLink.ip("10." + i / 250 + ".0." + (1 + i % 250)), 7331));
    }
    assertThat(taken()).hasSize(BroadcastProber.DEVICES_MAX);
  }

  @Test
  void probesGoToTheWorldToEveryNetworkAndToThisMachine() {
    List<LocalInterface> interfaces =
        List.of(
            new LocalInterface(
                "lo",
                true,
                true,
                List.of(new LocalInterface.Net(FakeLink.ip("127.0.0.1"), 8, Optional.empty()))),
            new LocalInterface(
                "eth0",
                false,
                true,
                List.of(
                    new LocalInterface.Net(
                        FakeLink.ip("10.0.0.1"), 24, Optional.of(FakeLink.ip("10.0.0.255"))),
                    new LocalInterface.Net(FakeLink.ip("fe80::1"), 64, Optional.empty()))));
    assertThat(BroadcastSource.targets(7331, interfaces))
        .extracting(target -> target.getAddress().getHostAddress())
        .containsExactly("255.255.255.255", "10.0.0.255", "127.0.0.1");
  }
}
