package dev.clasp.midi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.testkit.RandomMidi;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RtpMidiPacketTest {

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  private static RtpMidiPacket parse(String text) throws RtpMidiException {
    byte[] bytes = hex(text);
    return RtpMidiPacket.parse(bytes, bytes.length);
  }

  private static List<String> commands(String list) throws RtpMidiException {
    byte[] bytes = hex(list);
    return parse(
            "8061000100000002 00000003" + HexFormat.of().toHexDigits((byte) bytes.length) + list)
        .commands()
        .stream()
        .map(RtpMidiCommand::toString)
        .toList();
  }

  @Test
  void aPacketHasItsFields() throws RtpMidiException {
    RtpMidiPacket packet = parse("80e1 1234 00000002 cafebabe 03 903c64");
    assertThat(packet)
        .isEqualTo(
            new RtpMidiPacket(
                0x1234,
                2,
                0xCAFEBABE,
                List.of(new RtpMidiCommand(0, hex("903c64"))),
                Optional.empty()));
    assertThat(packet.write()).isEqualTo(hex("80e1 1234 00000002 cafebabe 03 903c64"));
  }

  @ParameterizedTest
  @CsvSource({
    "903c64 00 3e64, '+0 903c64,+0 903e64'",
    "903c64 8100 f8 05 3e00, '+0 903c64,+128 f8,+5 903e00'",
    "f0010203f7, +0 f0010203f7",
    "f00102f0, +0 f00102f0",
    "f70304f7, +0 f70304f7",
    "f7f4, +0 f7f4",
    "f001, +0 f001f0",
    "c005 00 d007, '+0 c005,+0 d007'",
    "f20102 00 f6 00, '+0 f20102,+0 f6'",
  })
  void listsAreRead(String list, String expected) throws RtpMidiException {
    assertThat(commands(list)).containsExactly(expected.split(","));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "3c64",
        "90",
        "903c",
        "90f860",
        "f20102 00 0304",
        "903c64 80808080 00 3c64",
        "903c64 ffffffff7f"
      })
  void whatIsNoListIsRefused(String list) {
    assertThatThrownBy(() -> commands(list)).isInstanceOf(RtpMidiException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "80",
        "4061 0001 00000002 00000003 00",
        "8000 0001 00000002 00000003 00",
        "8061 0001 00000002 00000003",
        "8061 0001 00000002 00000003 05 90",
        "8f61 0001 00000002 00000003 00",
        "9061 0001 00000002 00000003 0000 ffff 00",
        "a061 0001 00000002 00000003 00 ff"
      })
  void whatIsNoPacketIsRefused(String packet) {
    assertThatThrownBy(() -> parse(packet)).isInstanceOf(RtpMidiException.class);
  }

  @Test
  void sourcesExtensionAndPaddingAreSteppedOver() throws RtpMidiException {
    RtpMidiPacket packet =
        parse("b161 0001 00000002 00000003 00000009 beef0001 00000000 03 903c64 000002");
    assertThat(packet.commands()).containsExactly(new RtpMidiCommand(0, hex("903c64")));
  }

  @Test
  void aTimeBeforeTheFirstCommandAndALongList() throws RtpMidiException {
    List<RtpMidiCommand> commands = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      commands.add(
          new RtpMidiCommand(
              i * 300, hex("b0" + HexFormat.of().toHexDigits((byte) (i % 128)) + "05")));
    }
    RtpMidiPacket packet = new RtpMidiPacket(1, 2, 3, commands.subList(1, 800), Optional.empty());
    byte[] bytes = packet.write();
    assertThat(RtpMidiPacket.parse(bytes, bytes.length)).isEqualTo(packet);
    assertThatThrownBy(() -> new RtpMidiPacket(1, 2, 3, commands, Optional.empty()).write())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aJournalThatCannotBeReadLeavesTheCommands() throws RtpMidiException {
    RtpMidiPacket packet = parse("8061 0001 00000002 00000003 43 903c64 20 0000 07ff");
    assertThat(packet.commands()).hasSize(1);
    assertThat(packet.journal()).isEmpty();
  }

  /** As a Mac sends it: a note that was on before, in chapter N. */
  @Test
  void aJournalIsRead() throws RtpMidiException {
    RtpJournal journal =
        parse("8061 0002 00000002 00000003 43 803c40 20 0001 0007 08 01f0 3ce4")
            .journal()
            .orElseThrow();
    assertThat(journal.checkpoint()).isEqualTo(1);
    JournalChannel channel = journal.channels().getFirst();
    assertThat(channel.channel()).isZero();
    assertThat(channel.notes().orElseThrow().on())
        .containsExactly(new JournalChannel.NoteOn(false, 60, true, 100));
  }

  /** Every chapter, with what we do not write ourselves. */
  @Test
  void chaptersThatWeDoNotSendAreSteppedOver() throws RtpMidiException {
    String system =
        "7c1f" // D V Q F X, 31 bytes
            + "7c 01 02 03" // D with B, G, H, J, K
            + "0003 00 0002" // J and K
            + "05" // V
            + "5c 0006 000000" // Q with N, C and T
            + "00 00000000 0000000000000000"; // F and X
    byte[] check = hex(system);
    assertThat(check).hasSize(31);
    // Chapter M with Z and U: no MSB in its logs; chapter E with a velocity and a count.
    String channel = "0816 24" + "5408 01 05 81 40 f8 07" + "01 3ca0 3d03";
    byte[] body = hex(channel);
    String sized =
        HexFormat.of().toHexDigits((short) (1 << 11 | body.length)) + channel.substring(4);
    RtpJournal journal =
        parse("8061 0002 00000002 00000003 40 60 0001" + system + sized).journal().orElseThrow();
    JournalSystem told = journal.system().orElseThrow();
    assertThat(told.resets()).contains(1);
    assertThat(told.tunes()).contains(2);
    assertThat(told.song()).contains(3);
    assertThat(told.sequencer())
        .contains(new JournalSystem.Sequencer(false, true, false, 4 << 16 | 6));
    assertThat(journal.channels()).hasSize(1);
    assertThat(journal.channels().getFirst().releases())
        .containsExactly(new JournalChannel.Release(60, 32));
  }

  @Test
  void journalsSurviveTheirBytes() throws RtpMidiException {
    SplittableRandom random = new SplittableRandom(5);
    for (int run = 0; run < 300; run++) {
      JournalHistory history = new JournalHistory();
      RandomMidi player = new RandomMidi(random);
      int count = random.nextInt(400);
      for (int i = 0; i < count; i++) {
        history.sent(70_000 + i, player.next());
      }
      RtpJournal journal = history.journal(69_999, 70_000 + count, 4000);
      byte[] bytes = journal.write();
      RtpBytes in = new RtpBytes(bytes, 0, bytes.length);
      RtpJournal read = RtpJournal.read(in);
      assertThat(read.channels()).isEqualTo(journal.channels());
      assertThat(read.system()).isEqualTo(journal.system());
      assertThat(in.left()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 126, 127, 128})
  void asManyNotesAsThereAre(int count) throws RtpMidiException {
    JournalHistory history = new JournalHistory();
    for (int note = 0; note < count; note++) {
      history.sent(70_000, RandomMidi.bytes(0x90, note, 1));
    }
    history.sent(70_000, RandomMidi.bytes(0xB0, 7, 1));
    byte[] bytes = history.journal(69_999, 70_001, 4000).write();
    JournalChannel read =
        RtpJournal.read(new RtpBytes(bytes, 0, bytes.length)).channels().getFirst();
    assertThat(read.notes().map(each -> each.on().size()).orElse(0)).isEqualTo(count);
    assertThat(read.notes().map(each -> each.offs().cardinality()).orElse(0)).isZero();
  }
}
