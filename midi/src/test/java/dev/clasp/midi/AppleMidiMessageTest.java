package dev.clasp.midi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AppleMidiMessageTest {

  static Stream<AppleMidiMessage> all() {
    return Stream.of(
        new AppleMidiMessage.Invitation(0xF519AEB9, 0x2C1F01A2, "Bühne"),
        new AppleMidiMessage.Accepted(1, 2, "x"),
        new AppleMidiMessage.Refused(1, 2, ""),
        new AppleMidiMessage.End(1, -2),
        new AppleMidiMessage.Clock(1, 2, 3L << 33, -1, 5),
        new AppleMidiMessage.Feedback(1, 65_535),
        new AppleMidiMessage.Limit(1, 31_250));
  }

  @ParameterizedTest
  @MethodSource("all")
  void whatIsWrittenIsRead(AppleMidiMessage message) throws RtpMidiException {
    byte[] bytes = message.write();
    assertThat(AppleMidiMessage.parse(bytes, bytes.length)).contains(message);
  }

  @Test
  void anInvitationIsAsAppleHasIt() {
    assertThat(new AppleMidiMessage.Invitation(0xF519AEB9, 0x2C1F01A2, "AB").write())
        .isEqualTo(HexFormat.of().parseHex("ffff494e00000002f519aeb92c1f01a2414200"));
  }

  @Test
  void lettersOfOthersAreNothing() throws RtpMidiException {
    assertThat(AppleMidiMessage.parse(HexFormat.of().parseHex("ffff5858"), 4)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ffff494e",
        "ffff494e00000001f519aeb92c1f01a200",
        "ffff434b0000000103000000",
        "ffff5253"
      })
  void whatIsNoneIsRefused(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    assertThatThrownBy(() -> AppleMidiMessage.parse(bytes, bytes.length))
        .isInstanceOf(RtpMidiException.class);
  }

  @Test
  void aNameCannotDisturbATerminal() throws RtpMidiException {
    byte[] bytes = new AppleMidiMessage.Invitation(1, 2, "a\u001b[2Jb" + "c".repeat(500)).write();
    assertThat(
            ((AppleMidiMessage.Invitation)
                    AppleMidiMessage.parse(bytes, bytes.length).orElseThrow())
                .name())
        .startsWith("a[2Jb")
        .hasSize(128);
  }
}
