package dev.clasp.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Feature;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MdnsResponderTest {

  static final UUID ID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");

  static final Advertisement STUDIO = named("Studio");

  private static final DnsName INSTANCE = DnsName.of("Studio", MdnsRole.SERVICE);
  private static final DnsName HOST = DnsName.of("clasp-001122334455", "local");
  private static final InetSocketAddress PEER = FakeLink.peer("10.0.0.2");

  private final FakeTime time = new FakeTime();
  private final FakeLink link = new FakeLink("eth0", time, "10.0.0.1");

  static Advertisement named(String name) {
    return new Advertisement(
        ID,
        name,
        EnumSet.complementOf(EnumSet.of(Feature.FEDERATION)),
        Map.of("ws", 7330, "tcp", 7330),
        false,
        "/clasp");
  }

  private MdnsResponder responder(Advertisement what) {
    return new MdnsResponder(what, MdnsTimes.DEFAULT, time.timetable, new SplittableRandom(1));
  }

  /** One that has announced itself on the link and is quiet since. */
  private MdnsResponder announced(Advertisement what) {
    MdnsResponder responder = responder(what);
    responder.up(link);
    time.pass(5_000);
    link.take();
    return responder;
  }

  private static DnsMessage ask(DnsName name, int type) {
    return DnsMessage.query(List.of(new DnsQuestion(name, type, false)), List.of());
  }

  private static DnsRecord pointer() {
    return new DnsRecord(MdnsRole.SERVICE, false, 4500, new DnsData.Pointer(INSTANCE));
  }

  // --- probing and announcing --------------------------------------------------------------------

  @Test
  void probesThreeTimesAndThenAnnouncesTwice() {
    MdnsResponder responder = responder(STUDIO);
    responder.up(link);
    time.pass(5_000);
    List<FakeLink.Sent> sent = link.take();
    assertThat(sent).hasSize(5);
    long first = sent.get(0).at();
    assertThat(first).isBetween(0L, 250L);
    assertThat(sent.stream().map(s -> s.at() - first)).containsExactly(0L, 250L, 500L, 750L, 1750L);
    for (FakeLink.Sent probe : sent.subList(0, 3)) {
      assertThat(probe.message().isResponse()).isFalse();
      assertThat(probe.message().questions())
          .extracting(DnsQuestion::name)
          .containsExactly(INSTANCE, HOST);
      assertThat(probe.message().authorities())
          .extracting(DnsRecord::type)
          .containsExactly(DnsData.SRV, DnsData.TXT, DnsData.A);
    }
    for (FakeLink.Sent announcement : sent.subList(3, 5)) {
      assertThat(announcement.message().flags()).isEqualTo(0x8400);
      assertThat(announcement.answerTypes())
          .containsExactly(DnsData.PTR, DnsData.SRV, DnsData.TXT, DnsData.A);
      assertThat(announcement.message().answers())
          .extracting(DnsRecord::flush)
          .containsExactly(false, true, true, true);
      assertThat(announcement.message().answers())
          .extracting(DnsRecord::ttl)
          .containsExactly(4500L, 120L, 4500L, 120L);
    }
    assertThat(responder.announced()).isTrue();
  }

  @Test
  void answersNothingBeforeTheNameIsItsOwn() {
    MdnsResponder responder = responder(STUDIO);
    responder.up(link);
    responder.received(link, PEER, ask(MdnsRole.SERVICE, DnsData.PTR));
    time.pass(700);
    assertThat(link.take()).noneMatch(sent -> sent.message().isResponse());
  }

  @Test
  void newAddressesAreAnnouncedAtOnceWithoutProbing() {
    MdnsResponder responder = announced(STUDIO);
    link.setAddresses("10.0.0.9");
    responder.changed(link);
    time.pass(2_000);
    List<FakeLink.Sent> sent = link.take();
    assertThat(sent).hasSize(2);
    assertThat(sent.getFirst().at()).isEqualTo(5_000);
    assertThat(sent.getFirst().message().answers())
        .contains(new DnsRecord(HOST, true, 120, new DnsData.Address(FakeLink.ip("10.0.0.9"))));
  }

  @Test
  void anInterfaceThatComesLaterIsProbedAlone() {
    MdnsResponder responder = announced(STUDIO);
    FakeLink second = new FakeLink("wlan0", time, "10.1.0.1");
    responder.up(second);
    time.pass(5_000);
    assertThat(link.take()).isEmpty();
    assertThat(second.take()).hasSize(5);
    responder.down(second);
    responder.received(second, PEER, ask(MdnsRole.SERVICE, DnsData.PTR));
    time.pass(1_000);
    assertThat(second.take()).isEmpty();
  }

  @Test
  void saysGoodbyeToEverythingAndIsSilentThen() {
    MdnsResponder responder = announced(STUDIO);
    responder.withdraw();
    List<FakeLink.Sent> sent = link.take();
    assertThat(sent).hasSize(1);
    assertThat(sent.getFirst().answerTypes())
        .containsExactly(DnsData.PTR, DnsData.SRV, DnsData.TXT, DnsData.A);
    assertThat(sent.getFirst().message().answers()).allMatch(record -> record.ttl() == 0);
    responder.received(link, PEER, ask(MdnsRole.SERVICE, DnsData.PTR));
    time.pass(5_000);
    assertThat(link.take()).isEmpty();
  }

  @Test
  void whatNobodyHasHeardOfNeedsNoGoodbye() {
    MdnsResponder responder = responder(STUDIO);
    responder.up(link);
    time.pass(300);
    link.take();
    responder.withdraw();
    time.pass(5_000);
    assertThat(link.take()).isEmpty();
  }

  // --- answers -----------------------------------------------------------------------------------

  @Test
  void theArduinoLibraryGetsEverythingInOnePacketOf512Bytes() {
    MdnsResponder responder = announced(STUDIO);
    byte[] query = HexFormat.of().parseHex(DnsMessageTest.ARDUINO_QUERY);
    responder.received(link, PEER, DnsReader.read(query, query.length));
    time.pass(200);
    List<FakeLink.Sent> sent = link.take();
    assertThat(sent).hasSize(1);
    FakeLink.Sent answer = sent.getFirst();
    assertThat(answer.at() - 5_000).isBetween(20L, 120L);
    assertThat(answer.answerTypes()).containsExactly(DnsData.PTR);
    assertThat(answer.additionalTypes()).containsExactly(DnsData.SRV, DnsData.TXT, DnsData.A);
    assertThat(answer.message().authorities()).isEmpty();
    assertThat(answer.message().questions()).isEmpty();
    assertThat(answer.length()).isLessThanOrEqualTo(512);
    assertThat(answer.message().additionals().getFirst().data())
        .isEqualTo(new DnsData.Service(0, 0, 7330, HOST));
  }

  @Test
  void theLongestNameAndManyAddressesStillFit() {
    String[] many = new String[30];
    for (int i = 0; i < many.length; i++) {
      many[i] = "10.0.0." + (i + 1);
    }
    link.setAddresses(many);
    MdnsResponder responder =
        announced(
            new Advertisement(
                ID,
                "N".repeat(300),
                EnumSet.allOf(Feature.class),
                Map.of("ws", 65_535, "tcp", 65_535, "quic", 65_535, "udp", 65_535),
                true,
                "/" + "p".repeat(300)));
    responder.received(link, PEER, ask(MdnsRole.SERVICE, DnsData.PTR));
    time.pass(200);
    FakeLink.Sent answer = link.take().getFirst();
    assertThat(answer.length()).isLessThanOrEqualTo(512);
    assertThat(answer.additionalTypes()).startsWith(DnsData.SRV, DnsData.TXT, DnsData.A);
  }

  @Test
  void whatIsKnownForLongEnoughIsNotAnswered() {
    MdnsResponder responder = announced(STUDIO);
    DnsQuestion question = new DnsQuestion(MdnsRole.SERVICE, DnsData.PTR, false);
    responder.received(
        link, PEER, DnsMessage.query(List.of(question), List.of(pointer().withTtl(2250))));
    time.pass(2_000);
    assertThat(link.take()).isEmpty();
    responder.received(
        link, PEER, DnsMessage.query(List.of(question), List.of(pointer().withTtl(2249))));
    time.pass(2_000);
    assertThat(link.take()).hasSize(1);
  }

  @Test
  void whoHasMoreToSayOfWhatItKnowsIsWaitedFor() {
    MdnsResponder responder = announced(STUDIO);
    DnsMessage first = ask(MdnsRole.SERVICE, DnsData.PTR).withTruncated();
    responder.received(link, PEER, first);
    time.pass(300);
    assertThat(link.take()).isEmpty();
    responder.received(link, PEER, DnsMessage.query(List.of(), List.of(pointer())));
    time.pass(2_000);
    assertThat(link.take()).isEmpty();

    responder.received(link, PEER, first);
    // Somebody else knows it; that is another matter.
    responder.received(
        link, FakeLink.peer("10.0.0.3"), DnsMessage.query(List.of(), List.of(pointer())));
    time.pass(2_000);
    assertThat(link.take()).hasSize(1);
  }

  @Test
  void theSameIsNotSaidTwiceInASecond() {
    MdnsResponder responder = announced(STUDIO);
    for (int i = 0; i < 100; i++) {
      responder.received(link, PEER, ask(MdnsRole.SERVICE, DnsData.PTR));
      time.pass(10);
    }
    time.pass(2_000);
    List<FakeLink.Sent> sent = link.take();
    // The second for those who came behind the first.
    assertThat(sent).hasSize(2);
    assertThat(sent.get(1).at() - sent.get(0).at()).isGreaterThanOrEqualTo(1_000);
  }

  @Test
  void whatOnlyWeCanAnswerIsAnsweredAtOnce() {
    MdnsResponder responder = announced(STUDIO);
    responder.received(link, PEER, ask(INSTANCE, DnsData.SRV));
    List<FakeLink.Sent> sent = link.take();
    assertThat(sent).hasSize(1);
    assertThat(sent.getFirst().answerTypes()).containsExactly(DnsData.SRV);
    assertThat(sent.getFirst().additionalTypes()).containsExactly(DnsData.A);

    responder.received(link, PEER, ask(DnsName.of("STUDIO", "_clasp", "_TCP", "local"), 16));
    assertThat(link.take().getFirst().answerTypes()).containsExactly(DnsData.TXT);
    responder.received(link, PEER, ask(HOST, DnsData.A));
    assertThat(link.take().getFirst().answerTypes()).containsExactly(DnsData.A);
  }

  @Test
  void saysThatThereIsNoIpv6() {
    MdnsResponder responder = announced(STUDIO);
    responder.received(link, PEER, ask(HOST, DnsData.AAAA));
    assertThat(link.take().getFirst().message().answers().getFirst().data())
        .isEqualTo(new DnsData.Existing(HOST, List.of(DnsData.A)));
  }

  @Test
  void isInTheListOfAllTypes() {
    MdnsResponder responder = announced(STUDIO);
    DnsName types = DnsName.of("_services", "_dns-sd", "_udp", "local");
    responder.received(link, PEER, ask(types, DnsData.PTR));
    time.pass(200);
    assertThat(link.take().getFirst().message().answers())
        .containsExactly(new DnsRecord(types, false, 4500, new DnsData.Pointer(MdnsRole.SERVICE)));
  }

  @Test
  void othersAreNoneOfItsBusiness() {
    MdnsResponder responder = announced(STUDIO);
    responder.received(link, PEER, ask(DnsName.of("_http", "_tcp", "local"), DnsData.PTR));
    responder.received(
        link, PEER, ask(DnsName.of("Printer", "_clasp", "_tcp", "local"), DnsData.SRV));
    responder.received(
        link, PEER, new DnsMessage(0, 0x2800, List.of(), List.of(), List.of(), List.of()));
    time.pass(1_000);
    assertThat(link.take()).isEmpty();
  }

  @Test
  void whoeverDoesNotKnowOfMulticastGetsAnOrdinaryReply() {
    MdnsResponder responder = announced(STUDIO);
    InetSocketAddress resolver = new InetSocketAddress(FakeLink.ip("10.0.0.2"), 40_000);
    DnsMessage query =
        new DnsMessage(
            0x1234,
            0,
            List.of(new DnsQuestion(MdnsRole.SERVICE, DnsData.PTR, false)),
            List.of(),
            List.of(),
            List.of());
    responder.received(link, resolver, query);
    FakeLink.Sent reply = link.take().getFirst();
    assertThat(reply.to()).contains(resolver);
    assertThat(reply.message().id()).isEqualTo(0x1234);
    assertThat(reply.message().questions()).isEqualTo(query.questions());
    List<DnsRecord> all = new ArrayList<>(reply.message().answers());
    all.addAll(reply.message().additionals());
    assertThat(all).hasSize(4).allMatch(record -> record.ttl() == 10 && !record.flush());
    assertThat(reply.length()).isLessThanOrEqualTo(512);
  }

  @Test
  void whoeverWantsItForHimselfGetsItIfTheOthersHaveHeardItLately() {
    MdnsResponder responder = announced(STUDIO);
    DnsMessage query =
        DnsMessage.query(List.of(new DnsQuestion(MdnsRole.SERVICE, DnsData.PTR, true)), List.of());
    responder.received(link, PEER, query);
    assertThat(link.take().getFirst().to()).contains(PEER);
    // A quarter of 4500 s later the others could do with a reminder.
    time.pass(1_200_000);
    responder.received(link, PEER, query);
    time.pass(200);
    assertThat(link.take().getFirst().to()).isEmpty();
  }

  @Test
  void forgedSourcesDoNotGetManyReplies() {
    MdnsResponder responder = announced(STUDIO);
    DnsMessage query = ask(MdnsRole.SERVICE, DnsData.PTR);
    for (int i = 0; i < 1_000; i++) {
      responder.received(link, new InetSocketAddress(FakeLink.ip("10.0.0.2"), 1_000 + i), query);
    }
    assertThat(link.take()).hasSize(100);
  }

  // --- conflicts ---------------------------------------------------------------------------------

  private static DnsMessage rival() {
    return DnsMessage.response(
        List.of(
            new DnsRecord(
                INSTANCE, true, 120, new DnsData.Service(0, 0, 9, DnsName.of("rival", "local")))),
        List.of());
  }

  @Test
  void aNameThatIsTakenGetsANumber() {
    MdnsResponder responder = responder(STUDIO);
    responder.up(link);
    time.pass(300);
    responder.received(link, PEER, rival());
    time.pass(5_000);
    assertThat(responder.name()).isEqualTo("Studio (2)");
    DnsMessage announcement = link.take().getLast().message();
    assertThat(announcement.answers().getFirst().data())
        .isEqualTo(new DnsData.Pointer(DnsName.of("Studio (2)", MdnsRole.SERVICE)));
    assertThat(announcement.answers().get(2).data().toString()).contains("name=Studio (2)");
  }

  @Test
  void theNumberFitsBehindTheLongestName() {
    MdnsResponder responder = responder(named("é".repeat(40)));
    String name = responder.name();
    assertThat(name).isEqualTo("é".repeat(31));
    responder.up(link);
    time.pass(300);
    responder.received(
        link,
        PEER,
        DnsMessage.response(
            List.of(
                new DnsRecord(
                    DnsName.of(name, MdnsRole.SERVICE),
                    true,
                    120,
                    new DnsData.Text(List.of("x=y")))),
            List.of()));
    assertThat(responder.name()).isEqualTo("é".repeat(29) + " (2)");
  }

  @Test
  void whoeverHasTheNameDefendsItAtOnce() {
    MdnsResponder responder = announced(STUDIO);
    DnsMessage probe =
        DnsMessage.probe(
            List.of(new DnsQuestion(INSTANCE, DnsData.ANY, true)),
            List.of(
                new DnsRecord(
                    INSTANCE,
                    false,
                    120,
                    new DnsData.Service(0, 0, 9, DnsName.of("rival", "local")))));
    responder.received(link, PEER, probe);
    assertThat(link.take().getFirst().answerTypes()).containsExactly(DnsData.SRV, DnsData.TXT);
    assertThat(responder.name()).isEqualTo("Studio");
  }

  @Test
  void aDisputedNameIsProbedAgainAndKeptIfTheOtherIsSilent() {
    MdnsResponder responder = announced(STUDIO);
    responder.received(link, PEER, rival());
    time.pass(5_000);
    assertThat(link.take()).hasSize(5);
    assertThat(responder.name()).isEqualTo("Studio");
  }

  @Test
  void aDisputedNameIsGivenUpIfTheOtherInsists() {
    MdnsResponder responder = announced(STUDIO);
    responder.received(link, PEER, rival());
    time.pass(400);
    responder.received(link, PEER, rival());
    time.pass(5_000);
    assertThat(responder.name()).isEqualTo("Studio (2)");
  }

  @Test
  void ofTwoThatProbeAtOnceTheGreaterOneWins() {
    for (boolean greater : new boolean[] {true, false}) {
      MdnsResponder responder = responder(STUDIO);
      FakeLink fresh = new FakeLink("eth0", time, "10.0.0.1");
      responder.up(fresh);
      time.pass(260);
      fresh.take();
      responder.received(
          fresh,
          PEER,
          DnsMessage.probe(
              List.of(new DnsQuestion(INSTANCE, DnsData.ANY, true)),
              List.of(
                  new DnsRecord(
                      INSTANCE,
                      false,
                      120,
                      new DnsData.Text(List.of(greater ? "zzzzzzzzzzzzzzz" : ""))),
                  new DnsRecord(
                      INSTANCE, false, 120, new DnsData.Service(0, 0, greater ? 9999 : 1, HOST)))));
      time.pass(900);
      // A second's rest for who has lost, and then it tries again.
      assertThat(fresh.take().isEmpty()).isEqualTo(greater);
      time.pass(5_000);
      assertThat(responder.announced()).isTrue();
      assertThat(responder.name()).isEqualTo("Studio");
    }
  }

  @Test
  void itsOwnEchoIsNoConflictOnWhateverInterfaceItComesBack() {
    MdnsResponder responder = responder(STUDIO);
    FakeLink second = new FakeLink("wlan0", time, "10.1.0.1");
    responder.up(link);
    responder.up(second);
    for (int i = 0; i < 60; i++) {
      time.pass(100);
      for (FakeLink.Sent sent : link.take()) {
        responder.received(link, FakeLink.peer("10.0.0.1"), sent.message());
        responder.received(second, FakeLink.peer("10.0.0.1"), sent.message());
      }
      for (FakeLink.Sent sent : second.take()) {
        responder.received(link, FakeLink.peer("10.1.0.1"), sent.message());
        responder.received(second, FakeLink.peer("10.1.0.1"), sent.message());
      }
    }
    assertThat(responder.name()).isEqualTo("Studio");
    assertThat(responder.announced()).isTrue();
  }

  @Test
  void aPeerThatDisputesEveryNameSlowsUsDown() {
    MdnsResponder responder = responder(STUDIO);
    responder.up(link);
    int probes = 0;
    for (int i = 0; i < 600; i++) {
      time.pass(100);
      List<FakeLink.Sent> sent = link.take();
      probes += sent.size();
      if (!sent.isEmpty()) {
        responder.received(
            link,
            PEER,
            DnsMessage.response(
                List.of(
                    new DnsRecord(
                        DnsName.of(responder.name(), MdnsRole.SERVICE),
                        true,
                        120,
                        new DnsData.Text(List.of("x=y")))),
                List.of()));
      }
    }
    // A minute: 16 at once, and then one in five seconds.
    assertThat(probes).isLessThan(40);
  }
}
