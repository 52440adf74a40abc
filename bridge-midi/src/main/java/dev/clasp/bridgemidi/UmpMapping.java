package dev.clasp.bridgemidi;

import dev.clasp.midi.Controllers;
import dev.clasp.midi.MidiMessage;
import dev.clasp.midi.Ump;
import dev.clasp.midi.Ump.Midi2;
import dev.clasp.midi.UmpTranslator;
import dev.clasp.midi.UmpValue;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What MIDI 2.0 says more than MIDI 1.0 (docs/midi-mapping.md, "MIDI 2.0"): values with all their
 * bits where values are parts of a range, and what one note does. All else is mapped as MIDI 1.0.
 * Immutable; paths have no device in front.
 */
final class UmpMapping {

  /** Longest value of bytes (wire.md 4.2). */
  private static final int MAX_BYTES = 65_535;

  /** A value is said more exactly only if it is the same to about seven bits. */
  private static final double NEAR = 1.5 / 127;

  /** The controller of the third dimension of a touch (MPE, M1-100-UM). */
  private static final int TIMBRE = 74;

  /** Ten nanoseconds in a minute: the unit of a tempo (M2-104-UM, "Set Tempo"). */
  private static final double TENS_IN_A_MINUTE = 6e9;

  private final MidiMappingConfig config;
  private final MidiMappingScale scale;

  UmpMapping(MidiMappingConfig config) {
    this.config = config;
    this.scale = new MidiMappingScale(config.normalize(), config.bendFromZero());
  }

  // --- from a device -----------------------------------------------------------------------------

  /** As messages of MIDI 1.0; a controller of 14 bits is two of them. */
  List<MidiMessage> messages(Midi2 voice) {
    int controller = voice.index() >> 8 & 0x7F;
    if (voice.opcode() == Midi2.CONTROL_CHANGE
        && controller < 32
        && config.fine().contains(controller)) {
      return List.copyOf(Controllers.fine(voice.channel(), controller, voice.data() >>> 18));
    }
    return UmpTranslator.toMidi1(voice);
  }

  /** What one note does, which MIDI 1.0 does not know; empty for anything else. */
  Optional<MappedSignal> signal(Midi2 voice) {
    if (!config.channels().contains(voice.channel())) {
      return Optional.empty();
    }
    String note =
        "/ch/"
            + (voice.channel() + config.channelBase())
            + "/note/"
            + (voice.index() >> 8 & 0x7F)
            + "/";
    int number = voice.index() & 0xFF;
    double exact = UmpValue.of(voice);
    return switch (voice.opcode()) {
      case Midi2.NOTE_REGISTERED -> Optional.of(param(note + "rcc/" + number, level(exact)));
      case Midi2.NOTE_ASSIGNABLE -> Optional.of(param(note + "acc/" + number, level(exact)));
      case Midi2.NOTE_BEND -> Optional.of(param(note + "bend", bend(exact)));
      case Midi2.NOTE_MANAGEMENT -> {
        Map<String, Value> map = new LinkedHashMap<>();
        map.put("detach", Value.of((voice.index() & 2) != 0));
        map.put("reset", Value.of((voice.index() & 1) != 0));
        yield Optional.of(new MappedSignal(note + "manage", SignalType.EVENT, Value.of(map)));
      }
      default -> Optional.empty();
    };
  }

  private static MappedSignal param(String path, Value value) {
    return new MappedSignal(path, SignalType.PARAM, value);
  }

  private Value level(double exact) {
    return config.normalize() ? Value.of(exact) : Value.of(Math.round(exact * 16_383));
  }

  private Value bend(double exact) {
    if (!config.normalize()) {
      return Value.of(Math.round(exact * (exact < 0 ? 8192 : 8191)));
    }
    return Value.of(config.bendFromZero() ? (exact + 1) / 2 : exact);
  }

  /** The tempo; nothing else of this kind. */
  Optional<MappedSignal> signal(Ump.Flex flex) {
    return flex.tempo() == 0
        ? Optional.empty()
        : Optional.of(
            param("/tempo", Value.of(Math.round(TENS_IN_A_MINUTE / flex.tempo() * 10) / 10.0)));
  }

