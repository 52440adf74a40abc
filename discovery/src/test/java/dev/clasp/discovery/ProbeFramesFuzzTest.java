package dev.clasp.discovery;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.protocol.DecodeException;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as a probe and as a reply: answered within bounds, or ignored; never an exception. */
class ProbeFramesFuzzTest {

  private static final InetAddress SOURCE = FakeLink.ip("10.0.0.2");

  static Stream<byte[]> seeds() {
    byte[] probe = ProbeFrames.probe();
    byte[] more =
        ProbeFrames.reply(
            MdnsResponderTest.STUDIO,
            1,
            ProbeFrames.hello(probe, probe.length).orElseThrow(),
            probe.length);
    List<byte[]> seeds =
        new ArrayList<>(
            List.of(
                new byte[0],
                ProbeFrames.plainProbe(),
                probe,
                ProbeFramesTest.golden("reply.hex"),
                more,
                Arrays.copyOf(more, more.length - 5),
                // D-03: one packet that ends the reference.
                HexFormat.of().parseHex("5301000101"),
                HexFormat.of().parseHex("5301000102"),
                // HELLO in MessagePack.
                HexFormat.of()
                    .parseHex("53000018" + "82a474797065a548454c4c4fa46e616d65a6447564652121")));
    return seeds.stream();
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyBytesAreAnsweredWithinBoundsOrIgnored(byte[] bytes) {
    ProbeAnswerer answerer =
        new ProbeAnswerer(
            MdnsResponderTest.STUDIO, _ -> true, InstantSource.system(), System::nanoTime);
    Optional<byte[]> reply = answerer.answer(bytes, bytes.length, SOURCE);
    reply.ifPresent(r -> check(r.length <= Math.max(63, bytes.length), "a long reply"));

    FakeTime time = new FakeTime();
    List<DiscoveryEvent> events = new ArrayList<>();
    BroadcastProber prober =
        new BroadcastProber(
            time.timetable, TimeUnit.SECONDS.toNanos(30), List::of, (_, _) -> {}, events::add);
    prober.received(bytes, bytes.length, FakeLink.peer("10.0.0.2"));
    for (DiscoveryEvent event : events) {
      if (event instanceof DiscoveryEvent.Found(Device device)) {
        check(device.name().chars().noneMatch(Character::isISOControl), "control character");
        check(device.id().length() <= 256, "a long id");
        check(device.url().isPresent(), "no URL");
      }
    }
    try {
      ProbeFrames.reply(bytes, bytes.length);
    } catch (DecodeException e) {
      // The one that is expected.
    }
  }

  private static void check(boolean good, String otherwise) {
    if (!good) {
      throw new AssertionError(otherwise);
    }
  }
}
