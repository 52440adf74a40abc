package dev.clasp.bridgeartnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridgeartnet.ArtNetPacket.ArtAddress;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtDmx;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtPoll;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtPollReply;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtRdm;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtTimeCode;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtTodData;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtTrigger;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Packets as octets (bridges.md 5.6). */
class ArtNetCodecTest {

  private static final String HEAD = "4172742d4e657400";

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  private static String hex(ArtNetPacket packet) {
    return HexFormat.of().formatHex(ArtNetEncoder.encode(packet));
  }

  private static ArtNetPacket decode(String text) {
    return ArtNetDecoder.decode(hex(text), hex(text).length);
  }

  @Test
  void levelsHaveTheOctetsOfTheStandard() {
    byte[] data = hex("ff804000");

    assertThat(hex(new ArtDmx(1, 0, 16, data)))
        .isEqualTo(HEAD + "0050000e" + "0100" + "1000" + "0004" + "ff804000");
    ArtDmx back = (ArtDmx) decode(HEAD + "0050000e" + "0100" + "1000" + "0004" + "ff804000");
    assertThat(back.sequence()).isEqualTo(1);
    assertThat(back.portAddress()).isEqualTo(16);
    assertThat(back.data()).containsExactly(data);
  }

  @Test
  void aPortAddressHasFifteenBits() {
    ArtDmx dmx = new ArtDmx(0, 0, 0x7FFF, new byte[512]);

    assertThat(hex(dmx)).startsWith(HEAD + "0050000e" + "0000" + "ff7f" + "0200");
    byte[] octets = ArtNetEncoder.encode(dmx);
    octets[15] |= (byte) 0x80;
    assertThat(((ArtDmx) ArtNetDecoder.decode(octets, octets.length)).portAddress())
        .isEqualTo(0x7FFF);
  }

  @Test
  void aPollHasFourteenOctets() {
    assertThat(hex(new ArtPoll(0, 0, 0, 0, 0, 0))).isEqualTo(HEAD + "0020000e0000");
    assertThat(((ArtPoll) decode(HEAD + "0020000e0210")).replyOnChange()).isTrue();
    ArtPoll targeted = (ArtPoll) decode(HEAD + "0020000e2000" + "00100002" + "00000000");
    assertThat(targeted.targeted()).isTrue();
    assertThat(targeted.targetTop()).isEqualTo(16);
    assertThat(targeted.targetBottom()).isEqualTo(2);
  }

  @Test
  void oddLengthsAreTakenAndEvenOnesSent() {
    ArtDmx odd = (ArtDmx) decode(HEAD + "0050000e" + "0000" + "0000" + "0003" + "010203");
    assertThat(odd.data()).containsExactly(1, 2, 3);

    assertThat(hex(odd)).endsWith("0004" + "01020300");
  }

  @Test
  void aLengthIsNeverBelieved() {
    assertThatThrownBy(() -> decode(HEAD + "0050000e" + "0000" + "0000" + "0200" + "010203"))
        .hasMessageContaining("512 slots");
    assertThatThrownBy(() -> decode(HEAD + "0050000e" + "0000" + "0000" + "0201" + "010203"))
        .hasMessageContaining("513");
    assertThatThrownBy(() -> decode(HEAD + "0050000e" + "0000" + "0000" + "0000" + "0102"))
        .hasMessageContaining("1 to 512");
    // What is behind the length is no level.
    byte[] longer = new byte[18 + 600];
    System.arraycopy(hex(HEAD + "0050000e" + "0000" + "0000" + "0002"), 0, longer, 0, 18);
    assertThat(((ArtDmx) ArtNetDecoder.decode(longer, longer.length)).data()).hasSize(2);
  }

  @Test
  void lowerVersionsAreNotUnderstoodAndHigherOnesAre() {
    assertThatThrownBy(() -> decode(HEAD + "0050000d" + "0000" + "0000" + "0002" + "0102"))
        .hasMessageContaining("version 13");
    assertThat(decode(HEAD + "00500539" + "0000" + "0000" + "0002" + "0102"))
        .isInstanceOf(ArtDmx.class);
  }

