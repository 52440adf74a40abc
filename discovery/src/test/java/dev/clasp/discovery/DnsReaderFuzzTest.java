package dev.clasp.discovery;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes as a packet of multicast DNS: a message that can be written and read again, or one kind
 * of exception; and whatever it says, who answers and who browses go on.
 */
class DnsReaderFuzzTest {

  static Stream<byte[]> seeds() {
    FakeTime time = new FakeTime();
    FakeLink link = new FakeLink("eth0", time, "10.0.0.1");
    responder(time).up(link);
    time.pass(5_000);
    List<byte[]> seeds = new ArrayList<>();
    seeds.add(new byte[0]);
    seeds.add(HexFormat.of().parseHex(DnsMessageTest.ARDUINO_QUERY));
    link.take().forEach(sent -> seeds.add(DnsWriter.write(sent.message())));
    return seeds.stream();
  }

  private static MdnsResponder responder(FakeTime time) {
    return new MdnsResponder(
        MdnsResponderTest.STUDIO, MdnsTimes.DEFAULT, time.timetable, new SplittableRandom(1));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyBytesAreAMessageOrRefused(byte[] bytes) {
    DnsMessage message;
    try {
      message = DnsReader.read(bytes, bytes.length);
    } catch (DnsFormatException e) {
      return;
    }
    byte[] written = DnsWriter.write(message);
    check(DnsReader.read(written, written.length).equals(message), "not the same again");

    FakeTime time = new FakeTime();
    FakeLink link = new FakeLink("eth0", time, "10.0.0.1");
    MdnsResponder responder = responder(time);
    List<DiscoveryEvent> events = new ArrayList<>();
    MdnsBrowser browser = new MdnsBrowser(time.timetable, new SplittableRandom(1), events::add);
    responder.up(link);
    browser.up(link);
    responder.received(link, FakeLink.peer("10.0.0.2"), message);
    time.pass(3_000);
    responder.received(link, FakeLink.peer("10.0.0.2"), message);
    browser.received(link, FakeLink.peer("10.0.0.2"), message);
    time.pass(3_000);
    for (FakeLink.Sent sent : link.take()) {
      check(sent.length() <= 1400 || !sent.message().isResponse(), "too long");
    }
    for (DiscoveryEvent event : events) {
      if (event instanceof DiscoveryEvent.Found(Device device)) {
        check(device.name().chars().noneMatch(Character::isISOControl), "control character");
        device.stableId().ifPresent(UUID::fromString);
      }
    }
  }

  private static void check(boolean good, String otherwise) {
    if (!good) {
      throw new AssertionError(otherwise);
    }
  }
}