  Optional<MappedSignal> sysEx8(byte[] data) {
    return config.sysEx() && data.length <= MAX_BYTES
        ? Optional.of(new MappedSignal("/sysex8", SignalType.EVENT, Value.of(data)))
        : Optional.empty();
  }

  /**
   * The same signal with a value that has all its bits: a number that is a part of a range, or what
   * the message says in the map of a note or of a touch.
   *
   * @param exact NaN for the signal as it is
   * @param part which one of a map that is ({@link #word}); may be none
   */
  MappedSignal refined(MappedSignal signal, double exact, String part) {
    if (Double.isNaN(exact)) {
      return signal;
    }
    Value value = refined(signal.value(), exact, part);
    return value.equals(signal.value())
        ? signal
        : new MappedSignal(
            signal.address(), signal.type(), value, signal.hints(), signal.gesture());
  }

  /** The value of a message as its path has it; NaN if it has none. */
  double exact(Midi2 voice) {
    double exact = UmpValue.of(voice);
    return scale.bendFromZero() ? part(voice, exact) : exact;
  }

  /** A bend as a part of its range, 0 to 1; what is no bend as it is. */
  static double part(Midi2 voice, double exact) {
    return UmpValue.bends(voice.opcode()) ? (exact + 1) / 2 : exact;
  }

  /** The word for the value of a message in maps of notes and touches; empty if they have none. */
  static String word(Midi2 voice) {
    return switch (voice.opcode()) {
      case Midi2.NOTE_ON, Midi2.NOTE_OFF -> "velocity";
      case Midi2.CHANNEL_PRESSURE, Midi2.POLY_PRESSURE -> "pressure";
      case Midi2.CONTROL_CHANGE -> (voice.index() >> 8 & 0x7F) == TIMBRE ? "timbre" : "";
      default -> "";
    };
  }

  private Value refined(Value value, double exact, String part) {
    return switch (value) {
      case Value.Float(double real) when Math.abs(real - exact) < NEAR -> Value.of(exact);
      case Value.Map(Map<String, Value> map)
          when map.containsKey("note") && map.get(part) instanceof Value.Float rough -> {
        Map<String, Value> finer = new LinkedHashMap<>(map);
        finer.put(part, refined(rough, exact, part));
        yield Value.of(finer);
      }
      default -> value;
    };
  }

  // --- to a device -------------------------------------------------------------------------------

  /** What a signal says, as {@link UmpValue} has it; NaN if it is a whole number of MIDI 1.0. */
  double exact(List<String> tail, MappedSignal signal, Controls controls) {
    String path = "/" + String.join("/", tail);
    Optional<Control.Shape> named =
        controls.shapes().stream().filter(shape -> shape.path().equals(path)).findFirst();
    Value value = signal.value();
    if (named.isEmpty() && value instanceof Value.Map(Map<String, Value> map)) {
      value = map.getOrDefault("velocity", Value.NULL);
    }
    double number =
        switch (value) {
          case Value.Int(long whole) -> whole;
          case Value.Float(double real) -> real;
          default -> Double.NaN;
        };
    if (named.isPresent()) {
      // Of a control with a name a bend is a part of its range as well.
      ControlKey out = named.get().out();
      return out != null && out.kind() == ControlKey.Kind.BEND ? number * 2 - 1 : number;
    }
    boolean bends = tail.getLast().equals("bend") || tail.getLast().equals("pitch");
    if (signal.hints().get("range") instanceof Value.Array(List<Value> ends) && ends.size() == 2) {
      double from = real(ends.get(0));
      double part = (number - from) / (real(ends.get(1)) - from);
      return bends ? part * 2 - 1 : part;
    }
    if (!config.normalize()) {
      return Double.NaN;
    }
    return bends && scale.bendFromZero() ? number * 2 - 1 : number;
  }

  private static double real(Value value) {
    return switch (value) {
      case Value.Int(long whole) -> whole;
      case Value.Float(double number) -> number;
      default -> Double.NaN;
    };
  }

