package dev.clasp.midi;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes are a file that can be written again and has its times, or a sentence. */
class SmfFuzzTest {

  static Stream<byte[]> seeds() {
    return Stream.of(0, 1, 2, 3, 4, 5)
        .map(seed -> SmfWriter.write(SmfTest.file(new Random(seed), seed % 3), seed % 2 == 0));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyBytesAreAFileOrARefusal(byte[] bytes) {
    StandardMidiFile file;
    try {
      file = SmfReader.read(bytes);
    } catch (MidiException e) {
      assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(200);
      return;
    }
    long before = 0;
    for (SmfPlayer.Due due : SmfPlayer.schedule(file)) {
      assertThat(due.nanos()).isGreaterThanOrEqualTo(before);
      before = due.nanos();
    }
    byte[] again = SmfWriter.write(file, true);
    try {
      assertThat(SmfWriter.write(SmfReader.read(again), true)).isEqualTo(again);
    } catch (MidiException e) {
      throw new AssertionError(file.toString(), e);
    }
  }
}
