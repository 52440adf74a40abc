package dev.clasp.midi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.clasp.midi.MidiMessage.NoteOff;
import dev.clasp.midi.MidiMessage.NoteOn;
import dev.clasp.midi.MidiMessage.PitchBend;
import dev.clasp.midi.MidiMessage.Voice;
import dev.clasp.midi.MpeTouch.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MpeTest {

  private final List<MpeTouch> touches = new ArrayList<>();
  private final MpeReader reader = new MpeReader(touches::add);

  private void bytes(String hex) {
    new MidiParser(message -> reader.message((Voice) message)).feed(Messages.hex(hex));
  }

  @Test
  void theDeviceMakesTheZone() {
    bytes("91 3C 64");
    assertThat(touches).isEmpty();
    bytes("B0 65 00 64 00 06 02 65 00 64 06 06 05");
    assertThat(reader.members(MpeZone.LOWER)).isEqualTo(5);
    bytes("BF 65 00 64 06 06 0C");
    assertThat(reader.members(MpeZone.UPPER)).isEqualTo(12);
    assertThat(reader.members(MpeZone.LOWER)).isEqualTo(2);
    bytes("91 3C 64 93 3E 64 90 40 64");
    assertThat(touches).extracting(MpeTouch::zone).containsExactly(MpeZone.LOWER, MpeZone.UPPER);
  }

  @Test
  void aTouchBeginsMovesAndEnds() {
    reader.zone(MpeZone.LOWER, 15);
    bytes("E1 00 40 B1 4A 20 D1 10 91 3C 64 E1 7F 7F D1 50 B1 4A 40 81 3C 30");
    assertThat(touches)
        .containsExactly(
            new MpeTouch(MpeZone.LOWER, 1, Phase.START, 60, 100, 0, 16, 32),
            new MpeTouch(MpeZone.LOWER, 1, Phase.MOVE, 60, 100, 48, 16, 32),
            new MpeTouch(MpeZone.LOWER, 1, Phase.MOVE, 60, 100, 48, 80, 32),
            new MpeTouch(MpeZone.LOWER, 1, Phase.MOVE, 60, 100, 48, 80, 64),
            new MpeTouch(MpeZone.LOWER, 1, Phase.END, 60, 48, 48, 80, 64));
  }

  @Test
  void theMainChannelBendsAll() {
    reader.zone(MpeZone.LOWER, 15);
    bytes("91 3C 64 92 40 64 E0 00 00");
    assertThat(touches.subList(2, 4)).extracting(MpeTouch::bend).containsExactly(-2.0, -2.0);
    bytes("B1 65 00 64 00 06 18 E2 7F 7F");
    assertThat(touches.getLast().bend()).isEqualTo(22);
  }

  @Test
  void otherMessagesAreNotTouches() {
    reader.zone(MpeZone.LOWER, 3);
    assertThat(reader.message(new NoteOn(0, 60, 1))).isFalse();
    assertThat(reader.message(new NoteOn(4, 60, 1))).isFalse();
    assertThat(reader.message(new MidiMessage.ControlChange(1, 7, 1))).isFalse();
    assertThat(reader.message(new NoteOn(3, 60, 1))).isTrue();
  }

  @Test
  void whatIsWrittenIsReadTheSame() {
    Random random = new Random(1);
    for (MpeZone zone : MpeZone.values()) {
      MpeWriter writer = new MpeWriter(zone, 5);
      touches.clear();
      writer.configuration().forEach(reader::message);
      assertThat(reader.members(zone)).isEqualTo(5);
      for (int i = 1; i < 200; i++) {
        int note = random.nextInt(128);
        double bend = random.nextDouble() * 96 - 48;
        MpeTouch start =
            new MpeTouch(zone, i, Phase.START, note, 1 + random.nextInt(127), bend, 3, 70);
        writer.touch(start).forEach(reader::message);
        MpeTouch last = touches.getLast();
        assertThat(last.phase()).isEqualTo(Phase.START);
        assertThat(last.note()).isEqualTo(note);
        assertThat(last.bend()).isCloseTo(bend, within(0.01));
        assertThat(last.pressure()).isEqualTo(3);
        assertThat(last.timbre()).isEqualTo(70);
        writer
            .touch(new MpeTouch(zone, i, Phase.END, note, 9, bend, 3, 70))
            .forEach(reader::message);
        assertThat(touches.getLast().phase()).isEqualTo(Phase.END);
        assertThat(touches.getLast().velocity()).isEqualTo(9);
      }
    }
  }

  @Test
  void aTouchTooManyEndsTheOldest() {
    MpeWriter writer = new MpeWriter(MpeZone.LOWER, 2);
    for (int id = 1; id <= 2; id++) {
      writer.touch(new MpeTouch(MpeZone.LOWER, id, Phase.START, 60 + id, 100, 0, 0, 64));
    }
    assertThat(writer.touch(new MpeTouch(MpeZone.LOWER, 3, Phase.START, 70, 100, 1, 0, 64)))
        .containsExactly(new NoteOff(1, 61, 64), new PitchBend(1, 171), new NoteOn(1, 70, 100));
    assertThat(writer.touch(new MpeTouch(MpeZone.LOWER, 1, Phase.END, 61, 0, 0, 0, 64))).isEmpty();
  }
}
