package dev.clasp.bridgemidi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridgemidi.NetMidi2Lan.Station;
import dev.clasp.midi.MidiMessage.NoteOff;
import dev.clasp.midi.MidiMessage.NoteOn;
import dev.clasp.midi.MidiMessage.SysEx;
import dev.clasp.midi.NetMidi2Command;
import dev.clasp.midi.NetMidi2Packet;
import dev.clasp.midi.Ump;
import dev.clasp.midi.Ump.Data8;
import dev.clasp.midi.Ump.Midi2;
import dev.clasp.protocol.Value;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetMidi2SessionTest {

  private static final InetSocketAddress STRANGER = FakeLan.address("10.0.0.9", 1000);

  private final NetMidi2Lan lan = new NetMidi2Lan(1);

  private static NetMidi2Config config(String name, Object... options) {
    Map<String, Value> all = new LinkedHashMap<>();
    all.put("name", Value.of(name));
    for (int i = 0; i < options.length; i += 2) {
      Object value = options[i + 1];
      all.put(
          (String) options[i],
          value instanceof Boolean flag
              ? Value.of(flag)
              : value instanceof Integer whole ? Value.of((long) whole) : Value.of((String) value));
    }
    return NetMidi2Config.DEFAULT.with(all);
  }

  private Station host(Object... options) {
    return lan.join("10.0.0.2", config("Hall", options).with(Map.of("accept", Value.TRUE)));
  }

  private Station client(Object... options) {
    return lan.join("10.0.0.1", config("Stage", options));
  }

  private void together(Station stage, Station hall) {
    stage.session.invite("hall", hall.address);
    lan.pass(200);
    assertThat(stage.others).as("%s", stage.errors).containsExactly("Hall (10.0.0.2:5673)");
    assertThat(hall.others).containsExactly("Stage (10.0.0.1:5673)");
  }

  private static long count(Station station, String key) {
    return ((Value.Int) Objects.requireNonNull(station.session.details().get(key))).value();
  }

  private void stranger(Station to, NetMidi2Command... commands) {
    lan.put(STRANGER, to.address, NetMidi2Packet.write(List.of(commands)));
    lan.pass(5);
  }

  private static NoteOn on(int note) {
    return new NoteOn(0, note, 100);
  }

  @Test
  void messagesGoBothWays() {
    Station stage = client();
    Station hall = host();
    together(stage, hall);
    stage.play(on(60));
    stage.play(SysEx.of(HexFormat.of().parseHex("f00102030405060708f7")));
    hall.play(on(61));
    lan.pass(10);
    assertThat(hall.messages).containsExactly("903c64", "f00102030405060708f7");
    assertThat(stage.messages).containsExactly("903d64");
  }

  @Test
  void bothAgreeOnMidi2() {
    Station stage = client();
    Station hall = host();
    together(stage, hall);
    assertThat(stage.session.details().toString()).contains("midi2");
    assertThat(hall.session.details().toString()).contains("midi2");
    Midi2 level = new Midi2(0, Midi2.CONTROL_CHANGE, 0, 7 << 8, 0x12345678);
    stage.session.send(List.of(), List.of(level));
    lan.pass(10);
    assertThat(hall.packets).containsExactly(level);
  }

  @Test
  void whoWantsMidi1GetsNothingElse() {
    Station stage = client("protocol", "midi1");
    Station hall = host();
    together(stage, hall);
    assertThat(hall.session.details().toString()).contains("midi1").doesNotContain("midi2");
    hall.session.send(List.of(), List.of(new Midi2(0, Midi2.NOTE_ON, 0, 60 << 8, -1)));
    lan.pass(10);
    assertThat(stage.packets).isEmpty();
  }

  @Test
  void anotherGroupIsToldOnceAndCounted() {
    Station stage = client("group", 3);
    Station hall = host();
    together(stage, hall);
    hall.play(on(1));
    hall.play(on(2));
    lan.pass(10);
    assertThat(stage.messages).isEmpty();
    assertThat(count(stage, "in_other_groups")).isEqualTo(2);
    assertThat(stage.errors)
        .containsExactly(
            "something is sent in group 1 and not in group 3: the option group says which one is"
                + " heard");
  }

  // --- loss --------------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({"0.1, 0.2, 0.1", "0.3, 0.3, 0.3", "0, 0.9, 0.9"})
  void everythingComesOnceAndInOrder(double loss, double late, double twice) {
    Station stage = client();
    Station hall = host();
    together(stage, hall);
    lan.loss = loss;
    lan.late = late;
    lan.twice = twice;
    List<String> played = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      stage.play(new NoteOn(i & 15, i % 128, 1 + i % 100));
      played.add(
          HexFormat.of()
              .formatHex(
                  new byte[] {(byte) (0x90 | i & 15), (byte) (i % 128), (byte) (1 + i % 100)}));
      lan.pass(1);
    }
    lan.pass(3_000);
    assertThat(hall.lost).isEmpty();
    assertThat(hall.messages).isEqualTo(played);
  }

  @Test
  void whatCannotBeSentAgainIsLostAndWhatMaySoundEnds() {
    Station stage = client("repeats", 0);
    Station hall = host();
    together(stage, hall);
    lan.pass(3_000);
    stage.play(on(60));
    lan.pass(5);
    lan.passes = (_, bytes) -> bytes[4] != (byte) 0xFF;
    stage.play(new NoteOff(0, 60, 64));
    lan.pass(5);
    // And who is asked for it does not answer.
    lan.passes = (_, bytes) -> bytes[4] != (byte) 0x80;
    stage.play(on(62));
    lan.pass(1_000);
    assertThat(hall.messages).containsExactly("903c64", "803c40", "903e64");
    assertThat(hall.lost)
        .containsExactly("1 commands from Stage (10.0.0.1:5673) are lost on the way");
    assertThat(count(hall, "commands_lost")).isEqualTo(1);
  }

  @Test
  void systemExclusiveWithAHoleIsDropped() {
    Station stage = client("repeats", 0);
    Station hall = host();
    together(stage, hall);
    lan.pass(3_000);
    int[] datagrams = {0};
    lan.passes =
        (to, bytes) ->
            !to.equals(hall.address)
                || bytes[4] != (byte) 0x80 && (bytes[4] != (byte) 0xFF || ++datagrams[0] != 2);
    lan.passes = lan.passes.and((to, bytes) -> to.equals(hall.address) || bytes[4] != (byte) 0x80);
    stage.play(new SysEx(new byte[1_000]));
    lan.pass(1_000);
    stage.play(on(1));
    lan.pass(10);
    assertThat(hall.messages).containsExactly("900164");
    assertThat(hall.lost).isNotEmpty();
  }

  @Test
  void muchLeavesAtAPaceAndComesWhole() {
    Station stage = client();
    Station hall = host();
    together(stage, hall);
    byte[] data = new byte[60_000];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (i * 31 & 0x7F);
    }
    stage.play(new SysEx(data));
    lan.pass(500);
    assertThat(hall.messages).containsExactly("f0" + HexFormat.of().formatHex(data) + "f7");
  }

  @Test
  void systemExclusiveOfEightBitsIsPutTogether() {
    Station stage = client();
    Station hall = host();
    together(stage, hall);
    byte[] data = new byte[14];
    data[0] = 5;
    data[1] = (byte) 0xFF;
    Ump start = new Data8(0, 1, 14, data);
    Ump end = new Data8(0, 3, 2, data);
    stage.session.send(List.of(start, end), List.of(start, end, end));
    lan.pass(10);
    assertThat(hall.sysEx8).containsExactly("ff" + "00".repeat(12) + "ff");
    assertThat(hall.lost)
        .containsExactly(
            "a part of a system exclusive message of eight bits without its beginning");
  }

  // --- coming and going --------------------------------------------------------------------------

  @Test
  void whoLeavesIsGoneAndItsNotesEnd() {
    Station stage = client();
    Station hall = host();
    together(stage, hall);
    stage.play(on(60));
    lan.pass(10);
    stage.session.close();
    lan.pass(10);
    assertThat(stage.session.gone()).isTrue();
    assertThat(hall.others).isEmpty();
    assertThat(hall.messages).containsExactly("903c64", "803c40");
  }

  @Test
  void whoFallsSilentIsTakenForGoneAndInvitedAgain() {
    Station stage = client();
    Station hall = host();
    together(stage, hall);
    lan.vanish(hall);
    lan.pass(13_000);
    assertThat(stage.others).isEmpty();
    assertThat(stage.errors)
        .containsExactly("Hall (10.0.0.2:5673) is silent: it is taken for gone");
    Station again = host();
    lan.pass(30_000);
    assertThat(stage.others).hasSize(1);
    assertThat(again.others).hasSize(1);
  }

  @Test
  void aHostThatBeginsAnewSaysSo() {
    Station stage = client();
    Station hall = host();
    together(stage, hall);
    lan.vanish(hall);
    Station again = host();
    stage.play(on(1));
    lan.pass(10);
    assertThat(stage.others).isEmpty();
    lan.pass(10_000);
    assertThat(again.others).hasSize(1);
    stage.play(on(2));
    lan.pass(10);
    assertThat(again.messages).containsExactly("900264");
  }

  @Test
  void aClientThatBeginsAnewAtTheSamePortIsLetInAgain() {
    Station stage = client();
    Station hall = host();
    together(stage, hall);
    stage.play(on(1));
    lan.pass(4_000);
    lan.vanish(stage);
    Station again = client();
    together(again, hall);
    again.play(on(2));
    hall.play(on(3));
    lan.pass(10);
    assertThat(hall.messages).containsExactly("900164", "800140", "900264");
    assertThat(again.messages).containsExactly("900364");
  }

  @Test
  void twoThatInviteEachOtherHaveOneSession() {
    Station stage = client("accept", true);
    Station hall = host();
    stage.session.invite("hall", hall.address);
    hall.session.invite("stage", stage.address);
    lan.pass(20_000);
    assertThat(stage.others).hasSize(1);
    assertThat(hall.others).hasSize(1);
    stage.play(on(1));
    hall.play(on(2));
    lan.pass(10);
    assertThat(hall.messages).containsExactly("900164");
    assertThat(stage.messages).containsExactly("900264");
  }

  @Test
  void aLostAnswerIsGivenAgain() {
    Station stage = client();
    Station hall = host();
    int[] accepted = {0};
    lan.passes = (_, bytes) -> bytes[4] != 0x10 || ++accepted[0] > 1;
    stage.session.invite("hall", hall.address);
    lan.pass(3_000);
    assertThat(stage.others).hasSize(1);
    assertThat(hall.others).hasSize(1);
  }

  @Test
  void aResetBeginsNumbersAgain() {
    Station hall = host();
    stranger(hall, new NetMidi2Command.Invitation(0, "Odd", ""));
    Ump note = new Ump.Midi1(0, on(7));
    stranger(hall, new NetMidi2Command.UmpData(0, List.of(note)));
    stranger(hall, new NetMidi2Command.UmpData(1, List.of(note)));
    stranger(hall, new NetMidi2Command.Reset());
    stranger(hall, new NetMidi2Command.UmpData(0, List.of(note)));
    assertThat(lan.stranger).contains(new NetMidi2Command.ResetReply());
    assertThat(hall.messages).containsExactly("900764", "900764", "800740", "900764");
  }

  // --- who may -----------------------------------------------------------------------------------

  @Test
  void whoDoesNotAcceptOrDoesNotAllowRefuses() {
    Station stage = client();
    Station hall = lan.join("10.0.0.2", config("Hall", "accept", true, "allow", "10.0.1.0/24"));
    stage.session.invite("hall", hall.address);
    lan.pass(70_000);
    assertThat(stage.errors).containsExactly("hall refuses the invitation");
    assertThat(count(hall, "refused")).isBetween(2L, 4L);
  }

  @Test
  void notMoreThanThereIsRoomFor() {
    Station hall = host("peers", 1);
    Station stage = client();
    together(stage, hall);
    stranger(hall, new NetMidi2Command.Invitation(0, "One more", ""));
    assertThat(lan.stranger)
        .containsExactly(new NetMidi2Command.Bye(NetMidi2Command.BYE_TOO_MANY, ""));
    assertThat(hall.others).hasSize(1);
  }

  @Test
  void aSecretLetsIn() {
    Station stage = client("secret", "5483");
    Station hall = host("secret", "5483");
    together(stage, hall);
    stage.play(on(1));
    lan.pass(10);
    assertThat(hall.messages).containsExactly("900164");
  }

  @Test
  void aUserWithHisSecretIsLetIn() {
    Station stage = client("user", "Rosa", "secret", "RPBqBno");
    Station hall = host("user", "Rosa", "secret", "RPBqBno");
    together(stage, hall);
  }

  @ParameterizedTest
  @CsvSource({
    "secret, 5484, hall has another secret",
    "name, Stage, 'hall asks for a secret: give the option secret_file, with user if it has users'",
  })
  void theWrongSecretOrNoneDoesNot(String option, String value, String told) {
    Station stage = client(option, value);
    Station hall = host("secret", "5483");
    stage.session.invite("hall", hall.address);
    lan.pass(20_000);
    assertThat(stage.errors).containsExactly(told);
    assertThat(stage.others).isEmpty();
    assertThat(hall.others).isEmpty();
  }

  @Test
  void whoGuessesHasThreeTries() {
    Station hall = host("secret", "5483");
    stranger(hall, new NetMidi2Command.Invitation(1, "Guess", ""));
    for (int i = 0; i < 4; i++) {
      stranger(hall, new NetMidi2Command.Authentication("00".repeat(32)));
    }
    List<String> nonces =
        lan.stranger.stream()
            .filter(each -> each instanceof NetMidi2Command.AuthenticationRequired)
            .map(each -> ((NetMidi2Command.AuthenticationRequired) each).nonce())
            .toList();
    assertThat(nonces).hasSize(3).doesNotHaveDuplicates();
    assertThat(lan.stranger)
        .contains(
            new NetMidi2Command.Bye(NetMidi2Command.BYE_AUTHENTICATION_FAILED, ""),
            new NetMidi2Command.Nak(NetMidi2Command.NAK_NOT_EXPECTED, 0x02000000, ""));
    stranger(hall, new NetMidi2Command.UmpData(0, List.of(new Ump.Midi1(0, on(1)))));
    assertThat(hall.messages).isEmpty();
  }

  @Test
  void aHostThatAsksSomebodyIsWaitedFor() {
    Station stage = client();
    stage.session.invite("box", STRANGER);
    lan.pass(5);
    lan.put(STRANGER, stage.address, NetMidi2Packet.write(new NetMidi2Command.Pending("Box", "")));
    lan.pass(60_000);
    assertThat(lan.stranger.stream().filter(each -> each instanceof NetMidi2Command.Invitation))
        .hasSize(1);
    assertThat(stage.errors).containsExactly("box asks somebody whether we may");
    lan.put(STRANGER, stage.address, NetMidi2Packet.write(new NetMidi2Command.Accepted("Box", "")));
    lan.pass(5);
    assertThat(stage.others).containsExactly("Box (10.0.0.9:1000)");
  }

  @Test
  void strangersGetFewAnswersAndNoneToRubbish() {
    Station hall = host();
    for (int i = 0; i < 200; i++) {
      lan.put(STRANGER, hall.address, NetMidi2Packet.write(new NetMidi2Command.Ping(i)));
    }
    lan.put(STRANGER, hall.address, new byte[] {1, 2, 3});
    lan.pass(10);
    assertThat(lan.stranger).hasSizeBetween(10, 21);
    lan.pass(2_000);
    lan.stranger.clear();
    stranger(hall, new NetMidi2Command.UmpData(0, List.of(new Ump.Midi1(0, on(1)))));
    assertThat(lan.stranger)
        .containsExactly(new NetMidi2Command.Bye(NetMidi2Command.BYE_NO_SESSION, ""));
    assertThat(hall.messages).isEmpty();
  }

  @Test
  void whatIsNotKnownIsAnsweredOnlyWithinASession() {
    Station hall = host();
    byte[] odd = HexFormat.of().parseHex("4d49444970010000" + "01020304");
    lan.put(STRANGER, hall.address, odd);
    lan.pass(5);
    assertThat(lan.stranger).isEmpty();
    stranger(hall, new NetMidi2Command.Invitation(0, "Odd", ""));
    lan.put(STRANGER, hall.address, odd);
    lan.pass(5);
    assertThat(lan.stranger)
        .contains(new NetMidi2Command.Nak(NetMidi2Command.NAK_NOT_SUPPORTED, 0x70010000, ""));
  }

  @Test
  void oneDatagramOfAStrangerBringsFewAnswersToo() {
    Station hall = host();
    List<NetMidi2Command> many = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      many.add(new NetMidi2Command.Ping(i));
    }
    for (int i = 0; i < 3; i++) {
      lan.put(STRANGER, hall.address, NetMidi2Packet.write(many));
    }
    lan.pass(10);
    assertThat(lan.stranger).hasSizeBetween(10, 21);
  }

  @Test
  void whoOnlyAsksToComeInIsAStranger() {
    Station hall = host("secret", "5483");
    for (int i = 0; i < 500; i++) {
      lan.put(
          STRANGER,
          hall.address,
          NetMidi2Packet.write(new NetMidi2Command.Invitation(1, "Forged", "")));
    }
    lan.pass(10);
    assertThat(lan.stranger).hasSizeBetween(10, 21);
  }
}
