package dev.clasp.midi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.midi.NetMidi2Command.UmpData;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Datagrams byte by byte. Those called published are the examples of M2-124-UM, appendix A.1 and
 * sections 6.9 and 6.10, as other programs quote them.
 */
class NetMidi2PacketTest {

  private static final HexFormat HEX = HexFormat.of();

  private static byte[] hex(String text) {
    return HEX.parseHex(text.replace(" ", ""));
  }

  private static List<NetMidi2Command> parse(String text) {
    byte[] bytes = hex(text);
    return NetMidi2Packet.parse(bytes, bytes.length).orElseThrow();
  }

  private static void same(String text, NetMidi2Command... commands) {
    assertThat(parse(text)).containsExactly(commands);
    assertThat(HEX.formatHex(NetMidi2Packet.write(List.of(commands))))
        .isEqualTo(text.replace(" ", "").toLowerCase(java.util.Locale.ROOT));
  }

  private static String nonce(String text) {
    return HEX.formatHex(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void thePublishedInvitation() {
    same(
        "4D494449 01040200 4D794465 76000000 38736859 65336835",
        new NetMidi2Command.Invitation(0, "MyDev", "8shYe3h5"));
  }

  @Test
  void thePublishedData() {
    Ump on = new Ump.Midi2(5, Ump.Midi2.NOTE_ON, 0, 0x4000, 0x12340000);
    Ump off = new Ump.Midi2(5, Ump.Midi2.NOTE_OFF, 0, 0x4000, 0x01000000);
    same(
        "4D494449 FF010010 10F80000",
        new UmpData(16, List.of(new Ump.Midi1(0, MidiMessage.RealTime.CLOCK))));
    same(
        "4D494449 FF040011 45904000 12340000 45804000 01000000", new UmpData(17, List.of(on, off)));
    same(
        "4D494449 FF023456 45904000 12340000 FF023457 45804000 01000000",
        new UmpData(0x3456, List.of(on)),
        new UmpData(0x3457, List.of(off)));
  }

  @Test
  void thePublishedDigests() {
    assertThat(NetMidi2Packet.digest(nonce("nUWrn*@#$hjfwnkL"), "", "5483"))
        .isEqualTo("676ebe82587ceca8f82fc333d787951eec2b00ad31613cc4db18cf27373afb82");
    assertThat(NetMidi2Packet.digest(nonce("XI|~=NNRVaD;XCPL"), "Rosa", "RPBqBno"))
        .isEqualTo("3a2d5ebeef92e8463535c27fb4b7b3e2d1acf57a844c6d0808e041c102b7ff1a");
  }

  @Test
  void everythingElseThatTheySay() {
    String digest = "ab".repeat(32);
    String nonce = "12".repeat(16);
    same("4D494449 10020100 48616C6C 31323334", new NetMidi2Command.Accepted("Hall", "1234"));
    same("4D494449 11010100 48616C6C", new NetMidi2Command.Pending("Hall", ""));
    same("4D494449 02080000" + digest, new NetMidi2Command.Authentication(digest));
    same(
        "4D494449 03090000" + digest + "526F7361",
        new NetMidi2Command.UserAuthentication(digest, "Rosa"));
    same(
        "4D494449 12060101" + nonce + "48616C6C 31000000",
        new NetMidi2Command.AuthenticationRequired(false, 1, nonce, "Hall", "1"));
    same(
        "4D494449 13050100" + nonce + "48616C6C",
        new NetMidi2Command.AuthenticationRequired(true, 0, nonce, "Hall", ""));
    same("4D494449 20010000 01020304", new NetMidi2Command.Ping(0x01020304));
    same("4D494449 21010000 01020304", new NetMidi2Command.PingReply(0x01020304));
    same("4D494449 80011234 00030000", new NetMidi2Command.RetransmitRequest(0x1234, 3));
    same("4D494449 81010100 12340000", new NetMidi2Command.RetransmitError(1, 0x1234));
    same(
        "4D494449 82000000 83000000",
        new NetMidi2Command.Reset(),
        new NetMidi2Command.ResetReply());
    same("4D494449 8F010200 FF020005", new NetMidi2Command.Nak(2, 0xFF020005, ""));
    same(
        "4D494449 F0000400 F1000000",
        new NetMidi2Command.Bye(4, ""),
        new NetMidi2Command.ByeReply());
    same("4D494449 FF000007", new UmpData(7, List.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "4D494400",
    "4D49",
    "''",
    "4D494448 20010000 01020304",
  })
  void whatDoesNotBeginWithMidiIsNothing(String text) {
    byte[] bytes = hex(text);
    assertThat(NetMidi2Packet.parse(bytes, bytes.length)).isEmpty();
  }

  @Test
  void whatIsNotKnownIsSteppedOverAndWhatIsDamagedEndsIt() {
    assertThat(parse("4D494449 70010000 01020304 F1000000"))
        .containsExactly(
            new NetMidi2Command.Unknown(0x70010000, false), new NetMidi2Command.ByeReply());
    assertThat(parse("4D494449 20000000 F1000000"))
        .containsExactly(new NetMidi2Command.Unknown(0x20000000, true));
    assertThat(parse("4D494449 FF010000 40903C00 F1000000"))
        .containsExactly(new NetMidi2Command.Unknown(0xFF010000, true));
    assertThat(parse("4D494449 F1FF0000"))
        .containsExactly(new NetMidi2Command.Unknown(0xF1FF0000, true));
    assertThat(parse("4D494449 01010200 4D794465"))
        .containsExactly(new NetMidi2Command.Unknown(0x01010200, true));
  }

  @Test
  void namesAreShownWithoutWhatWouldMoveTheCursor() {
    assertThat(parse("4D494449 01020200 411B5B32 4A420000"))
        .containsExactly(new NetMidi2Command.Invitation(0, "A[2JB", ""));
  }

  // --- order and loss ----------------------------------------------------------------------------

  private static Ump note(int note) {
    return new Ump.Midi1(0, new MidiMessage.NoteOn(0, note, 100));
  }

  @Test
  void whatWasSentBeforeGoesAlong() {
    NetMidi2Sender sender = new NetMidi2Sender(2, 10);
    for (int i = 0; i < 3; i++) {
      sender.next(List.of(note(i)));
    }
    assertThat(sender.next(List.of(note(3))))
        .containsExactly(
            new UmpData(1, List.of(note(1))),
            new UmpData(2, List.of(note(2))),
            new UmpData(3, List.of(note(3))));
  }

  @Test
  void aDatagramStaysWithinItsBytes() {
    NetMidi2Sender sender = new NetMidi2Sender(10, 50);
    List<Ump> full = new ArrayList<>();
    for (int i = 0; i < NetMidi2Command.MOST_WORDS; i++) {
      full.add(note(i));
    }
    for (int i = 0; i < 20; i++) {
      assertThat(NetMidi2Packet.write(sender.next(full)).length)
          .isLessThanOrEqualTo(NetMidi2Packet.MOST_BYTES);
    }
    List<List<UmpData>> again = sender.again(3, 0);
    assertThat(again.stream().flatMap(List::stream).map(UmpData::sequence).toList())
        .startsWith(3, 4)
        .endsWith(19)
        .hasSize(17);
    again.forEach(each ->
        assertThat(NetMidi2Packet.write(each).length)
            .isLessThanOrEqualTo(NetMidi2Packet.MOST_BYTES));
  }

  @Test
  void whatIsNotKeptIsNotSentAgain() {
    NetMidi2Sender sender = new NetMidi2Sender(0, 4);
    for (int i = 0; i < 10; i++) {
      sender.next(List.of(note(i)));
    }
    assertThat(sender.again(2, 1)).isEmpty();
    assertThat(sender.again(12, 1)).isEmpty();
    assertThat(sender.oldest()).isEqualTo(6);
    assertThat(sender.again(7, 2))
        .containsExactly(
            List.of(new UmpData(7, List.of(note(7))), new UmpData(8, List.of(note(8)))));
  }

  @Test
  void everyCommandCountsOnceAndInOrder() {
    NetMidi2Receiver receiver = new NetMidi2Receiver();
    List<Ump> heard = new ArrayList<>();
    for (int each : new int[] {0, 0, 2, 3, 2, 1, 0, 3, 4}) {
      receiver.accept(new UmpData(each, List.of(note(each))), heard::addAll);
    }
    assertThat(heard).containsExactly(note(0), note(1), note(2), note(3), note(4));
    assertThat(receiver.hole()).isEmpty();
  }

  @Test
  void aHoleIsKnownAndCanBeSkipped() {
    NetMidi2Receiver receiver = new NetMidi2Receiver();
    List<Ump> heard = new ArrayList<>();
    for (int each : new int[] {0, 3, 4, 7}) {
      receiver.accept(new UmpData(each, List.of(note(each))), heard::addAll);
    }
    assertThat(receiver.hole()).contains(new NetMidi2Receiver.Hole(1, 2));
    assertThat(receiver.skip(heard::addAll)).isEqualTo(2);
    assertThat(heard).containsExactly(note(0), note(3), note(4));
    assertThat(receiver.hole()).contains(new NetMidi2Receiver.Hole(5, 2));
  }

  @Test
  void numbersBeginAgainBehindTheLast() {
    NetMidi2Receiver receiver = new NetMidi2Receiver();
    List<Ump> heard = new ArrayList<>();
    for (int each : new int[] {65_534, 0, 65_535, 65_533, 1}) {
      receiver.accept(new UmpData(each, List.of(note(each & 0x7F))), heard::addAll);
    }
    assertThat(heard).containsExactly(note(126), note(127), note(0), note(1));
  }

  @Test
  void notMoreWaitsThanMay() {
    NetMidi2Receiver receiver = new NetMidi2Receiver();
    List<Ump> heard = new ArrayList<>();
    int lost = 0;
    receiver.accept(new UmpData(0, List.of()), heard::addAll);
    for (int i = 0; i < 2 * NetMidi2Receiver.MOST_WAITING; i++) {
      lost += receiver.accept(new UmpData(2 + i, List.of(note(1))), heard::addAll);
    }
    assertThat(lost).isEqualTo(1);
    assertThat(heard).hasSize(2 * NetMidi2Receiver.MOST_WAITING);
  }
}
