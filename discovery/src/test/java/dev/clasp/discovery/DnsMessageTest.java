package dev.clasp.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class DnsMessageTest {

  /** The fixed query of the Arduino library (discovery.md 2.4). */
  static final String ARDUINO_QUERY =
      "000000000001000000000000" + "065f636c617370045f746370056c6f63616c00" + "000c0001";

  private static final DnsName STUDIO = DnsName.of("Studio 1.2 é", MdnsRole.SERVICE);
  private static final DnsName HOST = DnsName.of("host", "local");

  private static List<DnsRecord> records() {
    return List.of(
        new DnsRecord(MdnsRole.SERVICE, false, 4500, new DnsData.Pointer(STUDIO)),
        new DnsRecord(STUDIO, true, 120, new DnsData.Service(1, 2, 65_535, HOST)),
        new DnsRecord(STUDIO, true, 0xFFFFFFFFL, new DnsData.Text(List.of("a=b", "c"))),
        new DnsRecord(STUDIO, true, 0, new DnsData.Text(List.of())),
        new DnsRecord(HOST, true, 120, new DnsData.Address(FakeLink.ip("10.0.0.7"))),
        new DnsRecord(HOST, true, 120, new DnsData.Address(FakeLink.ip("fe80::1"))),
        new DnsRecord(HOST, true, 120, new DnsData.Existing(HOST, List.of(1, 28))),
        new DnsRecord(HOST, true, 120, new DnsData.Other(13, "\u0001xy")));
  }

  private static DnsMessage read(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    return DnsReader.read(bytes, bytes.length);
  }

  @Test
  void everyRecordComesBackAsItWas() {
    DnsMessage message =
        new DnsMessage(
            7,
            0x8400,
            List.of(new DnsQuestion(STUDIO, DnsData.ANY, true)),
            records(),
            records(),
            records());
    byte[] compressed = DnsWriter.write(message);
    byte[] plain = DnsWriter.writePlain(message);
    assertThat(DnsReader.read(compressed, compressed.length)).isEqualTo(message);
    assertThat(DnsReader.read(plain, plain.length)).isEqualTo(message);
    assertThat(compressed.length).isLessThan(plain.length);
  }

  @Test
  void theQueryOfTheArduinoLibraryIsReadAndWrittenByteForByte() {
    DnsMessage query = read(ARDUINO_QUERY);
    assertThat(query.questions())
        .containsExactly(new DnsQuestion(MdnsRole.SERVICE, DnsData.PTR, false));
    byte[] written = DnsWriter.write(query);
    assertThat(written).hasSize(35);
    assertThat(HexFormat.of().formatHex(written)).isEqualTo(ARDUINO_QUERY);
  }

  @Test
  void namesDifferInCaseOnlyAreTheSame() {
    assertThat(DnsName.of("_CLASP", "_tcp", "Local")).isEqualTo(MdnsRole.SERVICE);
    // Only ASCII letters: everything else is bytes.
    assertThat(DnsName.of("É", "local")).isNotEqualTo(DnsName.of("é", "local"));
  }

  @Test
  void aDotInALabelIsData() {
    assertThat(STUDIO.labels()).hasSize(4);
    assertThat(STUDIO.isChildOf(MdnsRole.SERVICE)).isTrue();
    assertThat(DnsName.of("Studio 1", "2 é", "_clasp", "_tcp", "local").isChildOf(MdnsRole.SERVICE))
        .isFalse();
    assertThat(STUDIO.text()).isEqualTo("Studio 1.2 é._clasp._tcp.local.");
    assertThat(STUDIO.first()).isEqualTo("Studio 1.2 é");
  }

  @Test
  void aNameThatPointsAtItselfOrForwardIsRefused() {
    String head = "000000000001000000000000";
    assertThatThrownBy(() -> read(head + "c00c" + "000c0001"))
        .isInstanceOf(DnsFormatException.class);
    assertThatThrownBy(() -> read(head + "c00e" + "000c0001"))
        .isInstanceOf(DnsFormatException.class);
    // A label and then a pointer to that label: endless if one only looked at where one is.
    assertThatThrownBy(() -> read(head + "0161c00c" + "000c0001"))
        .isInstanceOf(DnsFormatException.class);
  }

  @Test
  void aNameMadeOfPointersIsNotLongerThanANameMayBe() {
    StringBuilder hex = new StringBuilder("000000000002000000000000");
    String label = "3f" + "61".repeat(63);
    // 4 labels of 63 are 257 bytes with their lengths and the zero.
    hex.append(label.repeat(3)).append("00").append("000c0001");
    hex.append(label).append("c00c").append("000c0001");
    assertThatThrownBy(() -> read(hex.toString()))
        .isInstanceOf(DnsFormatException.class)
        .hasMessageContaining("too long");
  }

  @Test
  void lengthsThatClaimMoreThanThereIsAreRefused() {
    byte[] whole = DnsWriter.write(DnsMessage.response(records(), List.of()));
    for (int length = 0; length < whole.length; length++) {
      int cut = length;
      assertThatThrownBy(() -> DnsReader.read(whole, cut)).isInstanceOf(DnsFormatException.class);
    }
    assertThatThrownBy(() -> read("0000840000000190ffff0000"))
        .isInstanceOf(DnsFormatException.class)
        .hasMessageContaining("too many");
  }

  @Test
  void whatBelongsToOtherClassesIsLeftOut() {
    // EDNS: a record whose class is a size.
    DnsMessage message =
        read("000000000000000000000001" + "00" + "0029" + "05a0" + "00000000" + "0000");
    assertThat(message.additionals()).isEmpty();
  }

  @Test
  void bytesThatAreNoUtf8ComeBackAsTheyWere() {
    byte[] odd = {(byte) 0xFF, (byte) 0xC3};
    DnsName name = DnsName.ofLabels(List.of(new String(odd, StandardCharsets.ISO_8859_1), "local"));
    byte[] written =
        DnsWriter.write(DnsMessage.query(List.of(new DnsQuestion(name, 1, false)), List.of()));
    assertThat(DnsReader.read(written, written.length).questions().getFirst().name())
        .isEqualTo(name);
    assertThat(name.first()).contains("\uFFFD");
  }
}
