package dev.clasp.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProbeFramesTest {

  private static final long TIME = 1_767_225_600_123_456L;

  /** A golden file: hexadecimal, and remarks behind #. */
  static byte[] golden(String name) {
    try (InputStream file = ProbeFramesTest.class.getResourceAsStream("/broadcast/" + name)) {
      if (file == null) {
        throw new AssertionError("no file " + name);
      }
      String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      return HexFormat.of().parseHex(text.replaceAll("#.*", "").replaceAll("\\s", ""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Message.Hello hello(String name) {
    return new Message.Hello(1, Set.of(), name, Optional.empty(), Optional.empty());
  }

  @Test
  void theProbeOfTheReferenceIsWrittenAndReadByteForByte() {
    assertThat(ProbeFrames.plainProbe()).isEqualTo(golden("probe.hex"));
    assertThat(ProbeFrames.hello(golden("probe.hex"), 20)).contains(hello("Discovery"));
  }

  @Test
  void theReplyIsAsLaidOut() {
    byte[] reply = ProbeFrames.reply(MdnsResponderTest.STUDIO, TIME, hello("Discovery"), 20);
    assertThat(reply).isEqualTo(golden("reply.hex"));
    assertThat(reply).hasSize(57 + "Studio".length());
    ProbeFrames.Reply read = ProbeFrames.reply(reply, reply.length).orElseThrow();
    assertThat(read.welcome().session()).isEqualTo(MdnsResponderTest.ID.toString());
    assertThat(read.welcome().timeMicros()).isEqualTo(TIME);
    assertThat(read.more()).isEmpty();
  }

  @Test
  void whoAsksForMoreGetsMoreBehindTheToken() {
    byte[] probe = ProbeFrames.probe();
    Message.Hello hello = ProbeFrames.hello(probe, probe.length).orElseThrow();
    byte[] reply = ProbeFrames.reply(MdnsResponderTest.STUDIO, TIME, hello, probe.length);
    assertThat(ProbeFrames.reply(reply, reply.length).orElseThrow().more())
        .containsExactly(
            Map.entry("id", MdnsResponderTest.ID.toString()),
            Map.entry("tls", "0"),
            Map.entry("path", "/clasp"),
            Map.entry("tcp", "7330"),
            Map.entry("ws", "7330"));
    // Old decoders stop behind the token, and see the reply as it always was.
    assertThat(FrameCodec.decode(reply, 0, reply.length).message())
        .isEqualTo(FrameCodec.decode(golden("reply.hex"), 0, 63).message());
  }

  @Test
  void aReplyThatTellsMoreIsNeverLongerThanItsProbe() {
    byte[] probe = ProbeFrames.probe();
    byte[] reply =
        ProbeFrames.reply(
            MdnsResponderTest.named("é".repeat(500)), TIME, hello("Discovery+"), probe.length);
    assertThat(reply.length).isLessThanOrEqualTo(probe.length);
    assertThat(ProbeFrames.reply(reply, reply.length).orElseThrow().more()).isNotEmpty();
    byte[] shortProbe = ProbeFrames.reply(MdnsResponderTest.STUDIO, TIME, hello("Discovery+"), 100);
    assertThat(shortProbe).isEqualTo(golden("reply.hex"));
  }

  @Test
  void theLongestReplyToTheProbeOfTheReferenceIsBounded() {
    byte[] reply =
        ProbeFrames.reply(MdnsResponderTest.named("é".repeat(500)), TIME, hello("Discovery"), 20);
    assertThat(reply).hasSize(57 + 64);
  }

  @Test
  void whatIsBehindTheTokenButNotOursIsNothing() {
    byte[] reply = golden("reply.hex");
    for (String tail : new String[] {"00", "0001", "ffff6161", "0400", "000461616161"}) {
      byte[] more = HexFormat.of().parseHex(tail);
      byte[] longer = new byte[reply.length + more.length];
      System.arraycopy(reply, 0, longer, 0, reply.length);
      System.arraycopy(more, 0, longer, reply.length, more.length);
      longer[3] = (byte) (longer.length - 4);
      assertThat(ProbeFrames.reply(longer, longer.length).orElseThrow().more()).isEmpty();
    }
  }
}
