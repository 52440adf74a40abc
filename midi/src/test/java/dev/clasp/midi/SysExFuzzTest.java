package dev.clasp.midi;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.midi.MidiMessage.SysEx;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any system exclusive message is a command that can be written again, or none. */
class SysExFuzzTest {

  static Stream<byte[]> seeds() {
    return Stream.of(
            "7F 7F 01 01 21 02 03 04",
            "7F 01 02 01 01 31 00 32 00 33",
            "7F 7F 02 01 04 60 01 02 03 00 35",
            "7F 7F 02 01 06 01 01 7F 7F 60 01 02 03 00",
            "7F 7F 02 60 07 09",
            "7F 7F 02 60 18 60 01 02 03 00 35",
            "7F 05 06 44 06 01 21 02 03 04 00",
            "7F 7F 06 02")
        .map(Messages::hex);
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyMessageIsACommandOrNone(byte[] bytes) {
    byte[] data = bytes.clone();
    for (int i = 0; i < data.length; i++) {
      data[i] &= 0x7F;
    }
    SysEx message = new SysEx(data);
    ShowControl.of(message)
        .ifPresent(show -> assertThat(ShowControl.of(show.message())).contains(show));
    MachineControl.of(message)
        .ifPresent(machine -> assertThat(MachineControl.of(machine.message())).contains(machine));
    TimeCode.ofFullFrame(message)
        .ifPresent(time -> {
          assertThat(TimeCode.ofFullFrame(time.fullFrame(127))).contains(time);
          assertThat(TimeCode.of(time.frameNumber(), time.rate())).isEqualTo(time);
        });
  }
}
