package dev.clasp.midi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.clasp.midi.Ump.Midi2;
import dev.clasp.midi.Ump.Part;
import dev.clasp.midi.Ump.Stream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class UmpIdentityTest {

  private static final UmpIdentity IDENTITY =
      new UmpIdentity("Hall with a long name", "A1", 0, 1, true);

  private static List<String> hex(List<Ump> packets) {
    HexFormat digits = HexFormat.of();
    return packets.stream()
        .map(packet ->
            String.join(" ", Arrays.stream(packet.words()).mapToObj(digits::toHexDigits).toList()))
        .toList();
  }

  @Test
  void anEndpointSaysWhatItIs() {
    assertThat(hex(IDENTITY.answers(UmpIdentity.discovery())))
        .containsExactly(
            "f0010101 81000300 00000000 00000000",
            "f0020000 007d0000 00000000 00000000",
            "f4034861 6c6c2077 69746820 61206c6f",
            "fc036e67 206e616d 65000000 00000000",
            "f0044131 00000000 00000000 00000000",
            "f0060200 00000000 00000000 00000000");
    Stream info = (Stream) IDENTITY.answers(UmpIdentity.discovery()).getFirst();
    assertThat(UmpIdentity.speaksMidi2(info)).isTrue();
  }

  @Test
  void andOneFunctionBlock() {
    assertThat(hex(IDENTITY.answers(new Stream(Part.COMPLETE, 0x10, 0xFF03, 0, 0, 0))))
        .containsExactly(
            "f0118003 00010000 00000000 00000000",
            "f4120048 616c6c20 77697468 2061206c",
            "fc12006f 6e67206e 616d6500 00000000");
    assertThat(IDENTITY.answers(new Stream(Part.COMPLETE, 0x10, 0x0203, 0, 0, 0))).isEmpty();
  }

  @Test
  void aProtocolIsAgreedUpon() {
    assertThat(hex(IDENTITY.answers(UmpIdentity.configure(2))))
        .containsExactly("f0060200 00000000 00000000 00000000");
    assertThat(hex(new UmpIdentity("", "", 0, 1, false).answers(UmpIdentity.configure(2))))
        .containsExactly("f0060100 00000000 00000000 00000000");
  }

  @Test
  void valuesHaveAllTheirBits() {
    Midi2 middle = new Midi2(0, Midi2.PITCH_BEND, 0, 0, 0x80000000);
    assertThat(UmpValue.of(middle)).isZero();
    assertThat(UmpValue.of(UmpValue.with(middle, 1))).isEqualTo(1);
    assertThat(UmpValue.of(UmpValue.with(middle, -1))).isEqualTo(-1);
    assertThat(UmpValue.of(UmpValue.with(middle, 0.123_456_789)))
        .isEqualTo(0.123_456_789, within(1e-9));
    Midi2 level = new Midi2(0, Midi2.CONTROL_CHANGE, 0, 7 << 8, 0x80000000);
    assertThat(UmpValue.of(level)).isEqualTo(0.5, within(1e-9));
    assertThat(UmpValue.of(UmpValue.refined(level, 0.501))).isEqualTo(0.501, within(1e-9));
    assertThat(UmpValue.refined(level, 0.9)).isEqualTo(level);
    assertThat(UmpValue.refined(level, Double.NaN)).isEqualTo(level);
    Midi2 note = new Midi2(0, Midi2.NOTE_ON, 0, 60 << 8, 0xFFFF0000);
    assertThat(UmpValue.of(note)).isEqualTo(1);
    assertThat(UmpValue.with(note, 0.5).data()).isEqualTo(0x80000000);
  }
}