  /** Whether it is about one note that sounds: {@code ch/0/note/60/bend}. */
  static boolean ofNote(List<String> tail) {
    return tail.size() >= 5 && tail.get(0).equals("ch") && tail.get(2).equals("note");
  }

  /**
   * A packet about one note.
   *
   * @param dropped is told why there is none
   */
  Optional<Ump> packet(List<String> tail, MappedSignal signal, Consumer<String> dropped) {
    try {
      return Optional.of(ofNote(tail, signal));
    } catch (MidiMappingRefusal e) {
      dropped.accept("/" + String.join("/", tail) + ": " + e.why());
      return Optional.empty();
    }
  }

  private Ump ofNote(List<String> tail, MappedSignal signal) {
    int first = config.channelBase();
    int channel = number("channel", tail.get(1), first, first + 15) - first;
    int note = number("note", tail.get(3), 0, 127);
    String word = tail.get(4);
    boolean numbered = word.equals("rcc") || word.equals("acc");
    if (tail.size() != (numbered ? 6 : 5)) {
      throw unknown();
    }
    Value value = signal.value();
    return switch (word) {
      case "rcc", "acc" -> {
        int controller = number("controller", tail.get(5), 0, 255);
        double number = MidiMappingScale.number(value);
        yield UmpValue.with(
            new Midi2(
                0,
                word.equals("rcc") ? Midi2.NOTE_REGISTERED : Midi2.NOTE_ASSIGNABLE,
                channel,
                note << 8 | controller,
                0),
            config.normalize() ? number : number / 16_383);
      }
      case "bend" -> {
        double number = MidiMappingScale.number(value);
        double part =
            !config.normalize()
                ? number / (number < 0 ? 8192 : 8191)
                : config.bendFromZero() ? number * 2 - 1 : number;
        yield UmpValue.with(new Midi2(0, Midi2.NOTE_BEND, channel, note << 8, 0), part);
      }
      case "manage" -> {
        if (!(value instanceof Value.Map(Map<String, Value> map))) {
          throw new MidiMappingRefusal(
              "needs a map with detach and reset, not " + MidiMappingScale.shown(value));
        }
        int flags =
            (Value.TRUE.equals(map.get("detach")) ? 2 : 0)
                | (Value.TRUE.equals(map.get("reset")) ? 1 : 0);
        yield new Midi2(0, Midi2.NOTE_MANAGEMENT, channel, note << 8 | flags, 0);
      }
      default -> throw unknown();
    };
  }

  private static MidiMappingRefusal unknown() {
    return new MidiMappingRefusal(
        "no such thing in MIDI (docs/midi-mapping.md lists what there is)");
  }

  private static int number(String what, String text, int least, int most) {
    int number = text.matches("\\d{1,5}") ? Integer.parseInt(text) : -1;
    if (number < least || number > most) {
      throw new MidiMappingRefusal(
          what + " must be from " + least + " to " + most + ", not " + text);
    }
    return number;
  }

  /** The bytes of {@code sysex8}. */
  Optional<byte[]> data(List<String> tail, MappedSignal signal, Consumer<String> dropped) {
    if (tail.size() == 1 && config.sysEx() && signal.value() instanceof Value.Bytes(byte[] raw)) {
      return Optional.of(raw);
    }
    if (tail.size() == 1
        && config.sysEx()
        && signal.value() instanceof Value.Array(List<Value> values)) {
      List<Integer> bytes = new ArrayList<>();
      try {
        for (Value each : values) {
          bytes.add(MidiMappingScale.whole("a byte", each, 0, 255));
        }
        byte[] raw = new byte[bytes.size()];
        for (int i = 0; i < raw.length; i++) {
          raw[i] = bytes.get(i).byteValue();
        }
        return Optional.of(raw);
      } catch (MidiMappingRefusal e) {
        dropped.accept("/sysex8: " + e.why());
        return Optional.empty();
      }
    }
    dropped.accept(
        config.sysEx()
            ? "/sysex8: needs bytes, not " + MidiMappingScale.shown(signal.value())
            : "/sysex8: system exclusive is off (sysex)");
    return Optional.empty();
  }
}
