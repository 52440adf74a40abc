package dev.clasp.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProbeAnswererTest {

  private static final InetAddress NEAR = FakeLink.ip("10.0.0.2");

  private final FakeTime time = new FakeTime();
  private final ProbeAnswerer answerer =
      new ProbeAnswerer(
          MdnsResponderTest.STUDIO,
          source -> source.getHostAddress().startsWith("10."),
          InstantSource.fixed(Instant.parse("2026-01-01T00:00:00.123456Z")),
          time::nanos);

  private Optional<byte[]> answer(byte[] datagram, InetAddress source) {
    return answerer.answer(datagram, datagram.length, source);
  }

  private Optional<byte[]> probe(InetAddress source) {
    return answer(ProbeFrames.plainProbe(), source);
  }

  @Test
  void theProbeOfTheReferenceGetsTheReplyByteForByte() {
    assertThat(probe(NEAR)).contains(ProbeFramesTest.golden("reply.hex"));
  }

  @Test
  void everyHelloIsAProbe() {
    byte[] other =
        FrameCodec.encode(
            new Message.Hello(3, Set.of(), "me", Optional.of("a token"), Optional.empty()));
    assertThat(answer(other, NEAR)).contains(ProbeFramesTest.golden("reply.hex"));
  }

  @Test
  void otherMessagesAndGarbageAreIgnoredAndCounted() {
    assertThat(answer(FrameCodec.encode(new Message.Ping()), NEAR)).isEmpty();
    assertThat(answer(ProbeFramesTest.golden("reply.hex"), NEAR)).isEmpty();
    for (String bad : List.of("", "53", "5301000101", "53010010", "ffffffffffff", "530100100101")) {
      assertThat(answer(HexFormat.of().parseHex(bad), NEAR)).isEmpty();
    }
    assertThat(answerer.count(ProbeCounter.OTHER)).isEqualTo(2);
    assertThat(answerer.count(ProbeCounter.MALFORMED)).isEqualTo(6);
    assertThat(answerer.count(ProbeCounter.PROBES)).isZero();
    assertThat(probe(NEAR)).isPresent();
  }

  @Test
  void strangersFromFarAwayGetNothing() {
    assertThat(probe(FakeLink.ip("192.0.2.1"))).isEmpty();
    assertThat(answerer.count(ProbeCounter.FAR)).isOne();
    assertThat(answerer.count(ProbeCounter.REPLIES)).isZero();
  }

  @Test
  void oneSourceGetsFiveASecond() {
    int replies = 0;
    for (int i = 0; i < 300; i++) {
      replies += probe(NEAR).isPresent() ? 1 : 0;
      time.pass(10);
    }
    assertThat(replies).isBetween(19, 20);
    assertThat(answerer.count(ProbeCounter.TOO_MANY)).isEqualTo(300 - replies);
    assertThat(probe(FakeLink.ip("10.0.0.3"))).isPresent();
  }

  @Test
  void allTogetherGetAHundredASecond() {
    int replies = 0;
    for (int i = 0; i < 5_000; i++) {
      replies += probe(FakeLink.ip("10.1." + i / 250 + "." + (1 + i % 250))).isPresent() ? 1 : 0;
    }
    assertThat(replies).isEqualTo(100);
    time.pass(1_000);
    assertThat(probe(NEAR)).isPresent();
  }
}
