package dev.clasp.bridgemidi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.spi.AllowList;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.bridgemidi.FakeLan.Station;
import dev.clasp.midi.AppleMidiMessage;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.MidiModel;
import dev.clasp.testkit.RandomMidi;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RtpMidiSessionTest {

  private static final RtpMidiConfig INVITES =
      RtpMidiConfig.DEFAULT.withName("Stage").withBind(new HostPort("", 5004));
  private static final RtpMidiConfig ACCEPTS = INVITES.withName("Hall").withAccept(true);

  private final FakeLan lan = new FakeLan(1);
  private Station stage = lan.join("10.0.0.1", INVITES);
  private Station hall = lan.join("10.0.0.2", ACCEPTS);

  private void together() {
    stage.session.invite("hall", hall.control);
    lan.pass(100);
    assertThat(stage.others).containsExactly("Hall (10.0.0.2:5004)");
    assertThat(hall.others).containsExactly("Stage (10.0.0.1:5004)");
  }

  private void play(Station who, int... bytes) {
    who.session.send(RandomMidi.bytes(bytes), lan.now + who.shift);
  }

  private static List<String> heard(Station station) {
    return station.messages.stream().map(each -> HexFormat.of().formatHex(each)).toList();
  }

  private static long count(Station station, String key) {
    return ((Value.Int) Objects.requireNonNull(station.session.details().get(key))).value();
  }

  @Test
  void messagesGoBothWays() {
    together();
    play(stage, 0x90, 60, 100);
    play(stage, 0xF0, 1, 2, 3, 0xF7);
    play(hall, 0xB3, 7, 1);
    lan.pass(10);
    assertThat(heard(hall)).containsExactly("903c64", "f0010203f7");
    assertThat(heard(stage)).containsExactly("b30701");
  }

  @Test
  void piecesOfSysExComeWhole() {
    together();
    play(stage, 0xF0, 1, 2);
    play(stage, 3, 4);
    play(stage, 0xF8);
    play(stage, 0xF7);
    lan.pass(10);
    assertThat(heard(hall)).containsExactly("f8", "f001020304f7");
  }

  @Test
  void invitationsAreRepeatedWithGrowingPausesUntilSomebodyIsThere() {
    lan.vanish(hall);
    List<Long> asked = new ArrayList<>();
    long start = lan.now;
    Station probe = lan.join("10.0.0.2", ACCEPTS);
    lan.passes =
        (to, _) -> {
          asked.add((lan.now - start) / 1_000_000_000L);
          return false;
        };
    stage.session.invite("hall", probe.control);
    lan.pass(120_000);
    assertThat(asked).startsWith(0L, 1L, 3L, 7L, 11L, 15L).hasSizeBetween(15, 30);
    assertThat(stage.errors).containsExactly("hall does not answer");
    lan.passes = (_, _) -> true;
    lan.pass(40_000);
    assertThat(probe.others).hasSize(1);
  }

  @Test
  void whoMayNotInviteIsRefusedAndToldOnce() {
    lan.vanish(hall);
    hall = lan.join("10.0.0.2", ACCEPTS.withAllow(AllowList.parse(List.of("10.0.1.0/24"))));
    stage.session.invite("hall", hall.control);
    lan.pass(200_000);
    assertThat(stage.errors).containsExactly("hall refuses the invitation");
    assertThat(stage.others).isEmpty();
    assertThat(count(hall, "refused")).isBetween(2L, 10L);
  }

  @ParameterizedTest
  @CsvSource({"St*, 1", "stage, 1", "Sta, 0", "Hall, 0"})
  void namesMayBeRequired(String pattern, int others) {
    lan.vanish(hall);
    hall = lan.join("10.0.0.2", ACCEPTS.withNames(List.of("x", pattern)));
    stage.session.invite("hall", hall.control);
    lan.pass(100);
    assertThat(hall.others).hasSize(others);
  }

  @Test
  void whoDoesNotAcceptIsLeftAlone() {
    hall.session.invite("stage", stage.control);
    lan.pass(100);
    assertThat(hall.errors).containsExactly("stage refuses the invitation");
  }

  @Test
  void thereIsAMostOfPeers() {
    lan.vanish(hall);
    hall = lan.join("10.0.0.2", ACCEPTS.withMaxPeers(3));
    List<Station> many = new ArrayList<>();
    for (int i = 10; i < 20; i++) {
      Station each = lan.join("10.0.0." + i, INVITES);
      each.session.invite("hall", hall.control);
      many.add(each);
    }
    lan.pass(100);
    assertThat(hall.others).hasSize(3);
    play(hall, 0x90, 1, 1);
    lan.pass(10);
    assertThat(many.stream().filter(each -> heard(each).contains("900101"))).hasSize(3);
  }

  @Test
  void whoLeavesIsGoneAndItsNotesEnd() {
    together();
    play(stage, 0x90, 60, 100);
    lan.pass(10);
    stage.session.close();
    lan.pass(10);
    assertThat(hall.others).isEmpty();
    assertThat(heard(hall)).containsExactly("903c64", "803c40");
    assertThat(hall.errors).containsExactly("Stage (10.0.0.1:5004) has left");
  }

  @Test
  void whoIsInvitedAndLeavesIsInvitedAgain() {
    together();
    hall.session.close();
    lan.vanish(hall);
    lan.pass(100);
    assertThat(stage.others).isEmpty();
    hall = lan.join("10.0.0.2", ACCEPTS);
    lan.pass(40_000);
    assertThat(stage.others).hasSize(1);
    assertThat(hall.others).hasSize(1);
  }

  @Test
  void whoFallsSilentIsTakenForGoneByBothSidesAndComesBack() {
    together();
    play(stage, 0x90, 60, 100);
    play(hall, 0x91, 61, 100);
    lan.pass(10);
    lan.passes = (_, _) -> false;
    lan.pass(90_000);
    assertThat(stage.others).isEmpty();
    assertThat(hall.others).isEmpty();
    assertThat(heard(hall)).containsExactly("903c64", "803c40");
    assertThat(heard(stage)).containsExactly("913d64", "813d40");
    lan.passes = (_, _) -> true;
    lan.pass(40_000);
    assertThat(stage.others).hasSize(1);
    assertThat(hall.others).hasSize(1);
  }

  @Test
  void aPeerThatBeginsAnewReplacesItself() {
    together();
    play(stage, 0x90, 60, 100);
    lan.pass(10);
    lan.vanish(stage);
    stage = lan.join("10.0.0.1", INVITES);
    stage.session.invite("hall", hall.control);
    lan.pass(100);
    assertThat(hall.others).hasSize(1);
    assertThat(heard(hall)).containsExactly("903c64", "803c40");
    play(stage, 0x90, 61, 1);
    lan.pass(10);
    assertThat(heard(hall)).endsWith("903d01");
  }

  @Test
  void twoThatInviteEachOtherHaveOneSession() {
    lan.vanish(stage);
    stage = lan.join("10.0.0.1", ACCEPTS.withName("Stage"));
    stage.session.invite("hall", hall.control);
    hall.session.invite("stage", stage.control);
    lan.pass(60_000);
    assertThat(stage.others).hasSize(1);
    assertThat(hall.others).hasSize(1);
    play(stage, 0x90, 1, 1);
    lan.pass(50);
    assertThat(heard(hall)).containsExactly("900101");
  }

  @Test
  void whoInvitesItselfIsTold() {
    hall.session.invite("myself", hall.control);
    lan.pass(100);
    assertThat(hall.others).isEmpty();
    assertThat(hall.errors).containsExactly("myself refuses the invitation");
  }

  @Test
  void answersThatAreLostAreGivenAgain() {
    lan.loss = 0.5;
    stage.session.invite("hall", hall.control);
    lan.pass(60_000);
    lan.loss = 0;
    lan.pass(60_000);
    assertThat(stage.others).hasSize(1);
    assertThat(hall.others).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"0.1, 0.1, 0.1", "0.3, 0.3, 0.3", "0.3, 0, 0", "0, 0.5, 0.3"})
  void whateverIsLostBothAreAtTheSamePointInTheEnd(double loss, double late, double twice) {
    together();
    for (int round = 0; round < 5; round++) {
      lan.loss = loss;
      lan.late = late;
      lan.twice = twice;
      MidiModel fromStage = new MidiModel();
      MidiModel fromHall = new MidiModel();
      RandomMidi player = new RandomMidi(lan.random);
      RandomMidi otherPlayer = new RandomMidi(lan.random);
      for (int i = 0; i < 500; i++) {
        byte[] one = player.next();
        stage.session.send(one, lan.now);
        fromStage.play(one);
        byte[] other = otherPlayer.next();
        hall.session.send(other, lan.now);
        fromHall.play(other);
        lan.pass(lan.random.nextInt(4));
      }
      // No more is played; what was lost last is made good all the same.
      lan.pass(20_000);
      assertThat(difference(state(hall), fromStage.state())).as("at the hall").isEmpty();
      assertThat(difference(state(stage), fromHall.state())).as("at the stage").isEmpty();
      lan.loss = 0;
      lan.late = 0;
      start();
    }
    if (loss > 0) {
      assertThat(count(hall, "packets_lost")).isPositive();
      assertThat(count(hall, "messages_repaired")).isPositive();
    }
  }

  /** A new round begins with a reset, so that both models begin with nothing. */
  private void start() {
    play(stage, 0xFF);
    play(hall, 0xFF);
    lan.pass(1_000);
    stage.messages.clear();
    hall.messages.clear();
  }

  private static Map<String, String> difference(
      Map<String, Integer> heard, Map<String, Integer> sent) {
    Map<String, String> difference = new TreeMap<>();
    sent.forEach((key, value) -> {
      if (!value.equals(heard.get(key))) {
        difference.put(key, heard.get(key) + " and not " + value);
      }
    });
    heard.forEach((key, value) -> {
      if (!sent.containsKey(key)) {
        difference.put(key, value + " too much");
      }
    });
    return difference;
  }

  private static Map<String, Integer> state(Station station) {
    MidiModel model = new MidiModel();
    station.messages.forEach(model::play);
    return model.state();
  }

  @Test
  void aLastNoteOffThatIsLostComesWithinATenthOfASecond() {
    together();
    play(stage, 0x90, 60, 100);
    lan.pass(500);
    lan.passes = (to, _) -> !to.equals(hall.data);
    play(stage, 0x80, 60, 0);
    lan.passes = (_, _) -> true;
    lan.pass(100);
    assertThat(heard(hall)).containsExactly("903c64", "803c40");
  }

  @Test
  void withoutAJournalALossEndsWhatSounds() {
    lan.vanish(stage);
    stage = lan.join("10.0.0.1", INVITES.withJournal(false));
    together();
    play(stage, 0x90, 60, 100);
    lan.pass(500);
    lan.loss = 1;
    play(stage, 0x80, 60, 0);
    lan.loss = 0;
    lan.pass(100);
    assertThat(heard(hall)).containsExactly("903c64", "803c40");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 3_000_000_000_000L, -900_000_000L})
  void theTimeOfTheOtherIsUnderstood(long shift) {
    lan.vanish(hall);
    hall = lan.join("10.0.0.2", ACCEPTS, shift);
    together();
    lan.pass(10_000);
    long played = lan.now;
    // It is held up on the way.
    lan.delay = 40_000_000;
    play(stage, 0x90, 60, 100);
    lan.pass(60);
    lan.delay = 1_000_000;
    assertThat(hall.times.getFirst() - hall.shift)
        .isBetween(played - 1_000_000, played + 1_000_000);
    play(hall, 0x90, 61, 100);
    played = lan.now;
    lan.pass(60);
    assertThat(stage.times.getFirst()).isBetween(played - 1_000_000, played + 1_000_000);
  }

  @Test
  void aJitterBufferKeepsTheDistances() {
    lan.vanish(hall);
    hall = lan.join("10.0.0.2", ACCEPTS.withJitterNanos(20_000_000));
    together();
    lan.pass(10_000);
    long start = lan.now;
    lan.late = 1;
    for (int i = 0; i < 20; i++) {
      play(stage, 0xF8);
      lan.pass(20);
    }
    lan.pass(100);
    assertThat(hall.times).hasSize(20);
    for (int i = 0; i < 20; i++) {
      long due = start + i * 20_000_000L + 20_000_000L;
      assertThat(hall.times.get(i)).isBetween(due - 1_000_000, due + 1_000_000);
    }
  }

  @Test
  void strangersAreCountedAndNotHeard() {
    together();
    play(stage, 0x90, 60, 100);
    lan.pass(500);
    byte[] note = HexFormat.of().parseHex("806100010000000200000003" + "03903c64");
    lan.put(FakeLan.address("10.0.0.9", 5005), hall.data, note);
    lan.put(FakeLan.address("10.0.0.9", 5004), hall.control, new byte[] {1, 2, 3});
    lan.put(
        FakeLan.address("10.0.0.9", 5004), hall.control, new AppleMidiMessage.End(1, 2).write());
    lan.put(FakeLan.address("10.0.0.1", 5005), hall.data, new byte[0]);
    lan.pass(100);
    assertThat(count(hall, "strays")).isEqualTo(4);
    assertThat(heard(hall)).containsExactly("903c64");
    assertThat(hall.others).hasSize(1);
  }

  @Test
  void aFloodIsCutAndMadeGood() {
    lan.vanish(hall);
    hall = lan.join("10.0.0.2", ACCEPTS.withPacketRate(100));
    together();
    for (int i = 0; i < 128; i++) {
      for (int value = 0; value < 4; value++) {
        play(stage, 0xB0, 1, i);
      }
    }
    lan.pass(10_000);
    assertThat(count(hall, "packets_too_many")).isGreaterThan(100);
    assertThat(heard(hall)).endsWith("b0017f");
  }

  @Test
  void randomDatagramsDoNothing() {
    together();
    for (int i = 0; i < 3_000; i++) {
      byte[] bytes = new byte[lan.random.nextInt(60)];
      lan.random.nextBytes(bytes);
      if (i % 2 == 0 && bytes.length > 4) {
        byte[] head = i % 4 == 0 ? new byte[] {-1, -1, 'C', 'K'} : new byte[] {-1, -1, 'O', 'K'};
        System.arraycopy(head, 0, bytes, 0, 4);
      }
      lan.put(stage.control, i % 3 == 0 ? hall.control : hall.data, bytes);
    }
    lan.pass(100);
    play(stage, 0x90, 60, 100);
    lan.pass(10);
    assertThat(heard(hall)).containsExactly("903c64");
    assertThat(hall.others).hasSize(1);
  }
}
