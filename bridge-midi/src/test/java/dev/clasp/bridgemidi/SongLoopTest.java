package dev.clasp.bridgemidi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridgetestkit.FakeContext;
import dev.clasp.midi.MidiMessage.NoteOn;
import dev.clasp.midi.SmfEvent;
import dev.clasp.midi.SmfWriter;
import dev.clasp.midi.StandardMidiFile;
import dev.clasp.testkit.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file that is played again and again. */
class SongLoopTest {

  @TempDir private Path folder;

  private Path song(SmfEvent... events) throws IOException {
    return Files.write(
        folder.resolve("song.mid"),
        SmfWriter.write(new StandardMidiFile(0, 500, List.of(List.of(events))), true));
  }

  private static MidiPort port(Path song, String more) {
    return new SongScheme().port("play:" + song + more, Map.of(), FakeContext.inRealTime());
  }

  /** One of no length at all, one of a nanosecond or so, and one of some milliseconds. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 40})
  void itBeginsAgainAndEndsWhatItLeftOn(int ticks) throws Exception {
    Path song =
        song(
            SmfEvent.Meta.tempo(0, ticks == 1 ? 1 : 500_000),
            new SmfEvent.Channel(0, new NoteOn(0, 60, 100)),
            new SmfEvent.Channel(ticks, new NoteOn(1, 61, 99)));
    HeardPort heard = new HeardPort();
    MidiPort port = port(song, "?loop");
    port.open(heard);
    Eventually.is(() -> "thrice in " + heard.messages, () -> heard.messages.size() >= 12);
    port.close();
    assertThat(heard.messages.subList(0, 8))
        .containsExactly(
            "903c64", "913d63", "803c40", "813d40", "903c64", "913d63", "803c40", "813d40");
    assertThat(heard.states).hasSize(1);
    assertThat(heard.troubles).isEmpty();
  }

  @Test
  void anEmptyOneIsRefused() throws Exception {
    Path song = song(SmfEvent.Meta.tempo(0, 500_000));
    assertThatThrownBy(() -> port(song, "?loop"))
        .isInstanceOf(BridgeException.class)
        .hasMessageContaining("has nothing to play");
  }
}
