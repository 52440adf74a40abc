package dev.clasp.midi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.midi.MidiMessage.SysEx;
import dev.clasp.midi.ShowControl.Command;
import dev.clasp.midi.TimeCode.Rate;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShowControlTest {

  @ParameterizedTest
  @CsvSource({
    "GO, '', '', '', F0 7F 01 02 01 01 F7",
    "GO, 12.5, '', '', F0 7F 01 02 01 01 31 32 2E 35 F7",
    "GO, 1, 2, 3, F0 7F 01 02 01 01 31 00 32 00 33 F7",
    "STOP, 1, 2, '', F0 7F 01 02 01 02 31 00 32 F7",
    "ALL_OFF, '', '', '', F0 7F 01 02 01 08 F7",
    "SEQUENCE_NEXT, '', 4, '', F0 7F 01 02 01 13 34 F7",
    "OPEN_CUE_PATH, '', '', 7, F0 7F 01 02 01 1D 37 F7",
  })
  void cuesAreWrittenAndRead(Command command, String cue, String list, String path, String bytes) {
    ShowControl show = ShowControl.cue(1, 1, command, cue, list, path);
    assertThat(Messages.hex(show.message().framed())).isEqualTo(bytes);
    assertThat(ShowControl.of(show.message())).contains(show);
  }

  @Test
  void timeAndNumbersAreWrittenAndRead() {
    TimeCode time = new TimeCode(0, 1, 2, 3, Rate.FPS_30);
    ShowControl go =
        new ShowControl(
            127,
            1,
            Command.TIMED_GO,
            "5",
            "",
            "",
            Optional.of(time),
            OptionalInt.empty(),
            OptionalInt.empty());
    assertThat(Messages.hex(go.message().framed()))
        .isEqualTo("F0 7F 7F 02 01 04 60 01 02 03 00 35 F7");
    assertThat(ShowControl.of(go.message())).contains(go);

    ShowControl set =
        new ShowControl(
            127,
            1,
            Command.SET,
            "",
            "",
            "",
            Optional.empty(),
            OptionalInt.of(129),
            OptionalInt.of(16_383));
    assertThat(Messages.hex(set.message().framed())).isEqualTo("F0 7F 7F 02 01 06 01 01 7F 7F F7");
    assertThat(ShowControl.of(set.message())).contains(set);

    ShowControl fire =
        new ShowControl(
            127,
            0x60,
            Command.FIRE,
            "",
            "",
            "",
            Optional.empty(),
            OptionalInt.of(9),
            OptionalInt.empty());
    assertThat(ShowControl.of(fire.message())).contains(fire);
  }

  @Test
  void whatIsNotKnownIsNotRead() {
    for (String bytes :
        new String[] {
          "7F 7F 02 01 7E",
          "7F 7F 02 00 01",
          "7F 7F 02 01",
          "7E 7F 02 01 01",
          "7F 7F 02 01 01 41",
          "7F 7F 02 01 04 01",
          "7F 7F 02 01 06 01 01 01",
          "7F 7F 02 01 08 31",
          "7F 7F 02 01 07",
          "7F 7F 02 01 01 31 00 32 00 33 00 34",
          "7F 7F 02 01 1B",
          ""
        }) {
      assertThat(ShowControl.of(new SysEx(Messages.hex(bytes)))).as(bytes).isEmpty();
    }
  }

  @Test
  void whatDoesNotFitTogetherIsRefused() {
    assertThatThrownBy(() -> ShowControl.cue(1, 1, Command.GO, "x", "", ""))
        .hasMessage("a cue, list or path has at most 64 digits and points, not x");
    assertThatThrownBy(() -> ShowControl.cue(1, 1, Command.GO, "", "1", ""))
        .hasMessage("a list needs a cue before it, and a path a list");
    assertThatThrownBy(() -> ShowControl.cue(1, 1, Command.RESET, "1", "", ""))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ShowControl.cue(1, 1, Command.TIMED_GO, "1", "", ""))
        .hasMessage("timed_go needs a time");
  }

  @Test
  void machineControlIsWrittenAndRead() {
    MachineControl play = new MachineControl(127, MachineControl.Command.PLAY, Optional.empty());
    assertThat(Messages.hex(play.message().framed())).isEqualTo("F0 7F 7F 06 02 F7");
    assertThat(MachineControl.of(play.message())).contains(play);
    MachineControl locate =
        new MachineControl(
            5, MachineControl.Command.LOCATE, Optional.of(new TimeCode(1, 2, 3, 4, Rate.FPS_25)));
    assertThat(Messages.hex(locate.message().framed()))
        .isEqualTo("F0 7F 05 06 44 06 01 21 02 03 04 00 F7");
    assertThat(MachineControl.of(locate.message())).contains(locate);
    for (String bytes :
        new String[] {"7F 7F 06 7E", "7F 7F 06", "7F 7F 06 44 06", "7F 7F 06 02 03"}) {
      assertThat(MachineControl.of(new SysEx(Messages.hex(bytes)))).as(bytes).isEmpty();
    }
  }
}
