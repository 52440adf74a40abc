package dev.clasp.midi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.testkit.MidiModel;
import dev.clasp.testkit.RandomMidi;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is lost: behind it the receiver is where the sender is. */
class RtpMidiLossTest {

  private static final int SSRC = 7;

  private record Late(int at, byte[] packet) {}

  /** A sender, a network and a receiver, and what an instrument at either end remembers. */
  private static final class Line {
    private final SplittableRandom random;
    private final RtpMidiSender sender;
    private final RtpMidiReceiver receiver = new RtpMidiReceiver(1000);
    private final MidiModel sent = new MidiModel();
    private final MidiModel heard = new MidiModel();
    private final List<Late> onTheWay = new ArrayList<>();
    private int step;
    private int compared;

    Line(long seed, boolean journal) {
      random = new SplittableRandom(seed);
      // Sequence numbers begin again from 0 on the way.
      sender = new RtpMidiSender(SSRC, 65_000 + random.nextInt(536), journal);
    }

    void play(byte[] message) {
      sent.play(message);
      sender.packets(message, step).forEach(this::give);
    }

    void lose(byte[] message) {
      sent.play(message);
      sender.packets(message, step);
    }

    private void give(byte[] packet) {
      RtpMidiPacket parsed;
      try {
        parsed = RtpMidiPacket.parse(packet, packet.length);
      } catch (RtpMidiException e) {
        throw new AssertionError(e);
      }
      assertThat(packet.length).isLessThan(1400);
      receiver.accept(parsed).forEach(each -> heard.play(each.message()));
    }

    void noisy(byte[] message, double loss, double late, double twice, double feedback) {
      step++;
      sent.play(message);
      for (byte[] packet : sender.packets(message, step)) {
        if (random.nextDouble() >= loss) {
          onTheWay.add(
              new Late(step + (random.nextDouble() < late ? 1 + random.nextInt(4) : 0), packet));
          if (random.nextDouble() < twice) {
            onTheWay.add(new Late(step + random.nextInt(5), packet));
          }
        }
      }
      for (Late each : List.copyOf(onTheWay)) {
        if (each.at() <= step) {
          onTheWay.remove(each);
          give(each.packet());
          if (feedback > 0 && receiver.newest() == sender.lastSequence()) {
            same();
          }
        }
      }
      if (random.nextDouble() < feedback && receiver.started()) {
        sender.confirmed(receiver.newest());
      }
    }

    void same() {
      compared++;
      Set<Map.Entry<String, Integer>> missing = new HashSet<>(sent.state().entrySet());
      missing.removeAll(heard.state().entrySet());
      Set<Map.Entry<String, Integer>> surplus = new HashSet<>(heard.state().entrySet());
      surplus.removeAll(sent.state().entrySet());
      assertThat(missing).as("missing, with a surplus of " + surplus).isEmpty();
      assertThat(surplus).as("surplus").isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0.1, 0.1, 0.1, 0.3",
    "0.3, 0.3, 0.3, 0.1",
    "0.6, 0.1, 0.0, 0.2",
    "0.0, 0.5, 0.5, 0.5",
    "0.3, 0.0, 0.0, 1.0",
    "0.9, 0.0, 0.0, 0.5"
  })
  void theReceiverIsWhereTheSenderIs(double loss, double late, double twice, double feedback) {
    for (int seed = 0; seed < 10; seed++) {
      Line line = new Line(seed, true);
      RandomMidi player = new RandomMidi(line.random);
      for (int i = 0; i < 600; i++) {
        line.noisy(player.next(), loss, late, twice, feedback);
      }
      assertThat(line.compared).isPositive();
    }
  }

