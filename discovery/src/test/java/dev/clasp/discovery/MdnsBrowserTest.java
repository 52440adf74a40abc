package dev.clasp.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MdnsBrowserTest {

  private static final DnsName STUDIO = DnsName.of("Studio", MdnsRole.SERVICE);
  private static final DnsName HOST = DnsName.of("desk", "local");
  private static final InetSocketAddress PEER = FakeLink.peer("10.0.0.2");

  private final FakeTime time = new FakeTime();
  private final FakeLink link = new FakeLink("eth0", time, "10.0.0.1");
  private final List<DiscoveryEvent> events = new ArrayList<>();
  private final MdnsBrowser browser =
      new MdnsBrowser(time.timetable, new SplittableRandom(1), events::add);

  private static DnsRecord pointer(DnsName instance) {
    return new DnsRecord(MdnsRole.SERVICE, false, 4500, new DnsData.Pointer(instance));
  }

  private static DnsRecord service(DnsName instance, int port) {
    return new DnsRecord(instance, true, 120, new DnsData.Service(0, 0, port, HOST));
  }

  private static DnsRecord text(DnsName instance, String... strings) {
    return new DnsRecord(
        instance, true, 4500, new DnsData.Text(Stream.of(strings).map(DnsName::raw).toList()));
  }

  private static DnsRecord address(String ip) {
    return new DnsRecord(HOST, true, 120, new DnsData.Address(FakeLink.ip(ip)));
  }

  private void hear(DnsRecord... records) {
    browser.received(link, PEER, DnsMessage.response(List.of(records), List.of()));
  }

  private void hearStudio() {
    hear(
        pointer(STUDIO),
        service(STUDIO, 7330),
        text(STUDIO, "version=2", "name=The Studio", "features=pes", "ws=7330"),
        address("10.0.0.2"));
  }

  private List<DiscoveryEvent> taken() {
    List<DiscoveryEvent> taken = List.copyOf(events);
    events.clear();
    return taken;
  }

  private Device found() {
    List<DiscoveryEvent> taken = taken();
    assertThat(taken).hasSize(1);
    assertThat(taken.getFirst()).isInstanceOf(DiscoveryEvent.Found.class);
    return ((DiscoveryEvent.Found) taken.getFirst()).device();
  }

  private Device updated() {
    List<DiscoveryEvent> taken = taken();
    assertThat(taken).hasSize(1);
    assertThat(taken.getFirst()).isInstanceOf(DiscoveryEvent.Updated.class);
    return ((DiscoveryEvent.Updated) taken.getFirst()).device();
  }

  @Test
  void asksAtOnceAndThenLessAndLessOften() {
    browser.up(link);
    time.pass(20_000);
    List<FakeLink.Sent> sent = link.take();
    assertThat(sent).hasSize(5);
    assertThat(sent.getFirst().at()).isBetween(20L, 150L);
    assertThat(sent).allMatch(s -> s.message().questions().getFirst().type() == DnsData.PTR);
    long[] after = sent.stream().mapToLong(s -> s.at() - sent.getFirst().at()).toArray();
    for (int i = 1; i < after.length; i++) {
      assertThat(after[i]).isBetween((1_000L << i) - 1_050, (1_000L << i) - 950);
    }
    time.pass(86_400_000);
    // Once an hour, and the steps up to there.
    assertThat(link.take()).hasSizeBetween(24, 36);
  }

  @Test
  void aServiceIsFoundOnce() {
    browser.up(link);
    hearStudio();
    Device device = found();
    assertThat(device.id()).isEqualTo("Studio._clasp._tcp.local.");
    assertThat(device.name()).isEqualTo("The Studio");
    assertThat(device.info().features()).containsExactly("param", "event", "stream");
    assertThat(device.endpoints())
        .containsOnlyKeys("ws")
        .containsEntry("ws", "ws://10.0.0.2:7330/clasp");
    assertThat(device.sources()).containsExactly(Mechanism.MDNS);
    hearStudio();
    time.pass(500);
    hearStudio();
    assertThat(taken()).isEmpty();
  }

  @Test
  void recordsMayComeInAnyOrderAndInPacketsOfTheirOwn() {
    browser.up(link);
    hear(address("10.0.0.2"));
    hear(text(STUDIO, "ws=1234"));
    hear(service(STUDIO, 7330));
    assertThat(taken()).isEmpty();
    hear(pointer(STUDIO));
    assertThat(found().endpoints()).containsEntry("ws", "ws://10.0.0.2:1234/clasp");
  }

  @Test
  void asksForWhatIsMissing() {
    browser.up(link);
    time.pass(200);
    link.take();
    hear(pointer(STUDIO));
    time.pass(200);
    assertThat(link.take().getFirst().message().questions())
        .containsExactly(
            new DnsQuestion(STUDIO, DnsData.SRV, false),
            new DnsQuestion(STUDIO, DnsData.TXT, false));
    hear(service(STUDIO, 7330), text(STUDIO));
    time.pass(1_500);
    assertThat(link.take().stream().flatMap(s -> s.message().questions().stream()))
        .contains(
            new DnsQuestion(HOST, DnsData.A, false), new DnsQuestion(HOST, DnsData.AAAA, false));
    hear(address("10.0.0.2"));
    assertThat(found().endpoints()).containsEntry("ws", "ws://10.0.0.2:7330/clasp");
  }

  @Test
  void withoutTextItIsFoundAMomentLater() {
    browser.up(link);
    hear(pointer(STUDIO), service(STUDIO, 4321), address("10.0.0.2"));
    time.pass(1_900);
    assertThat(taken()).isEmpty();
    time.pass(200);
    Device device = found();
    assertThat(device.name()).isEqualTo("Studio");
    assertThat(device.endpoints()).containsEntry("ws", "ws://10.0.0.2:4321/clasp");
    assertThat(device.info().features()).isEmpty();
  }

  @Test
  void tellsWhatItKnowsSoThatNobodyRepeatsIt() {
    browser.up(link);
    hearStudio();
    time.pass(200);
    DnsMessage query = link.take().getFirst().message();
    assertThat(query.answers()).hasSize(1);
    assertThat(query.answers().getFirst().data()).isEqualTo(new DnsData.Pointer(STUDIO));
    assertThat(query.answers().getFirst().ttl()).isBetween(4498L, 4500L);
  }

  @Test
  void whatItKnowsMayNeedSeveralPackets() {
    browser.up(link);
    for (int i = 0; i < 200; i++) {
      hear(pointer(DnsName.of("a rather long name of a server, number " + i, MdnsRole.SERVICE)));
    }
    time.pass(150);
    List<DnsMessage> queries =
        link.take().stream()
            .map(FakeLink.Sent::message)
            .filter(m -> !m.answers().isEmpty())
            .toList();
    assertThat(queries).hasSizeGreaterThan(3);
    assertThat(queries.subList(0, queries.size() - 1)).allMatch(DnsMessage::isTruncated);
    assertThat(queries.getLast().isTruncated()).isFalse();
    assertThat(queries.stream().mapToInt(m -> m.answers().size()).sum()).isEqualTo(200);
    assertThat(queries.subList(1, queries.size())).allMatch(m -> m.questions().isEmpty());
  }

  @Test
  void goodbyeMeansLostASecondLater() {
    browser.up(link);
    hearStudio();
    taken();
    hear(pointer(STUDIO).withTtl(0));
    time.pass(900);
    assertThat(taken()).isEmpty();
    time.pass(200);
    assertThat(taken()).containsExactly(new DiscoveryEvent.Lost("Studio._clasp._tcp.local."));
    hearStudio();
    found();
  }

  @Test
  void whoTakesTheGoodbyeBackIsNotLost() {
    browser.up(link);
    hearStudio();
    taken();
    hear(
        pointer(STUDIO).withTtl(0),
        service(STUDIO, 7330).withTtl(0),
        address("10.0.0.2").withTtl(0));
    time.pass(500);
    hearStudio();
    time.pass(5_000);
    assertThat(taken()).isEmpty();
  }

  @Test
  void whoIsSilentIsAskedInTimeAndLostWhenItsTimeIsOver() {
    browser.up(link);
    hearStudio();
    taken();
    time.pass(90_000);
    link.take();
    time.pass(29_000);
    assertThat(taken()).isEmpty();
    // At 80, 85, 90 and 95 hundredths of 120 s.
    assertThat(
            link.take().stream()
                .filter(
                    s -> s.message().questions().stream().anyMatch(q -> q.type() == DnsData.SRV)))
        .hasSize(4);
    time.pass(2_000);
    assertThat(taken()).containsExactly(new DiscoveryEvent.Lost("Studio._clasp._tcp.local."));
  }

  /** The pointer is remembered for 75 minutes, so nobody would answer the question for it. */
  @Test
  void whoComesBackWithoutAWordIsFoundAgain() {
    browser.up(link);
    hearStudio();
    time.pass(130_000);
    taken();
    link.take();
    time.pass(130_000);
    assertThat(link.take().stream().flatMap(s -> s.message().questions().stream()))
        .contains(new DnsQuestion(STUDIO, DnsData.SRV, false));
    hear(service(STUDIO, 7330), address("10.0.0.2"));
    found();
  }

  @Test
  void aChangeIsAnUpdate() {
    browser.up(link);
    hearStudio();
    taken();
    hear(text(STUDIO, "name=New name", "ws=7330"));
    assertThat(updated().name()).isEqualTo("New name");
    hear(service(STUDIO, 7331), text(STUDIO, "name=New name"));
    assertThat(updated().endpoints()).containsEntry("ws", "ws://10.0.0.2:7331/clasp");
  }

  @Test
  void aNewAddressReplacesTheOldOne() {
    browser.up(link);
    hearStudio();
    taken();
    time.pass(5_000);
    hear(address("10.0.0.99"));
    time.pass(2_000);
    List<DiscoveryEvent> told = taken();
    assertThat(told).allMatch(DiscoveryEvent.Updated.class::isInstance).isNotEmpty();
    assertThat(((DiscoveryEvent.Updated) told.getLast()).device().endpoints())
        .containsEntry("ws", "ws://10.0.0.99:7330/clasp");
  }

  @Test
  void severalAddressesInOnePacketAreAllKept() {
    browser.up(link);
    hear(
        pointer(STUDIO),
        service(STUDIO, 7330),
        text(STUDIO, "ws=7330"),
        address("fe80::2"),
        address("2001:db8::2"),
        address("169.254.1.1"),
        address("10.0.0.2"),
        address("10.0.0.3"));
    Device device = found();
    assertThat(device.endpoints()).containsEntry("ws", "ws://10.0.0.2:7330/clasp");
    assertThat(device.info().meta())
        .containsEntry(
            "addresses",
            "10.0.0.2,10.0.0.3,[2001:db8:0:0:0:0:0:2],169.254.1.1,[fe80:0:0:0:0:0:0:2%25eth0]");
  }

  @Test
  void onlyIpv6IsInBrackets() {
    browser.up(link);
    hear(pointer(STUDIO), service(STUDIO, 7330), text(STUDIO, "ws=7330"), address("fe80::2"));
    assertThat(found().endpoints())
        .containsEntry("ws", "ws://[fe80:0:0:0:0:0:0:2%25eth0]:7330/clasp");
  }

  @Test
  void anInterfaceThatGoesTakesWithItWhatWasFoundThere() {
    FakeLink second = new FakeLink("wlan0", time, "10.1.0.1");
    browser.up(link);
    browser.up(second);
    hearStudio();
    found();
    browser.received(
        second,
        FakeLink.peer("10.1.0.2"),
        DnsMessage.response(
            List.of(
                pointer(STUDIO),
                service(STUDIO, 7330),
                text(STUDIO, "ws=7330"),
                address("10.1.0.2")),
            List.of()));
    assertThat(updated().info().meta()).containsEntry("addresses", "10.0.0.2,10.1.0.2");
    browser.down(link);
    assertThat(updated().endpoints()).containsEntry("ws", "ws://10.1.0.2:7330/clasp");
    browser.down(second);
    assertThat(taken()).containsExactly(new DiscoveryEvent.Lost("Studio._clasp._tcp.local."));
    time.pass(10_000_000);
    assertThat(taken()).isEmpty();
  }

  @Test
  void namesOutsideTheServiceAreIgnored() {
    browser.up(link);
    DnsName printer = DnsName.of("Printer", "_ipp", "_tcp", "local");
    hear(
        new DnsRecord(MdnsRole.SERVICE, false, 4500, new DnsData.Pointer(printer)),
        new DnsRecord(printer, true, 120, new DnsData.Service(0, 0, 9, HOST)),
        text(printer, "a=b"),
        address("10.0.0.2"));
    browser.received(
        link,
        new InetSocketAddress(FakeLink.ip("10.0.0.2"), 4000),
        DnsMessage.response(List.of(pointer(STUDIO)), List.of()));
    time.pass(3_000);
    assertThat(taken()).isEmpty();
  }

  @Test
  void addressesThatLeadNowhereAreIgnored() {
    browser.up(link);
    hear(
        pointer(STUDIO),
        service(STUDIO, 7330),
        text(STUDIO, "ws=7330"),
        address("127.0.0.1"),
        address("0.0.0.0"),
        address("224.0.0.1"));
    time.pass(3_000);
    assertThat(taken()).isEmpty();
  }

  @Test
  void aFloodOfNamesIsKeptWithinBoundsAndHonestOnesStay() {
    browser.up(link);
    hearStudio();
    found();
    for (int i = 0; i < 5_000; i++) {
      hear(pointer(DnsName.of("junk " + i, MdnsRole.SERVICE)));
    }
    DnsName late = DnsName.of("Late", MdnsRole.SERVICE);
    hear(pointer(late), service(late, 7330), text(late, "ws=7330"));
    assertThat(found().name()).isEqualTo("Late");
    time.pass(100_000);
    hearStudio();
    assertThat(taken()).isEmpty();
  }

  @Test
  void namesAreFitToBeShown() {
    browser.up(link);
    hear(
        pointer(STUDIO),
        service(STUDIO, 7330),
        text(STUDIO, "name=\u001b[31mred\u202E\nline" + "x".repeat(200), "ws=7330"),
        address("10.0.0.2"));
    assertThat(found().name()).startsWith("\uFFFD[31mred\uFFFD\uFFFDline").hasSize(128);
  }
}
