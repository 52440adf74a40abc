package dev.clasp.midi;

import static dev.clasp.midi.Messages.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.midi.MidiMessage.ControlChange;
import dev.clasp.midi.MidiMessage.NoteOn;
import dev.clasp.midi.MidiMessage.PitchBend;
import dev.clasp.midi.MidiMessage.ProgramChange;
import dev.clasp.midi.MidiMessage.RealTime;
import dev.clasp.midi.MidiMessage.SongPosition;
import dev.clasp.midi.MidiMessage.SysEx;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MidiParserTest {

  private final Messages sink = new Messages();
  private final MidiParser parser = new MidiParser(sink, 1000);

  @Test
  void aStatusCountsUntilAnotherOneComes() {
    parser.feed(hex("90 3C 64 3C 00 3E 64 C1 05 06"));

    assertThat(sink.messages)
        .containsExactly(
            new NoteOn(0, 60, 100),
            new NoteOn(0, 60, 0),
            new NoteOn(0, 62, 100),
            new ProgramChange(1, 5),
            new ProgramChange(1, 6));
  }

  @Test
  void realTimeComesAnywhereAndDisturbsNothing() {
    parser.feed(hex("F8 90 FE 3C F8 64 FA 3E 40 F0 01 F8 02 FF F7"));

    assertThat(sink.messages)
        .containsExactly(
            RealTime.CLOCK,
            RealTime.ACTIVE_SENSING,
            RealTime.CLOCK,
            new NoteOn(0, 60, 100),
            RealTime.START,
            new NoteOn(0, 62, 64),
            RealTime.CLOCK,
            RealTime.RESET,
            new SysEx(hex("01 02")));
    assertThat(sink.dropped).isEmpty();
  }

  @Test
  void systemCommonEndsRunningStatus() {
    parser.feed(hex("B0 07 40 F2 01 02 07 41 B0 07 42"));

    assertThat(sink.messages)
        .containsExactly(
            new ControlChange(0, 7, 64), new SongPosition(257), new ControlChange(0, 7, 66));
    assertThat(parser.strayBytes()).isEqualTo(2);
    assertThat(sink.dropped).containsExactly("data bytes without a status");
  }

  @Test
  void undefinedBytesAreLeftOut() {
    parser.feed(hex("90 3C F9 64 FD 3E 65"));
    assertThat(sink.messages).containsExactly(new NoteOn(0, 60, 100), new NoteOn(0, 62, 101));

    parser.feed(hex("F4 3C 64 F5 F0 01 F4 02 F7"));
    assertThat(sink.messages).hasSize(2);
    assertThat(parser.undefinedBytes()).isEqualTo(5);
    // 3C 64, 02, and the F7 that ends nothing.
    assertThat(parser.strayBytes()).isEqualTo(4);
  }

  @Test
  void aStatusEndsSystemExclusive() {
    parser.feed(hex("F0 01 02 90 3C 64 F0 03 F7"));

    assertThat(sink.messages).containsExactly(new NoteOn(0, 60, 100), new SysEx(hex("03")));
    assertThat(sink.dropped)
        .containsExactly(
            "a system exclusive message that ends after 2 bytes with 90 instead of F7");
  }

  @Test
  void aMessageThatIsCutOffIsTold() {
    parser.feed(hex("90 3C 80 3C 40"));
    assertThat(sink.messages).hasSize(1);
    assertThat(parser.droppedMessages()).isEqualTo(1);
  }

  @Test
  void systemExclusiveIsTakenUpToTheLimit() {
    parser.feed((byte) 0xF0);
    parser.feed(new byte[1000]);
    parser.feed((byte) 0xF7);
    assertThat(sink.messages).containsExactly(new SysEx(new byte[1000]));

    parser.feed((byte) 0xF0);
    for (int i = 0; i < 1000; i++) {
      parser.feed(new byte[1001]);
    }
    parser.feed(hex("F7 90 3C 64"));
    assertThat(sink.messages).hasSize(2).endsWith(new NoteOn(0, 60, 100));
    assertThat(sink.dropped)
        .containsExactly(
            "a system exclusive message of 1001000 bytes, more than the 1000 that are taken");
  }

  @Test
  void aStreamThatBeginsAnewForgets() {
    parser.feed(hex("90 3C"));
    parser.reset();
    parser.feed(hex("40 41"));
    assertThat(sink.messages).isEmpty();
    parser.feed(hex("F0 01"));
    assertThat(parser.withinSysEx()).isTrue();
    parser.reset();
    parser.feed(hex("F7"));
    assertThat(sink.messages).isEmpty();
  }

  @Test
  void bendIsFromItsMiddle() {
    parser.feed(hex("E3 00 00 00 40 7F 7F"));
    assertThat(sink.messages)
        .containsExactly(new PitchBend(3, -8192), new PitchBend(3, 0), new PitchBend(3, 8191));
  }

  @Test
  void oneMessageIsReadAlone() {
    assertThat(MidiParser.parse(hex("90 3C 64"))).contains(new NoteOn(0, 60, 100));
    assertThat(MidiParser.parse(hex("F0 01 F7"))).contains(new SysEx(hex("01")));
    assertThat(MidiParser.parse(hex("F8"))).contains(RealTime.CLOCK);
    for (String no :
        new String[] {
          "",
          "90",
          "90 3C",
          "90 3C 64 00",
          "F0",
          "F0 01",
          "F0 80 F7",
          "3C",
          "F7",
          "F4",
          "F9",
          "90 3C 80"
        }) {
      assertThat(MidiParser.parse(hex(no))).as(no).isEmpty();
    }
  }

  @Test
  void whatIsOutOfRangeIsRefused() {
    assertThatThrownBy(() -> new NoteOn(16, 0, 0))
        .hasMessage("channel must be from 0 to 15, not 16");
    assertThatThrownBy(() -> new NoteOn(0, 128, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PitchBend(0, 8192)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new SysEx(hex("01 80")))
        .hasMessage("a system exclusive message has data from 0 to 127, not 128 at 1");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsWrittenIsReadTheSame(boolean runningStatus) {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Messages read = new Messages();
      MidiParser reader = new MidiParser(read, 1000);
      MidiWriter writer = new MidiWriter(100_000, runningStatus);
      var messages = Messages.random(random, 200);
      byte[] bytes = new byte[100_000];
      int length = 0;
      for (MidiMessage message : messages) {
        assertThat(writer.put(message)).isTrue();
        // Real time would overtake what waits.
        length += writer.take(bytes, length, 100_000 - length);
      }
      assertThat(writer.pending()).isZero();
      for (int at = 0; at < length; ) {
        int piece = Math.min(length - at, 1 + random.nextInt(7));
        reader.feed(bytes, at, piece);
        at += piece;
      }
      assertThat(read.messages).as("seed %d", seed).isEqualTo(messages);
      assertThat(read.dropped).isEmpty();
      assertThat(reader.strayBytes()).isZero();
    }
  }

  @Test
  void realTimeThatOvertakesChangesNothingElse() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Messages read = new Messages();
      MidiParser reader = new MidiParser(read, 1000);
      MidiWriter writer = new MidiWriter(2000, true);
      var messages = Messages.random(random, 200);
      byte[] bytes = new byte[16];
      for (MidiMessage message : messages) {
        while (!writer.put(message)) {
          reader.feed(bytes, 0, writer.take(bytes, 0, 1 + random.nextInt(16)));
        }
      }
      while (writer.pending() > 0) {
        reader.feed(bytes, 0, writer.take(bytes, 0, 1 + random.nextInt(16)));
      }
      assertThat(read.messages).hasSameElementsAs(messages);
      assertThat(read.messages.stream().filter(each -> !(each instanceof RealTime)))
          .isEqualTo(messages.stream().filter(each -> !(each instanceof RealTime)).toList());
      assertThat(read.messages.stream().filter(RealTime.class::isInstance))
          .isEqualTo(messages.stream().filter(RealTime.class::isInstance).toList());
    }
  }

  @Test
  void runningStatusLeavesOutWhatIsTheSame() {
    MidiWriter writer = new MidiWriter(100, true);
    writer.put(new NoteOn(0, 60, 100));
    writer.put(new NoteOn(0, 62, 100));
    writer.put(RealTime.CLOCK);
    writer.put(new SysEx(hex("01")));
    writer.put(new NoteOn(0, 64, 100));
    byte[] bytes = new byte[100];
    int length = writer.take(bytes, 0, 100);
    assertThat(hex(java.util.Arrays.copyOf(bytes, length)))
        .isEqualTo("F8 90 3C 64 3E 64 F0 01 F7 90 40 64");
  }

  @Test
  void whatDoesNotFitChangesNothing() {
    MidiWriter writer = new MidiWriter(4, false);
    assertThat(writer.put(new SysEx(new byte[3]))).isFalse();
    assertThat(writer.put(new SysEx(new byte[2]))).isTrue();
    assertThat(writer.put(new ProgramChange(0, 1))).isFalse();
    assertThat(writer.put(RealTime.CLOCK)).isTrue();
    assertThat(writer.pending()).isEqualTo(5);
    byte[] bytes = new byte[2];
    assertThat(writer.take(bytes, 0, 2)).isEqualTo(2);
    assertThat(hex(bytes)).isEqualTo("F8 F0");
  }
}
