package dev.clasp.bridgesacn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.dmx.Dmx;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Packets byte for byte (bridges.md 7.4). */
class SacnPacketsTest {

  static final UUID CID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");

  private static final HexFormat HEX = HexFormat.ofDelimiter(" ").withUpperCase();
  private static final String HEAD = "00 10 00 00 41 53 43 2D 45 31 2E 31 37 00 00 00 ";
  private static final String CID_BYTES = "00 11 22 33 44 55 66 77 88 99 AA BB CC DD EE FF";

  private final SacnWriter writer = new SacnWriter(CID, "CLASP");
  private final SacnReader reader = new SacnReader();

  static byte[] data(SacnWriter writer, int universe, int sequence, int... slots) {
    byte[] packet = writer.data(universe, slots.length, 100, 0, Dmx.START_LEVELS);
    byte[] levels = new byte[slots.length];
    for (int i = 0; i < slots.length; i++) {
      levels[i] = (byte) slots[i];
    }
    SacnWriter.frame(packet, levels, sequence, 0);
    return packet;
  }

  private static String hex(byte[] packet, int from, int to) {
    return HEX.formatHex(packet, from, to);
  }

  @Test
  void aDataPacketIsTheOneOfTheStandard() {
    byte[] packet = data(writer, 1, 7, 0xFF, 0x80);
    assertThat(packet).hasSize(128);
    assertThat(hex(packet, 0, 38)).isEqualTo(HEAD + "70 70 00 00 00 04 " + CID_BYTES);
    assertThat(hex(packet, 38, 44)).isEqualTo("70 5A 00 00 00 02");
    assertThat(new String(packet, 44, 6, StandardCharsets.UTF_8)).isEqualTo("CLASP\0");
    assertThat(hex(packet, 108, 128))
        .isEqualTo("64 00 00 07 00 00 01 70 0D 02 A1 00 00 00 01 00 03 00 FF 80");
  }

  @Test
  void aFullPacketHas638Octets() {
    assertThat(writer.data(1, 512, 100, 0, 0)).hasSize(638);
  }

  @Test
  void aSynchronizationPacketIsTheOneOfTheStandard() {
    byte[] packet = writer.sync(7962, 9);
    assertThat(packet).hasSize(49);
    assertThat(hex(packet, 16, 22)).isEqualTo("70 21 00 00 00 08");
    assertThat(hex(packet, 38, 49)).isEqualTo("70 0B 00 00 00 01 09 1F 1A 00 00");
    assertThat(reader.read(packet, packet.length)).isEqualTo(SacnReader.Kind.SYNC);
    assertThat(reader.syncUniverse()).isEqualTo(7962);
    assertThat(reader.syncSequence()).isEqualTo(9);
  }

  @Test
  void dataIsReadAsItWasWritten() {
    byte[] packet = data(writer, 63_999, 255, 1, 2, 3);
    assertThat(reader.read(packet, packet.length)).isEqualTo(SacnReader.Kind.DATA);
    assertThat(reader.cid()).isEqualTo(CID);
    assertThat(reader.sourceName()).isEqualTo("CLASP");
    assertThat(reader.universe()).isEqualTo(63_999);
    assertThat(reader.sequence()).isEqualTo(255);
    assertThat(reader.priority()).isEqualTo(100);
    assertThat(reader.slots()).isEqualTo(3);
    assertThat(reader.startCode()).isZero();
    assertThat(reader.preview()).isFalse();
    assertThat(reader.terminated()).isFalse();
  }

  @Test
  void manyUniversesAreListedInPages() {
    List<Integer> universes = IntStream.rangeClosed(1, 600).boxed().toList();
    assertThat(SacnWriter.pages(universes)).isEqualTo(2);
    byte[] second = writer.discovery(universes, 1);
    assertThat(reader.read(second, second.length)).isEqualTo(SacnReader.Kind.DISCOVERY);
    assertThat(reader.page()).isEqualTo(1);
    assertThat(reader.lastPage()).isEqualTo(1);
    assertThat(reader.listed()).hasSize(88).startsWith(513).endsWith(600);
    assertThat(writer.discovery(universes, 0)).hasSize(Sacn.MAX_PACKET);
    assertThat(hex(writer.discovery(List.of(), 0), 112, 120)).isEqualTo("70 08 00 00 00 01 00 00");
  }

  @Test
  void groupsAreThoseOfTheStandard() {
    assertThat(Sacn.group(7962, false).getHostAddress()).isEqualTo("239.255.31.26");
    assertThat(Sacn.group(64_214, false).getHostAddress()).isEqualTo("239.255.250.214");
    assertThat(Sacn.group(7962, true).getHostAddress()).isEqualTo("ff18:0:0:0:0:0:8300:1f1a");
  }

  @Test
  void everyCutAndEveryWrongLengthIsNoticed() {
    byte[] packet = data(writer, 1, 7, 1, 2, 3);
    for (int length = 0; length < packet.length; length++) {
      assertThat(reader.read(packet, length)).isEqualTo(SacnReader.Kind.BROKEN);
    }
    for (int at : new int[] {0, 4, 16, 17, 38, 39, 115, 116, 117, 118, 120, 122, 123, 124}) {
      byte[] wrong = packet.clone();
      wrong[at] ^= 0x55;
      assertThat(reader.read(wrong, wrong.length))
          .as("octet %d", at)
          .isEqualTo(SacnReader.Kind.BROKEN);
    }
    packet[Sacn.PRIORITY] = (byte) 201;
    assertThat(reader.read(packet, packet.length)).isEqualTo(SacnReader.Kind.BROKEN);
    assertThat(reader.problem()).contains("200 is the highest");
  }

  @Test
  void otherPacketsOfAcnAreNobodysMistake() {
    byte[] packet = data(writer, 1, 7, 1);
    packet[Sacn.ROOT_VECTOR + 3] = 9;
    assertThat(reader.read(packet, packet.length)).isEqualTo(SacnReader.Kind.OTHER);
  }
}
