package dev.clasp.midi;

import dev.clasp.midi.MidiMessage.ChannelPressure;
import dev.clasp.midi.MidiMessage.ControlChange;
import dev.clasp.midi.MidiMessage.NoteOff;
import dev.clasp.midi.MidiMessage.NoteOn;
import dev.clasp.midi.MidiMessage.PitchBend;
import dev.clasp.midi.MidiMessage.PolyPressure;
import dev.clasp.midi.MidiMessage.ProgramChange;
import dev.clasp.midi.MidiMessage.SysEx;
import dev.clasp.midi.MidiMessage.Voice;
import dev.clasp.midi.Ump.Midi1;
import dev.clasp.midi.Ump.Midi2;
import dev.clasp.midi.Ump.Part;
import dev.clasp.midi.Ump.SysEx7;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;

/**
 * MIDI 1.0 as packets and packets as MIDI 1.0 (M2-104-UM, appendix D). Values get wider and
 * narrower by {@link UmpScale}. What MIDI 1.0 cannot say, such as the bend of one note, is left
 * out.
 *
 * <p>One object for one direction of one group. Memory is bounded by the longest system exclusive
 * message. Not thread-safe.
 */
public final class UmpTranslator {

  private final int group;
  private final int maxSysEx;
  private final List<Ump> made = new ArrayList<>();
  private final ControllerAssembler controllers =
      new ControllerAssembler(Set.of(), true, true, this::controller);
  private final ByteArrayOutputStream sysEx = new ByteArrayOutputStream();
  private boolean within;

  /**
   * @param group 0 to 15
   * @param maxSysEx data bytes of the longest system exclusive message
   */
  public UmpTranslator(int group, int maxSysEx) {
    Range.check("group", group, 0, 15);
    this.group = group;
    this.maxSysEx = maxSysEx;
  }

  // --- to packets --------------------------------------------------------------------------------

  /** Packets of types 1, 2 and 3, which say exactly the same. */
  public static List<Ump> packets(int group, MidiMessage message) {
    return message instanceof SysEx exclusive
        ? sysEx7(group, exclusive)
        : List.of(new Midi1(group, message));
  }

  private static List<Ump> sysEx7(int group, SysEx message) {
    byte[] data = message.data();
    if (data.length <= 6) {
      return List.of(new SysEx7(group, Part.COMPLETE, data));
    }
    List<Ump> packets = new ArrayList<>();
    for (int at = 0; at < data.length; at += 6) {
      int end = Math.min(at + 6, data.length);
      Part part = at == 0 ? Part.START : end == data.length ? Part.END : Part.CONTINUE;
      packets.add(new SysEx7(group, part, Arrays.copyOfRange(data, at, end)));
    }
    return packets;
  }

  /**
   * Packets of MIDI 2.0, type 4. Banks and parameters are put together, so that a message may make
   * none, and a later one two.
   */
  public List<Ump> toMidi2(Voice message) {
    made.clear();
    int channel = message.channel();
    switch (message) {
      case ControlChange change -> controllers.change(change, 0);
      case ProgramChange program -> controllers.program(program);
      default -> {
        controllers.flush();
        switch (message) {
          case NoteOn(_, int note, int velocity) ->
              // Velocity 0 ends the note, with a release of no special speed.
              add(
                  velocity > 0 ? Midi2.NOTE_ON : Midi2.NOTE_OFF,
                  channel,
                  note << 8,
                  (int) UmpScale.up(velocity > 0 ? velocity : 64, 7, 16) << 16);
          case NoteOff(_, int note, int velocity) ->
              add(Midi2.NOTE_OFF, channel, note << 8, (int) UmpScale.up(velocity, 7, 16) << 16);
          case PolyPressure(_, int note, int pressure) ->
              add(Midi2.POLY_PRESSURE, channel, note << 8, (int) UmpScale.up(pressure, 7, 32));
          case ChannelPressure(_, int pressure) ->
              add(Midi2.CHANNEL_PRESSURE, channel, 0, (int) UmpScale.up(pressure, 7, 32));
          case PitchBend(_, int value) ->
              add(Midi2.PITCH_BEND, channel, 0, (int) UmpScale.up(value + 8192, 14, 32));
          case ControlChange _, ProgramChange _ -> {}
        }
      }
    }
    return List.copyOf(made);
  }

  /** An upper half of a parameter that waits has no lower one. */
  public List<Ump> flush() {
    made.clear();
    controllers.flush();
    return List.copyOf(made);
  }

