package dev.clasp.midi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.midi.ControllerEvent.Fine;
import dev.clasp.midi.ControllerEvent.Parameter;
import dev.clasp.midi.ControllerEvent.Program;
import dev.clasp.midi.ControllerEvent.Single;
import dev.clasp.midi.ControllerEvent.Step;
import dev.clasp.midi.MidiMessage.ControlChange;
import dev.clasp.midi.MidiMessage.ProgramChange;
import dev.clasp.midi.MidiMessage.Voice;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ControllerAssemblerTest {

  private final List<ControllerEvent> events = new ArrayList<>();
  private final ControllerAssembler assembler =
      new ControllerAssembler(Set.of(1, 7), true, true, events::add);

  private void change(int channel, int controller, int value) {
    assembler.change(new ControlChange(channel, controller, value), 0);
  }

  @Test
  void aPairIsOneValue() {
    change(0, 7, 100);
    assertThat(events).isEmpty();
    change(0, 39, 5);
    assertThat(events).containsExactly(new Fine(0, 7, 100 * 128 + 5));
    assertThat(assembler.due()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void anUpperHalfAloneSetsTheLowerOneToZero() {
    change(0, 7, 100);
    change(0, 39, 5);
    change(0, 7, 101);
    assertThat(assembler.due()).isEqualTo(ControllerAssembler.WAIT_NANOS);
    assembler.flush();
    assertThat(events).endsWith(new Fine(0, 7, 101 * 128));
    change(0, 39, 6);
    assertThat(events).endsWith(new Fine(0, 7, 101 * 128 + 6));
  }

  @Test
  void halvesThatAreMixedKeepTheirOrder() {
    change(0, 7, 1);
    change(1, 7, 2);
    change(0, 39, 3);
    change(1, 39, 4);
    assertThat(events)
        .containsExactly(
            new Fine(0, 7, 128), new Fine(1, 7, 256), new Fine(0, 7, 131), new Fine(1, 7, 260));
  }

  @Test
  void otherControllersAreOrdinary() {
    change(3, 10, 64);
    change(3, 42, 1);
    change(3, 6, 2);
    change(3, 38, 3);
    change(3, 96, 0);
    assertThat(events)
        .containsExactly(
            new Single(3, 10, 64),
            new Single(3, 42, 1),
            new Single(3, 6, 2),
            new Single(3, 38, 3),
            new Single(3, 96, 0));
  }

  @Test
  void aParameterIsChosenAndSet() {
    change(0, 101, 0);
    change(0, 100, 0);
    change(0, 6, 12);
    change(0, 38, 50);
    change(0, 99, 1);
    change(0, 98, 2);
    change(0, 6, 3);
    change(0, 101, 127);
    assertThat(events)
        .containsExactly(
            new Parameter(0, ParameterKind.RPN, 0, 12 * 128 + 50),
            new Parameter(0, ParameterKind.NRPN, 130, 3 * 128));
  }

  @Test
  void noneIsChosenAfterTheNullParameter() {
    change(0, 101, 0);
    change(0, 100, 1);
    change(0, 101, 127);
    change(0, 100, 127);
    change(0, 6, 12);
    assertThat(events).containsExactly(new Single(0, 6, 12));
  }

  @Test
  void aLowerHalfAloneBelongsToWhatIsKnown() {
    change(0, 101, 0);
    change(0, 100, 1);
    change(0, 38, 7);
    change(0, 6, 64);
    change(0, 38, 1);
    change(0, 99, 0);
    change(0, 98, 0);
    change(0, 101, 0);
    change(0, 100, 1);
    change(0, 38, 2);
    assertThat(events)
        .containsExactly(
            new Parameter(0, ParameterKind.RPN, 1, 7),
            new Parameter(0, ParameterKind.RPN, 1, 64 * 128 + 1),
            new Parameter(0, ParameterKind.RPN, 1, 64 * 128 + 2));
  }

  @Test
  void stepsCountFromWhatIsKnown() {
    change(0, 99, 0);
    change(0, 98, 5);
    change(0, 96, 0);
    change(0, 6, 127);
    change(0, 38, 127);
    change(0, 96, 0);
    change(0, 97, 0);
    change(0, 101, 0);
    change(0, 100, 2);
    change(0, 6, 64);
    change(0, 96, 0);
    assertThat(events)
        .containsExactly(
            new Step(0, ParameterKind.NRPN, 5, 1, OptionalInt.empty()),
            new Parameter(0, ParameterKind.NRPN, 5, 16_383),
            new Step(0, ParameterKind.NRPN, 5, 1, OptionalInt.of(16_383)),
            new Step(0, ParameterKind.NRPN, 5, -1, OptionalInt.of(16_382)),
            new Parameter(0, ParameterKind.RPN, 2, 64 * 128),
            new Step(0, ParameterKind.RPN, 2, 1, OptionalInt.of(65 * 128)));
  }

  @Test
  void aBankBelongsToThePrograms() {
    assembler.program(new ProgramChange(0, 1));
    change(0, 0, 2);
    change(0, 32, 3);
    assembler.program(new ProgramChange(0, 4));
    change(0, 0, 5);
    assembler.program(new ProgramChange(0, 6));
    assertThat(events)
        .containsExactly(
            new Program(0, OptionalInt.empty(), 1),
            new Program(0, OptionalInt.of(2 * 128 + 3), 4),
            new Program(0, OptionalInt.of(5 * 128), 6));
  }

  @Test
  void whatIsSentIsPutTogetherAgain() {
    Random random = new Random(1);
    for (int i = 0; i < 2000; i++) {
      events.clear();
      int channel = random.nextInt(16);
      int value = random.nextInt(16_384);
      int number = random.nextInt(16_383);
      ParameterKind kind = random.nextBoolean() ? ParameterKind.RPN : ParameterKind.NRPN;
      List<Voice> messages = new ArrayList<>(Controllers.fine(channel, 7, value));
      messages.addAll(Controllers.parameter(channel, kind, number, value, random.nextBoolean()));
      messages.addAll(Controllers.program(channel, OptionalInt.of(value), value & 127));
      for (Voice message : messages) {
        if (message instanceof ControlChange change) {
          assembler.change(change, i);
        } else {
          assembler.program((ProgramChange) message);
        }
      }
      assertThat(events)
          .containsExactly(
              new Fine(channel, 7, value),
              new Parameter(channel, kind, number, value),
              new Program(channel, OptionalInt.of(value), value & 127));
    }
  }
}