  @Test
  void withoutFeedbackTheJournalStaysWithinItsBoundsAndNoNoteHangs() {
    for (int seed = 0; seed < 10; seed++) {
      Line line = new Line(seed, true);
      RandomMidi player = new RandomMidi(line.random);
      for (int i = 0; i < 3000; i++) {
        line.noisy(player.next(), 0.2, 0, 0, 0);
      }
      for (int channel = 0; channel < 16; channel++) {
        for (int note = 0; note < 128; note++) {
          line.noisy(RandomMidi.bytes(0x80 | channel, note, 0), 0.2, 0, 0, 0);
        }
      }
      line.give(line.sender.guard(0));
      assertThat(line.heard.sounding()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aNoteWhoseEndIsLostEndsWithTheNextPacket(boolean journal) {
    Line line = new Line(1, journal);
    line.play(RandomMidi.bytes(0x90, 60, 100));
    assertThat(line.heard.sounding()).isEqualTo(1);
    line.lose(RandomMidi.bytes(0x80, 60, 0));
    line.give(line.sender.guard(0));
    assertThat(line.heard.sounding()).isZero();
    assertThat(line.receiver.lost()).isEqualTo(1);
    assertThat(line.receiver.repaired()).isEqualTo(1);
  }

  @Test
  void whatWasNotLostIsNotSaidAgain() {
    Line line = new Line(1, true);
    line.play(RandomMidi.bytes(0x90, 60, 100));
    line.play(RandomMidi.bytes(0xB0, 7, 100));
    line.play(RandomMidi.bytes(0xC0, 7));
    line.lose(RandomMidi.bytes(0xE0, 1, 2));
    line.give(line.sender.guard(0));
    assertThat(line.receiver.repaired()).isEqualTo(1);
    line.same();
  }

  @Test
  void whatIsConfirmedLeavesTheJournal() throws RtpMidiException {
    RtpMidiSender sender = new RtpMidiSender(SSRC, 0, true);
    for (int note = 0; note < 100; note++) {
      sender.packets(RandomMidi.bytes(0x90, note, 1), 0);
    }
    byte[] full = sender.guard(0);
    sender.confirmed(sender.lastSequence());
    assertThat(sender.unconfirmed()).isFalse();
    byte[] empty = sender.guard(0);
    assertThat(full.length).isGreaterThan(200);
    assertThat(empty).hasSize(16);
    assertThat(RtpMidiPacket.parse(empty, empty.length).journal().orElseThrow().isEmpty()).isTrue();
  }

  @Test
  void feedbackFromTheFutureTellsNothing() {
    RtpMidiSender sender = new RtpMidiSender(SSRC, 100, true);
    sender.packets(RandomMidi.bytes(0x90, 1, 1), 0);
    sender.confirmed(5000);
    assertThat(sender.unconfirmed()).isTrue();
    sender.confirmed(100);
    assertThat(sender.unconfirmed()).isFalse();
  }

  @Test
  void longSysExComesInPiecesAndWholeAgain() {
    byte[] message = new byte[5_000];
    new SplittableRandom(1).nextBytes(message);
    for (int i = 0; i < message.length; i++) {
      message[i] &= 0x7F;
    }
    message[0] = (byte) 0xF0;
    message[message.length - 1] = (byte) 0xF7;
    RtpMidiSender sender = new RtpMidiSender(SSRC, 65_530, true);
    RtpMidiReceiver receiver = new RtpMidiReceiver(5_000);
    List<byte[]> packets = sender.packets(message, 0);
    assertThat(packets).hasSize(10);
    List<byte[]> heard = new ArrayList<>();
    packets.forEach(each -> accept(receiver, each, heard));
    // Another one, of which only a half comes.
    packets = sender.packets(message, 0);
    packets.subList(0, 5).forEach(each -> accept(receiver, each, heard));
    assertThat(heard).containsExactly(message);
    RtpMidiReceiver small = new RtpMidiReceiver(4_999);
    List<byte[]> nothing = new ArrayList<>();
    new RtpMidiSender(SSRC, 0, true)
        .packets(message, 0)
        .forEach(each -> accept(small, each, nothing));
    assertThat(nothing).isEmpty();
    assertThat(small.sysExLost()).isEqualTo(1);
  }

  @Test
  void sysExWithAHoleIsDropped() {
    byte[] message = new byte[2_000];
    message[0] = (byte) 0xF0;
    message[message.length - 1] = (byte) 0xF7;
    RtpMidiSender sender = new RtpMidiSender(SSRC, 0, true);
    RtpMidiReceiver receiver = new RtpMidiReceiver(5_000);
    List<byte[]> packets = new ArrayList<>(sender.packets(message, 0));
    packets.remove(1);
    List<byte[]> heard = new ArrayList<>();
    packets.forEach(each -> accept(receiver, each, heard));
    sender
        .packets(RandomMidi.bytes(0xF0, 1, 0xF7), 0)
        .forEach(each -> accept(receiver, each, heard));
    assertThat(heard).containsExactly(RandomMidi.bytes(0xF0, 1, 0xF7));
    assertThat(receiver.sysExLost()).isEqualTo(1);
  }

  private static void accept(RtpMidiReceiver receiver, byte[] packet, List<byte[]> heard) {
    try {
      receiver
          .accept(RtpMidiPacket.parse(packet, packet.length))
          .forEach(each -> heard.add(each.message()));
    } catch (RtpMidiException e) {
      throw new AssertionError(e);
    }
  }
}
