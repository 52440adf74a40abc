package dev.clasp.midi;

import dev.clasp.midi.MidiMessage.ControlChange;
import dev.clasp.midi.MidiMessage.Voice;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** What takes several messages to say; the other way round from {@link ControllerAssembler}. */
public final class Controllers {

  public static final int MODULATION = 1;
  public static final int VOLUME = 7;
  public static final int SUSTAIN = 64;
  public static final int TIMBRE = 74;
  public static final int ALL_SOUND_OFF = 120;
  public static final int RESET_ALL = 121;
  public static final int ALL_NOTES_OFF = 123;

  private Controllers() {}

  /**
   * A controller of 14 bits.
   *
   * @param controller 0 to 31
   * @param value 0 to 16383
   */
  public static List<Voice> fine(int channel, int controller, int value) {
    Range.check("controller of 14 bits", controller, 0, 31);
    Range.check("value", value, 0, 16_383);
    return List.of(
        new ControlChange(channel, controller, value >> 7),
        new ControlChange(channel, controller + 32, value & 0x7F));
  }

  /**
   * A parameter.
   *
   * @param number 0 to 16382
   * @param value 0 to 16383
   * @param close chooses none afterwards, so that data that is not meant for it does nothing
   */
  public static List<Voice> parameter(
      int channel, ParameterKind kind, int number, int value, boolean close) {
    Range.check("value", value, 0, 16_383);
    List<Voice> messages = select(channel, kind, number);
    messages.add(new ControlChange(channel, 6, value >> 7));
    messages.add(new ControlChange(channel, 38, value & 0x7F));
    if (close) {
      close(channel, kind, messages);
    }
    return messages;
  }

  /**
   * Steps of a parameter.
   *
   * @param steps -127 to 127
   */
  public static List<Voice> step(
      int channel, ParameterKind kind, int number, int steps, boolean close) {
    Range.check("steps", steps, -127, 127);
    List<Voice> messages = select(channel, kind, number);
    for (int i = 0; i < Math.abs(steps); i++) {
      messages.add(new ControlChange(channel, steps > 0 ? 96 : 97, 0));
    }
    if (close) {
      close(channel, kind, messages);
    }
    return messages;
  }

  private static List<Voice> select(int channel, ParameterKind kind, int number) {
    Range.check("parameter", number, 0, 16_382);
    List<Voice> messages = new ArrayList<>();
    messages.add(new ControlChange(channel, kind.msb(), number >> 7));
    messages.add(new ControlChange(channel, kind.lsb(), number & 0x7F));
    return messages;
  }

  private static void close(int channel, ParameterKind kind, List<Voice> messages) {
    messages.add(new ControlChange(channel, kind.msb(), 127));
    messages.add(new ControlChange(channel, kind.lsb(), 127));
  }

  /**
   * A program.
   *
   * @param bank 0 to 16383; empty to leave it
   */
  public static List<Voice> program(int channel, OptionalInt bank, int program) {
    List<Voice> messages = new ArrayList<>();
    if (bank.isPresent()) {
      Range.check("bank", bank.getAsInt(), 0, 16_383);
      messages.add(new ControlChange(channel, 0, bank.getAsInt() >> 7));
      messages.add(new ControlChange(channel, 32, bank.getAsInt() & 0x7F));
    }
    messages.add(new MidiMessage.ProgramChange(channel, program));
    return messages;
  }
}