  @Test
  void aReplyHas239OctetsEachInItsPlace() {
    ArtPollReply reply = Samples.reply();

    byte[] octets = ArtNetEncoder.encode(reply);

    assertThat(octets).hasSize(239);
    String hex = HexFormat.of().formatHex(octets);
    assertThat(hex).startsWith(HEAD + "0021" + "0a000005" + "3619" + "0102" + "12" + "03");
    // ESTA is little-endian, as is the port.
    assertThat(hex.substring(48, 52)).isEqualTo("707a");
    assertThat(hex.substring(2 * 172, 2 * 174)).isEqualTo("0004");
    assertThat(hex.substring(2 * 174, 2 * 178)).isEqualTo("80404080");
    assertThat(hex.substring(2 * 190, 2 * 194)).isEqualTo("0100000f");
    assertThat(hex.substring(2 * 200, 2 * 212))
        .isEqualTo("00" + "020304050607" + "0a000005" + "02");
    ArtPollReply back = (ArtPollReply) ArtNetDecoder.decode(octets, octets.length);
    assertThat(back.portName()).isEqualTo("CLASP");
    assertThat(back.portAddress(back.ports().get(3).swOut())).isEqualTo(0x12 << 8 | 0x3F);
    assertThat(ArtNetEncoder.encode(back)).isEqualTo(octets);
  }

  @Test
  void oldShortRepliesAreTaken() {
    byte[] octets = ArtNetEncoder.encode(Samples.reply());

    ArtPollReply old = (ArtPollReply) ArtNetDecoder.decode(octets, 207);

    assertThat(old.bindIndex()).isZero();
    assertThat(old.longName()).isEqualTo("CLASP for Java");
  }

  @Test
  void timeAndTriggersHaveTheirOctets() {
    assertThat(hex(new ArtTimeCode(0, 23, 59, 58, 24, 1)))
        .isEqualTo(HEAD + "0097000e" + "0000" + "183a3b17" + "01");
    assertThatThrownBy(() -> decode(HEAD + "0097000e" + "0000" + "183a3b18" + "01"))
        .hasMessageContaining("impossible");
    assertThat(hex(new ArtTrigger(0xFFFF, 3, 7, new byte[] {9})))
        .startsWith(HEAD + "0099000e" + "0000" + "ffff" + "0307" + "0900")
        .hasSize(2 * 530);
  }

  @Test
  void anAddressHas107Octets() {
    ArtAddress address =
        new ArtAddress(
            0x7F, 1, "new", "", new byte[4], hex("81000000"), 0, 255, ArtAddress.MERGE_LTP);

    assertThat(hex(address)).hasSize(2 * 107).endsWith("00ff10");
    ArtAddress back = (ArtAddress) decode(hex(address));
    assertThat(back.portName()).isEqualTo("new");
    assertThat(back.command()).isEqualTo(0x10);
  }

  @Test
  void devicesAndMessagesOfRdmHaveTheirPlaces() {
    ArtTodData tod =
        new ArtTodData(
            1, 1, 0x12, 0, 0x34, 1, 0, java.util.List.of(dev.clasp.rdm.Uid.parse("7a70:00000001")));
    assertThat(hex(tod))
        .isEqualTo(
            HEAD
                + "0081000e"
                + "0101"
                + "000000000000"
                + "01"
                + "12"
                + "00"
                + "34"
                + "0001"
                + "00"
                + "01"
                + "7a7000000001");
    assertThat(((ArtTodData) decode(hex(tod))).uids()).hasSize(1);
    assertThatThrownBy(() -> decode(hex(tod).substring(0, 2 * 27) + "05" + "7a7000000001"))
        .hasMessageContaining("5 devices");
    assertThat(hex(new ArtRdm(0, 0, 0x12, 0, 0x34, hex("0118"))))
        .isEqualTo(HEAD + "0083000e" + "0100" + "00000000000000" + "12" + "00" + "34" + "0118");
  }

  @ParameterizedTest
  @MethodSource("dev.clasp.bridgeartnet.Samples#all")
  void everyPacketComesBack(ArtNetPacket packet) {
    byte[] octets = ArtNetEncoder.encode(packet);

    ArtNetPacket back = ArtNetDecoder.decode(octets, octets.length);

    assertThat(back.getClass()).isEqualTo(packet.getClass());
    assertThat(ArtNetEncoder.encode(back)).isEqualTo(octets);
  }
}
