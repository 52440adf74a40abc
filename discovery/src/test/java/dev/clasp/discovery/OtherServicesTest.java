package dev.clasp.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Services that are not routers: announced and found in the same way. */
class OtherServicesTest {

  private static final UUID ID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
  private static final DnsName TYPE = DnsName.of("_oscjson", "_tcp", "local");
  private static final DnsName INSTANCE = DnsName.of("Show", TYPE);

  private final FakeTime time = new FakeTime();
  private final FakeLink link = new FakeLink("eth0", time, "10.0.0.1");

  private MdnsResponder announced(Map<String, String> text) {
    MdnsResponder responder =
        new MdnsResponder(
            MdnsService.of(new ServiceAnnouncement(ID, "Show", "_oscjson._tcp", 7770, text)),
            MdnsTimes.DEFAULT,
            time.timetable,
            new SplittableRandom(1));
    responder.up(link);
    time.pass(5_000);
    return responder;
  }

  @Test
  void aServiceIsAnnouncedUnderItsTypeWithItsPort() {
    announced(Map.of());
    List<DnsRecord> records = link.take().getLast().message().answers();
    assertThat(records)
        .contains(
            new DnsRecord(TYPE, false, 4500, new DnsData.Pointer(INSTANCE)),
            new DnsRecord(
                INSTANCE,
                true,
                120,
                new DnsData.Service(0, 0, 7770, DnsName.of("clasp-001122334455", "local"))),
            new DnsRecord(INSTANCE, true, 4500, new DnsData.Text(List.of())));
  }

  @Test
  void keysAndValuesGoIntoTheText() {
    announced(Map.of("txtvers", "1"));
    assertThat(link.take().getLast().message().answers())
        .contains(new DnsRecord(INSTANCE, true, 4500, new DnsData.Text(List.of("txtvers=1"))));
  }

  @Test
  void aQuestionForRoutersIsNotForIt() {
    MdnsResponder responder = announced(Map.of());
    link.take();
    responder.received(
        link,
        FakeLink.peer("10.0.0.2"),
        DnsMessage.query(
            List.of(new DnsQuestion(MdnsRole.SERVICE, DnsData.PTR, false)), List.of()));
    time.pass(1_000);
    assertThat(link.take()).isEmpty();
  }

  @Test
  void whoLooksForTheTypeFindsIt() {
    announced(Map.of());
    DnsMessage announcement = link.take().getLast().message();
    List<DiscoveryEvent> events = new ArrayList<>();
    FakeLink other = new FakeLink("eth0", time, "10.0.0.9");
    MdnsBrowser browser =
        new MdnsBrowser(
            TYPE, ServiceBrowser::device, time.timetable, new SplittableRandom(1), events::add);
    browser.up(other);
    browser.received(other, FakeLink.peer("10.0.0.1"), announcement);
    assertThat(events).hasSize(1);
    Device device = ((DiscoveryEvent.Found) events.getFirst()).device();
    assertThat(device.name()).isEqualTo("Show");
    assertThat(device.endpoints()).containsEntry("authority", "10.0.0.1:7770");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "_osc", "osc._udp", "_osc._udp.local", "_OSC._udp", "_osc._sctp"})
  void otherTypesAreNone(String type) {
    assertThatThrownBy(() -> new ServiceAnnouncement(ID, "x", type, 1, Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
