package dev.clasp.serial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HelloFinderTest {

  private static final byte[] HELLO = Lines.HELLO;
  private static final byte[] SET = Lines.set("/a", 1);

  private static HelloFinder finder(SerialFraming framing) {
    return SerialSettings.parse("x?framing=" + framing).helloFinder();
  }

  private static byte[] on(SerialFraming framing, byte[] frame) {
    return SerialSettings.parse("x?framing=" + framing).coding().encode(frame, 0, frame.length);
  }

  private static Optional<HelloFinder.Found> take(HelloFinder finder, byte[] bytes) {
    return finder.take(bytes, 0, bytes.length);
  }

  @ParameterizedTest
  @EnumSource(SerialFraming.class)
  void helloIsFoundWhereverItIsCut(SerialFraming framing) {
    byte[] line = on(framing, HELLO);
    for (int cut = 1; cut < line.length; cut++) {
      HelloFinder finder = finder(framing);
      assertThat(finder.take(line, 0, cut)).as("cut at %d", cut).isEmpty();

      Optional<HelloFinder.Found> found = finder.take(line, cut, line.length - cut);

      assertThat(found.orElseThrow().hello()).isEqualTo(HELLO);
      assertThat(found.orElseThrow().rest()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(SerialFraming.class)
  void whatComesBehindItIsKept(SerialFraming framing) {
    byte[] behind = on(framing, SET);
    HelloFinder.Found found =
        take(finder(framing), Lines.concat(on(framing, HELLO), behind)).orElseThrow();

    assertThat(found.hello()).isEqualTo(HELLO);
    assertThat(found.rest()).isEqualTo(behind);
  }

  @ParameterizedTest
  @EnumSource(SerialFraming.class)
  void otherMessagesAreCountedAndPassedOver(SerialFraming framing) {
    HelloFinder finder = finder(framing);
    byte[] ping = FrameCodec.encode(new Message.Ping());
    assertThat(take(finder, Lines.concat(on(framing, SET), on(framing, ping)))).isEmpty();
    assertThat(finder.strangers()).isEqualTo(2);
    assertThat(finder.strangers()).isZero();

    assertThat(take(finder, on(framing, HELLO))).isPresent();
  }

  /** Its header may be gone, and a byte in it may look like one. */
  @Test
  void halfOfAnOldFrameDoesNotHideHello() {
    byte[] old = Lines.frame(Lines.bytes("21 53 41 7f ff 53 53 53 00 00 53 41 00 20 11 12 13"));
    for (int from = 0; from <= old.length; from++) {
      HelloFinder finder = finder(SerialFraming.RAW);
      byte[] half = Arrays.copyOfRange(old, from, old.length);

      assertThat(take(finder, Lines.concat(half, HELLO)).orElseThrow().hello())
          .as("from %d", from)
          .isEqualTo(HELLO);
    }
  }

  @Test
  void noiseDoesNotHideHello() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 300; i++) {
      HelloFinder finder = finder(SerialFraming.RAW);
      for (int n = random.nextInt(10); n > 0; n--) {
        byte[] noise = new byte[random.nextInt(5000)];
        random.nextBytes(noise);
        for (int at = 0; at < noise.length; at += 1 + random.nextInt(9)) {
          noise[at] = 0x53;
        }
        assertThat(take(finder, noise)).isEmpty();
      }
      assertThat(take(finder, HELLO)).isPresent();
    }
  }

  @Test
  void aHelloInsideAValueIsNone() {
    byte[] set =
        FrameCodec.encode(
            new Message.SetValue(
                "/a",
                dev.clasp.protocol.Value.of(HELLO),
                java.util.OptionalLong.empty(),
                false,
                false,
                Optional.empty()));

    assertThat(take(finder(SerialFraming.RAW), set)).isEmpty();
  }

  @Test
  void afterAQuietTimeNothingGoesOn() {
    HelloFinder finder = finder(SerialFraming.RAW);
    finder.take(HELLO, 0, HELLO.length - 1);
    finder.quiet();

    assertThat(finder.take(HELLO, HELLO.length - 1, 1)).isEmpty();
    assertThat(take(finder, HELLO)).isPresent();
  }

  /** T-06: the frame that ends the process of the reference. */
  @ParameterizedTest
  @EnumSource(SerialFraming.class)
  void fiveBytesThatClaimToBeHelloAreNone(SerialFraming framing) {
    assertThat(take(finder(framing), on(framing, Lines.bytes("53 01 00 01 01")))).isEmpty();
  }
}
