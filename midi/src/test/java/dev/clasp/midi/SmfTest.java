package dev.clasp.midi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.midi.MidiMessage.NoteOff;
import dev.clasp.midi.MidiMessage.NoteOn;
import dev.clasp.midi.MidiMessage.Voice;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.sound.midi.MidiSystem;
import javax.sound.midi.Sequence;
import org.junit.jupiter.api.Test;

class SmfTest {

  /** A file with everything in it. */
  static StandardMidiFile file(Random random, int format) {
    List<List<SmfEvent>> tracks = new ArrayList<>();
    int count = format == 0 ? 1 : 1 + random.nextInt(4);
    for (int t = 0; t < count; t++) {
      List<SmfEvent> track = new ArrayList<>();
      long tick = 0;
      for (MidiMessage message : Messages.random(random, 100)) {
        tick += random.nextInt(3) == 0 ? random.nextInt(20_000) : 0;
        switch (message) {
          case Voice voice -> track.add(new SmfEvent.Channel(tick, voice));
          case MidiMessage.SysEx sysEx -> {
            byte[] framed = sysEx.framed();
            track.add(new SmfEvent.Raw(tick, false, Arrays.copyOfRange(framed, 1, framed.length)));
          }
          case MidiMessage.SongSelect song ->
              track.add(new SmfEvent.Raw(tick, true, MidiWriter.bytes(song)));
          case MidiMessage.SongPosition position ->
              track.add(SmfEvent.Meta.tempo(tick, 1 + position.sixteenths() * 1000));
          default -> track.add(new SmfEvent.Meta(tick, 1 + random.nextInt(9), new byte[3]));
        }
      }
      track.add(SmfEvent.Meta.endOfTrack(tick + random.nextInt(100)));
      tracks.add(track);
    }
    return new StandardMidiFile(format, random.nextInt(4) == 0 ? -25 << 8 | 40 : 480, tracks);
  }

  @Test
  void whatIsWrittenIsReadTheSame() throws Exception {
    for (int seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      StandardMidiFile file = file(random, seed % 3);
      byte[] bytes = SmfWriter.write(file, random.nextBoolean());
      assertThat(SmfReader.read(bytes)).isEqualTo(file);
    }
  }

  @Test
  void javaReadsWhatWeWrite() throws Exception {
    for (int seed = 0; seed < 20; seed++) {
      StandardMidiFile file = file(new Random(seed), seed % 2);
      Sequence sequence =
          MidiSystem.getSequence(new ByteArrayInputStream(SmfWriter.write(file, true)));
      assertThat(sequence.getTracks()).hasSize(file.tracks().size());
      for (int t = 0; t < file.tracks().size(); t++) {
        List<SmfEvent.Channel> ours =
            file.tracks().get(t).stream()
                .filter(SmfEvent.Channel.class::isInstance)
                .map(SmfEvent.Channel.class::cast)
                .toList();
        List<SmfEvent.Channel> theirs = new ArrayList<>();
        for (int i = 0; i < sequence.getTracks()[t].size(); i++) {
          var event = sequence.getTracks()[t].get(i);
          if (event.getMessage() instanceof javax.sound.midi.ShortMessage shortMessage
              && shortMessage.getStatus() < 0xF0) {
            theirs.add(
                new SmfEvent.Channel(
                    event.getTick(),
                    (Voice)
                        MidiMessage.of(
                                shortMessage.getStatus(),
                                shortMessage.getData1(),
                                shortMessage.getData2())
                            .orElseThrow()));
          }
        }
        assertThat(theirs).isEqualTo(ours);
      }
    }
  }

  @Test
  void tempoChangesAreCountedExactly() {
    StandardMidiFile file =
        new StandardMidiFile(
            1,
            480,
            List.of(
                List.of(SmfEvent.Meta.tempo(0, 500_000), SmfEvent.Meta.tempo(960, 1_000_000)),
                List.of(
                    new SmfEvent.Channel(480, new NoteOn(0, 60, 100)),
                    new SmfEvent.Channel(1440, new NoteOff(0, 60, 64)))));
    SmfTempo tempo = SmfTempo.of(file);
    assertThat(tempo.nanos(480)).isEqualTo(500_000_000);
    assertThat(tempo.nanos(960)).isEqualTo(1_000_000_000);
    assertThat(tempo.nanos(1440)).isEqualTo(2_000_000_000);
    assertThat(tempo.nanos(1)).isEqualTo(1_041_667);
    assertThat(tempo.tempo(959)).isEqualTo(120);
    assertThat(tempo.tempo(960)).isEqualTo(60);
    assertThat(SmfPlayer.schedule(file))
        .extracting(SmfPlayer.Due::nanos)
        .containsExactly(500_000_000L, 2_000_000_000L);
  }

  @Test
  void ticksMayBePartsOfASecond() {
    StandardMidiFile file =
        new StandardMidiFile(0, -25 << 8 | 40, List.of(List.of(SmfEvent.Meta.endOfTrack(5))));
    assertThat(SmfTempo.of(file).nanos(1000)).isEqualTo(1_000_000_000);
    StandardMidiFile drop =
        new StandardMidiFile(0, -29 << 8 | 1, List.of(List.of(SmfEvent.Meta.endOfTrack(5))));
    assertThat(SmfTempo.of(drop).nanos(30)).isEqualTo(1_001_000_000);
  }

  @Test
  void whatIsDamagedIsTold() {
    byte[] good =
        SmfWriter.write(
            new StandardMidiFile(
                0, 480, List.of(List.of(new SmfEvent.Channel(0, new NoteOn(0, 60, 100))))),
            false);
    assertThatThrownBy(() -> SmfReader.read(new byte[20]))
        .isInstanceOf(MidiException.class)
        .hasMessage("no Standard MIDI File: it does not begin with MThd");
    assertThatThrownBy(() -> SmfReader.read(Arrays.copyOf(good, good.length - 1)))
        .hasMessage(
            "a damaged MIDI file: a chunk MTrk of 8 bytes, of which there are 7, at byte 22");
    byte[] noStatus = good.clone();
    noStatus[23] = 0x10;
    assertThatThrownBy(() -> SmfReader.read(noStatus))
        .hasMessage("a damaged MIDI file: data without a status, at byte 23");
  }
}
