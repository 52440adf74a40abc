package dev.clasp.midi;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any datagram is a packet, a message of a session, or refused. */
class RtpMidiFuzzTest {

  static Stream<byte[]> seeds() {
    return Stream.of(
            "8061000200000002000000034380 3c40200001000708 01f03ce4",
            "80610002000000020000000303903c64",
            "80e1000200000002000000038010f0010203f00405060708090a0b0c0d0ef7",
            "806100020000000200000003 40 600001 3c08 40 01 50 0000 0810 a4 058107 01 0740",
            "ffff494e00000002f519aeb92c1f01a2414200",
            "ffff434b000000010000000000000000000000010000000000000002000000000000000300")
        .map(text -> HexFormat.of().parseHex(text.replace(" ", "")));
  }

  @MethodSource("seeds")
  @FuzzTest
  void nothingElse(byte[] bytes) {
    RtpMidiReceiver receiver = new RtpMidiReceiver(100);
    try {
      RtpMidiPacket packet = RtpMidiPacket.parse(bytes, bytes.length);
      List<RtpMidiReceiver.Heard> heard = receiver.accept(packet);
      assertThat(heard).allMatch(each -> each.message().length <= 100);
      // The same once more, with a gap before it: repairs of repairs.
      RtpMidiPacket later =
          new RtpMidiPacket(
              packet.sequence() + 5 & 0xFFFF,
              packet.timestamp(),
              packet.ssrc(),
              packet.commands(),
              packet.journal());
      assertThat(receiver.accept(later).size()).isLessThan(100_000);
      byte[] written = packet.write();
      RtpMidiPacket again = RtpMidiPacket.parse(written, written.length);
      assertThat(again.commands()).isEqualTo(packet.commands());
    } catch (RtpMidiException e) {
      assertThat(e.getMessage()).isNotBlank();
    } catch (IllegalArgumentException e) {
      // With status bytes in full the list may be longer than a packet can carry.
      assertThat(bytes.length).isGreaterThan(3000);
    }
    try {
      if (AppleMidiMessage.begins(bytes, bytes.length)) {
        AppleMidiMessage.parse(bytes, bytes.length)
            .ifPresent(message -> {
              byte[] written = message.write();
              assertThat(parse(written)).isEqualTo(message);
            });
      }
    } catch (RtpMidiException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
    for (int length = 0; length < Math.min(bytes.length, 64); length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      try {
        RtpMidiPacket.parse(cut, length);
      } catch (RtpMidiException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }

  private static AppleMidiMessage parse(byte[] bytes) {
    try {
      return AppleMidiMessage.parse(bytes, bytes.length).orElseThrow();
    } catch (RtpMidiException e) {
      throw new AssertionError(e);
    }
  }
}
