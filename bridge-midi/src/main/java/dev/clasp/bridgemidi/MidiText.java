package dev.clasp.bridgemidi;

import dev.clasp.midi.MidiMessage;
import dev.clasp.midi.MidiWriter;
import java.util.HexFormat;
import java.util.Locale;

/** Messages for people who watch them. */
final class MidiText {

  private static final String[] NOTES = {
    "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"
  };
  private static final int MOST_BYTES = 24;

  private MidiText() {}

  /** In the words of addresses, with what it means: {@code ch/0/cc/7 = 64}. */
  static String of(MidiMessage message) {
    return switch (message) {
      case MidiMessage.NoteOn(int channel, int note, int velocity) ->
          "ch/" + channel + "/note " + note + " " + note(note) + " on, velocity " + velocity;
      case MidiMessage.NoteOff(int channel, int note, int velocity) ->
          "ch/" + channel + "/note " + note + " " + note(note) + " off, velocity " + velocity;
      case MidiMessage.PolyPressure(int channel, int note, int pressure) ->
          "ch/" + channel + "/poly/" + note + " = " + pressure;
      case MidiMessage.ControlChange(int channel, int controller, int value) ->
          "ch/" + channel + "/cc/" + controller + " = " + value;
      case MidiMessage.ProgramChange(int channel, int program) ->
          "ch/" + channel + "/program " + program;
      case MidiMessage.ChannelPressure(int channel, int pressure) ->
          "ch/" + channel + "/pressure = " + pressure;
      case MidiMessage.PitchBend(int channel, int value) -> "ch/" + channel + "/bend = " + value;
      case MidiMessage.SysEx sysEx -> "sysex, " + (sysEx.length() + 2) + " bytes";
      case MidiMessage.TimeCodeQuarter(int piece, int nibble) ->
          "mtc quarter frame " + piece + ": " + nibble;
      case MidiMessage.SongPosition(int sixteenths) -> "song/position = " + sixteenths;
      case MidiMessage.SongSelect(int song) -> "song/select " + song;
      case MidiMessage.TuneRequest _ -> "tune request";
      case MidiMessage.RealTime realTime ->
          realTime.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    };
  }

  /** Middle C, 60, is C4. */
  static String note(int note) {
    return NOTES[note % 12] + (note / 12 - 1);
  }

  static String bytes(MidiMessage message) {
    byte[] bytes = MidiWriter.bytes(message);
    HexFormat hex = HexFormat.ofDelimiter(" ").withUpperCase();
    return bytes.length <= MOST_BYTES
        ? hex.formatHex(bytes)
        : hex.formatHex(bytes, 0, MOST_BYTES) + " ...";
  }
}