  private void controller(ControllerEvent event) {
    int channel = event.channel();
    switch (event) {
      case ControllerEvent.Single(_, int controller, int value) ->
          add(Midi2.CONTROL_CHANGE, channel, controller << 8, (int) UmpScale.up(value, 7, 32));
      case ControllerEvent.Fine _ -> {}
      case ControllerEvent.Parameter(_, var kind, int number, int value) ->
          add(
              kind == ParameterKind.RPN ? Midi2.RPN : Midi2.NRPN,
              channel,
              number >> 7 << 8 | number & 0x7F,
              (int) UmpScale.up(value, 14, 32));
      case ControllerEvent.Step(_, var kind, int number, int steps, _) ->
          add(
              kind == ParameterKind.RPN ? Midi2.RELATIVE_RPN : Midi2.RELATIVE_NRPN,
              channel,
              number >> 7 << 8 | number & 0x7F,
              steps << 18);
      case ControllerEvent.Program(_, var bank, int program) ->
          add(
              Midi2.PROGRAM_CHANGE,
              channel,
              bank.isPresent() ? 1 : 0,
              program << 24
                  | (bank.isPresent() ? bank.getAsInt() >> 7 << 8 | bank.getAsInt() & 0x7F : 0));
    }
  }

  private void add(int opcode, int channel, int index, int data) {
    made.add(new Midi2(group, opcode, channel, index, data));
  }

  // --- from packets ------------------------------------------------------------------------------

  /**
   * The messages a packet makes.
   *
   * @param dropped is told of system exclusive that is too long or cut off
   */
  public List<MidiMessage> toMidi1(Ump packet, Consumer<String> dropped) {
    return switch (packet) {
      case Midi1(int from, MidiMessage message) -> from == group ? List.of(message) : List.of();
      case SysEx7 part -> part.group() == group ? sysEx(part, dropped) : List.of();
      case Midi2 voice -> voice.group() == group ? List.copyOf(voice(voice)) : List.of();
      case Ump.Utility _, Ump.Data8 _, Ump.Flex _, Ump.Stream _, Ump.Unknown _ -> List.of();
    };
  }

  private List<MidiMessage> sysEx(SysEx7 part, Consumer<String> dropped) {
    boolean begins = part.part() == Part.COMPLETE || part.part() == Part.START;
    if (begins == within) {
      dropped.accept(
          begins
              ? "a system exclusive message that is cut off"
              : "a part of a system exclusive message without its beginning");
    }
    if (begins) {
      sysEx.reset();
      within = true;
    } else if (!within) {
      return List.of();
    }
    sysEx.writeBytes(part.data());
    if (sysEx.size() > maxSysEx) {
      dropped.accept("a system exclusive message of more than " + maxSysEx + " bytes");
      sysEx.reset();
      within = false;
      return List.of();
    }
    if (part.part() == Part.COMPLETE || part.part() == Part.END) {
      within = false;
      return List.of(new SysEx(sysEx.toByteArray()));
    }
    return List.of();
  }

  /** What a channel message of MIDI 2.0 is in MIDI 1.0; nothing if there is nothing like it. */
  public static List<MidiMessage> toMidi1(Midi2 message) {
    return List.copyOf(voice(message));
  }

  private static List<? extends MidiMessage> voice(Midi2 voice) {
    int channel = voice.channel();
    int high = voice.index() >> 8 & 0x7F;
    int low = voice.index() & 0x7F;
    long data = voice.data() & 0xFFFF_FFFFL;
    int seven = (int) UmpScale.down(data, 32, 7);
    int fourteen = (int) UmpScale.down(data, 32, 14);
    return switch (voice.opcode()) {
      // Velocity 0 is a note on in MIDI 2.0.
      case Midi2.NOTE_ON -> List.of(new NoteOn(channel, high, Math.max(1, seven)));
      case Midi2.NOTE_OFF -> List.of(new NoteOff(channel, high, seven));
      case Midi2.POLY_PRESSURE -> List.of(new PolyPressure(channel, high, seven));
      case Midi2.CONTROL_CHANGE -> List.of(new ControlChange(channel, high, seven));
      case Midi2.CHANNEL_PRESSURE -> List.of(new ChannelPressure(channel, seven));
      case Midi2.PITCH_BEND -> List.of(new PitchBend(channel, fourteen - 8192));
      case Midi2.PROGRAM_CHANGE -> {
        int bank = (voice.data() >> 8 & 0x7F) << 7 | voice.data() & 0x7F;
        yield Controllers.program(
            channel,
            (voice.index() & 1) != 0 ? OptionalInt.of(bank) : OptionalInt.empty(),
            voice.data() >>> 24 & 0x7F);
      }
      case Midi2.RPN, Midi2.NRPN ->
          (high << 7 | low) == 0x3FFF
              ? List.of()
              : Controllers.parameter(
                  channel,
                  voice.opcode() == Midi2.RPN ? ParameterKind.RPN : ParameterKind.NRPN,
                  high << 7 | low,
                  fourteen,
                  false);
      case Midi2.RELATIVE_RPN, Midi2.RELATIVE_NRPN ->
          (high << 7 | low) == 0x3FFF || voice.data() == 0
              ? List.of()
              : Controllers.step(
                  channel,
                  voice.opcode() == Midi2.RELATIVE_RPN ? ParameterKind.RPN : ParameterKind.NRPN,
                  high << 7 | low,
                  voice.data() > 0 ? 1 : -1,
                  false);
      default -> List.of();
    };
  }
}
