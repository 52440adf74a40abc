package dev.clasp.rdm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Messages and answers as octets. */
class RdmMessageTest {

  /** Destination, source and parameter of the example of E1.20 section 6.2. */
  private static final byte[] GET_STATUS =
      HexFormat.of()
          .parseHex(
              "cc0119123456789abccba9876543210001"
                  + "00"
                  + "0000"
                  + "20"
                  + "0030"
                  + "01"
                  + "04"
                  + "06a0");

  @Test
  void aRequestHasTheOctetsOfTheStandard() {
    RdmMessage message =
        RdmMessage.request(
            Uid.parse("1234:56789abc"),
            Uid.parse("cba9:87654321"),
            0,
            0,
            CommandClass.GET,
            Pid.STATUS_MESSAGES.code(),
            new byte[] {4});

    byte[] octets = message.encode();

    // The last two are their sum.
    int sum = 0;
    for (int i = 0; i < octets.length - 2; i++) {
      sum += octets[i] & 0xFF;
    }
    assertThat(Octets.u16(octets, octets.length - 2)).isEqualTo(sum);
    assertThat(octets).startsWith(java.util.Arrays.copyOf(GET_STATUS, 25));
    assertThat(octets).hasSize(27);
    assertThat(RdmMessage.decode(octets)).isEqualTo(message);
    assertThat(RdmMessage.decodeWithoutStartCode(message.encodeWithoutStartCode()))
        .isEqualTo(message);
  }

  @Test
  void aWrongChecksumIsNoticed() {
    byte[] octets =
        RdmMessage.request(
                Uid.BROADCAST, Uid.of(1, 2), 3, 0, CommandClass.SET, 0x1000, new byte[] {1})
            .encode();
    octets[24]++;

    assertThatThrownBy(() -> RdmMessage.decode(octets)).hasMessageContaining("checksum");
  }

  @Test
  void anAnswerOfABranchIsTheUidTwice() {
    Uid uid = Uid.parse("7a70:00000001");

    byte[] octets = BranchAnswer.encode(uid);

    assertThat(HexFormat.of().formatHex(octets))
        .startsWith("fefefefefefefeaa" + "fa7f" + "fa75" + "aa55" + "aa55" + "aa55" + "ab55")
        .hasSize(48);
    assertThat(BranchAnswer.decode(octets)).contains(uid);
    // Widgets leave some of the preamble out.
    assertThat(BranchAnswer.decode(java.util.Arrays.copyOfRange(octets, 5, 24))).contains(uid);
  }

  @Test
  void twoAnswersAtOnceAreACollision() {
    byte[] both = BranchAnswer.encode(Uid.parse("7a70:00000013"));
    byte[] other = BranchAnswer.encode(Uid.parse("7a70:00000031"));
    for (int i = 0; i < both.length; i++) {
      both[i] |= other[i];
    }

    assertThat(BranchAnswer.decode(both)).isEmpty();
  }

  @Test
  void aUidConcernsItselfAndItsManufacturer() {
    Uid lamp = Uid.parse("7a70:00000001");

    assertThat(Uid.BROADCAST.concerns(lamp)).isTrue();
    assertThat(Uid.parse("7a70:ffffffff").concerns(lamp)).isTrue();
    assertThat(Uid.parse("7a71:ffffffff").concerns(lamp)).isFalse();
    assertThat(Uid.parse("7a70:00000002").concerns(lamp)).isFalse();
    assertThat(lamp.toString()).isEqualTo("7a70:00000001");
    assertThatThrownBy(() -> Uid.parse("lamp")).hasMessageContaining("7a70:00000001");
  }
}
