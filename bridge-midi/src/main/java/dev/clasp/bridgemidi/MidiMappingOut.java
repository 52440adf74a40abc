package dev.clasp.bridgemidi;

import dev.clasp.midi.ClockSchedule;
import dev.clasp.midi.Controllers;
import dev.clasp.midi.MidiMessage.ChannelPressure;
import dev.clasp.midi.MidiMessage.ControlChange;
import dev.clasp.midi.MidiMessage.NoteOff;
import dev.clasp.midi.MidiMessage.NoteOn;
import dev.clasp.midi.MidiMessage.PitchBend;
import dev.clasp.midi.MidiMessage.PolyPressure;
import dev.clasp.midi.MidiMessage.RealTime;
import dev.clasp.midi.MidiMessage.SongPosition;
import dev.clasp.midi.MidiMessage.SongSelect;
import dev.clasp.midi.MidiMessage.SysEx;
import dev.clasp.midi.MidiMessage.TuneRequest;
import dev.clasp.midi.MidiMessage.Voice;
import dev.clasp.midi.MpeZone;
import dev.clasp.midi.ParameterKind;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ToIntFunction;

/** Signals as messages for a device. Not thread-safe. */
final class MidiMappingOut {

  /** Ticks that are later than this are left out, for a machine that slept. */
  private static final long LATE_NANOS = 200_000_000;

  /** From start to the first tick (MIDI 1.0 Detailed Specification, "System Real Time"). */
  private static final long AFTER_START_NANOS = 1_000_000;

  /** Velocity of a note whose sender does not say. */
  static final int PLAIN_VELOCITY = 64;

  private final MidiMappingConfig config;
  private final MidiMappingScale scale;
  private final String base;
  private final MidiMappingSink sink;
  private final MidiMappingChase chase;
  private final MidiMappingTouch touches;
  private double tempo;
  private Optional<ClockSchedule> clock = Optional.empty();

  /** Notes that we began and did not end, by channel and note. */
  private final BitSet sounding = new BitSet(16 * 128);

  /** Channels we sent to; those whose sustain pedal is down. */
  private final BitSet used = new BitSet(16);

  private final BitSet sustained = new BitSet(16);

  /**
   * @param members of the zones of MPE, 0 for none
   */
  MidiMappingOut(
      MidiMappingConfig config,
      String device,
      MidiMappingSink sink,
      ToIntFunction<MpeZone> members,
      long nanos) {
    this.config = config;
    this.scale = new MidiMappingScale(config.normalize(), config.bendFromZero());
    this.base = "/" + device + "/";
    this.sink = sink;
    this.chase = new MidiMappingChase(sink::message);
    this.touches = new MidiMappingTouch(scale, members);
    this.tempo = config.tempo();
    if (config.clockOut()) {
      clock = Optional.of(new ClockSchedule(tempo, nanos));
    }
  }

  static String word(ParameterKind kind) {
    return kind == ParameterKind.RPN ? "rpn" : "nrpn";
  }

  void send(List<String> tail, MappedSignal signal, long nanos) {
    try {
      signal(tail, signal, nanos);
    } catch (MidiMappingRefusal e) {
      sink.dropped(base + String.join("/", tail) + ": " + e.why());
    }
  }

  private void signal(List<String> tail, MappedSignal signal, long nanos) {
    Value value = signal.value();
    switch (tail.getFirst()) {
      case "ch" -> {
        if (tail.size() < 3) {
          throw unknown();
        }
        int first = config.channelBase();
        int channel = number("channel", tail.get(1), first, first + 15) - first;
        voice(channel, tail.subList(2, tail.size()), signal);
      }
      case "note", "cc", "cc14", "rpn", "nrpn", "bend", "pitch", "program", "pressure", "poly" ->
          voice(config.channel(), tail, signal);
      case "clock" -> clock(tail, value, nanos);
      case "transport" -> {
        single(tail);
        transport(value, nanos);
      }
      case "tempo" -> {
        single(tail);
        tempo(value, nanos);
      }
      case "song" -> {
        if (tail.size() != 2) {
          throw unknown();
        }
        switch (tail.get(1)) {
          case "position" ->
              sink.message(
                  new SongPosition(MidiMappingScale.whole("a song position", value, 0, 16_383)));
          case "select" ->
              sink.message(new SongSelect(MidiMappingScale.whole("a song", value, 0, 127)));
          default -> throw unknown();
        }
      }
      case "mtc" -> {
        single(tail);
        if (!config.timeCode()) {
          throw new MidiMappingRefusal("time code is off (mtc)");
        }
        chase.time(MidiMappingShow.time(value), nanos);
      }
      case "msc" -> {
        pair(tail);
        sink.message(MidiMappingShow.show(tail.get(1), value).message());
      }
      case "mmc" -> {
        pair(tail);
        sink.message(MidiMappingShow.machine(tail.get(1), value).message());
      }
      case "mpe" -> {
        if (tail.size() != 3 || !tail.get(2).equals("touch")) {
          throw unknown();
        }
        touches.messages(tail.get(1), signal).forEach(this::put);
      }
      case "sysex" -> {
        single(tail);
        sysEx(value);
      }
      case "reset" -> {
        single(tail);
        sink.message(RealTime.RESET);
      }
      case "tune" -> {
        single(tail);
        sink.message(TuneRequest.TUNE_REQUEST);
      }
      default -> throw unknown();
    }
  }

  private static void single(List<String> tail) {
    if (tail.size() != 1) {
      throw unknown();
    }
  }

  private static void pair(List<String> tail) {
    if (tail.size() != 2) {
      throw unknown();
    }
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

  // --- channels ----------------------------------------------------------------------------------

  private void voice(int channel, List<String> rest, MappedSignal signal) {
    Value value = signal.value();
    Map<String, Value> hints = signal.hints();
    String word = rest.getFirst();
    boolean numbered =
        switch (word) {
          case "cc", "cc14", "rpn", "nrpn", "poly" -> true;
          case "note" -> rest.size() == 2;
          default -> false;
        };
    boolean step = rest.size() == 3 && rest.get(2).equals("step") && word.endsWith("rpn");
    if (rest.size() != (numbered ? 2 : 1) && !step) {
      throw unknown();
    }
    switch (word) {
      case "note" -> {
        if (numbered) {
          key(channel, number("note", rest.get(1), 0, 127), value, hints);
        } else {
          note(channel, value, hints);
        }
      }
      case "cc" ->
          put(
              new ControlChange(
                  channel,
                  number("controller", rest.get(1), 0, 127),
                  scale.raw(value, 127, hints)));
      case "cc14" ->
          Controllers.fine(
                  channel,
                  number("controller of 14 bits", rest.get(1), 0, 31),
                  scale.raw(value, 16_383, hints))
              .forEach(this::put);
      case "rpn", "nrpn" -> {
        ParameterKind kind = word.equals("rpn") ? ParameterKind.RPN : ParameterKind.NRPN;
        int number = number("parameter", rest.get(1), 0, 16_382);
        List<Voice> messages =
            step
                ? Controllers.step(
                    channel,
                    kind,
                    number,
                    MidiMappingScale.whole("steps", value, -127, 127),
                    config.closeParameters())
                : Controllers.parameter(
                    channel,
                    kind,
                    number,
                    scale.raw(value, 16_383, hints),
                    config.closeParameters());
        messages.forEach(this::put);
      }
      case "bend", "pitch" -> put(new PitchBend(channel, scale.rawBend(value, hints)));
      case "pressure" -> put(new ChannelPressure(channel, scale.raw(value, 127, hints)));
      case "poly" ->
          put(
              new PolyPressure(
                  channel, number("note", rest.get(1), 0, 127), scale.raw(value, 127, hints)));
      case "program" -> program(channel, value);
      default -> throw unknown();
    }
  }

  /** {@code note} with a map. */
  private void note(int channel, Value value, Map<String, Value> hints) {
    if (!(value instanceof Value.Map(Map<String, Value> map)) || !map.containsKey("note")) {
      throw new MidiMappingRefusal(
          "needs a map with note, velocity and on, not " + MidiMappingScale.shown(value));
    }
    int first = config.channelBase();
    int own =
        map.containsKey("channel")
            ? MidiMappingScale.whole("channel", map.get("channel"), first, first + 15) - first
            : channel;
    int note = MidiMappingScale.whole("note", map.get("note"), 0, 127);
    int velocity =
        map.containsKey("velocity") ? scale.raw(map.get("velocity"), 127, hints) : PLAIN_VELOCITY;
    boolean on =
        map.get("on") instanceof Value.Bool(boolean said)
            ? said
            : map.containsKey("on") ? MidiMappingScale.number(map.get("on")) != 0 : velocity > 0;
    put(on ? new NoteOn(own, note, velocity) : new NoteOff(own, note, velocity));
  }

  /** {@code note/60} with a velocity; 0 ends it. */
  private void key(int channel, int note, Value value, Map<String, Value> hints) {
    int velocity =
        switch (value) {
          case Value.Bool(boolean on) -> on ? PLAIN_VELOCITY : 0;
          case Value.Map(Map<String, Value> map) when map.containsKey("velocity") ->
              scale.raw(map.get("velocity"), 127, hints);
          default -> scale.raw(value, 127, hints);
        };
    put(velocity > 0 ? new NoteOn(channel, note, velocity) : new NoteOff(channel, note, 0));
  }

  private void program(int channel, Value value) {
    OptionalInt bank = OptionalInt.empty();
    Value program = value;
    if (value instanceof Value.Map(Map<String, Value> map)) {
      program = map.getOrDefault("program", Value.NULL);
      if (map.containsKey("bank")) {
        bank = OptionalInt.of(MidiMappingScale.whole("bank", map.get("bank"), 0, 16_383));
      }
    }
    Controllers.program(channel, bank, MidiMappingScale.whole("program", program, 0, 127))
        .forEach(this::put);
  }

  private void put(Voice message) {
    int channel = message.channel();
    if (!config.channels().contains(channel)) {
      throw new MidiMappingRefusal(
          "channel " + (channel + config.channelBase()) + " is not one of the setting channels");
    }
    used.set(channel);
    switch (message) {
      case NoteOn(_, int note, int velocity) -> sounding.set(channel << 7 | note, velocity > 0);
      case NoteOff(_, int note, _) -> sounding.clear(channel << 7 | note);
      case ControlChange(_, int controller, int value) when controller == Controllers.SUSTAIN ->
          sustained.set(channel, value >= 64);
      case ControlChange(_, int controller, _)
          when controller == Controllers.ALL_SOUND_OFF || controller >= Controllers.ALL_NOTES_OFF ->
          sounding.clear(channel << 7, channel + 1 << 7);
      default -> {}
    }
    sink.message(message);
  }

  // --- system ------------------------------------------------------------------------------------

  private void clock(List<String> tail, Value value, long nanos) {
    if (tail.size() == 2 && tail.get(1).equals("out")) {
      boolean on = MidiMappingScale.number(value) != 0;
      if (on && clock.isEmpty()) {
        clock = Optional.of(new ClockSchedule(tempo, nanos));
      } else if (!on) {
        clock = Optional.empty();
      }
      return;
    }
    single(tail);
    if (clock.isPresent()) {
      throw new MidiMappingRefusal("we send a clock of our own already (clock/out)");
    }
    if (!config.clock()) {
      throw new MidiMappingRefusal("ticks are off (clock)");
    }
    sink.message(RealTime.CLOCK);
  }

  /** Text, or the map of the protocol document, with {@code state}. */
  private void transport(Value value, long nanos) {
    Value state = value instanceof Value.Map(var map) ? map.getOrDefault("state", value) : value;
    if (!(state instanceof Value.Text(String word))) {
      throw new MidiMappingRefusal(
          "needs start, continue or stop, not " + MidiMappingScale.shown(value));
    }
    switch (word) {
      case "start" -> sink.message(RealTime.START);
      case "continue" -> sink.message(RealTime.CONTINUE);
      case "stop" -> sink.message(RealTime.STOP);
      default ->
          throw new MidiMappingRefusal(
              "needs start, continue or stop, not " + MidiMappingScale.shown(value));
    }
    if (!word.equals("stop")) {
      clock.ifPresent(schedule -> schedule.restart(nanos + AFTER_START_NANOS));
    }
  }

  private void tempo(Value value, long nanos) {
    double asked = MidiMappingScale.number(value);
    if (!(asked >= ClockSchedule.LEAST_TEMPO && asked <= ClockSchedule.MOST_TEMPO)) {
      throw new MidiMappingRefusal("tempo must be from 5 to 999, not " + asked);
    }
    tempo = asked;
    clock.ifPresent(schedule -> schedule.tempo(asked, nanos));
  }

  private void sysEx(Value value) {
    if (!config.sysEx()) {
      throw new MidiMappingRefusal("system exclusive is off (sysex)");
    }
    byte[] bytes =
        switch (value) {
          case Value.Bytes(byte[] raw) -> raw;
          case Value.Array(List<Value> values) -> {
            byte[] raw = new byte[values.size()];
            for (int i = 0; i < raw.length; i++) {
              raw[i] = (byte) MidiMappingScale.whole("a byte", values.get(i), 0, 255);
            }
            yield raw;
          }
          default ->
              throw new MidiMappingRefusal("needs bytes, not " + MidiMappingScale.shown(value));
        };
    try {
      sink.message(SysEx.of(bytes));
    } catch (IllegalArgumentException e) {
      throw new MidiMappingRefusal(String.valueOf(e.getMessage()));
    }
  }

  // --- time --------------------------------------------------------------------------------------

  void tick(long nanos) {
    if (clock.isPresent()) {
      ClockSchedule schedule = clock.get();
      schedule.skip(nanos, LATE_NANOS);
      while (schedule.next() - nanos <= 0) {
        sink.message(RealTime.CLOCK);
        schedule.sent();
      }
    }
    chase.tick(nanos);
  }

  long due() {
    return Math.min(clock.map(ClockSchedule::next).orElse(Long.MAX_VALUE), chase.due());
  }

  /** The device is another one and plays nothing. */
  void forget() {
    sounding.clear();
    used.clear();
    sustained.clear();
    chase.stop();
    touches.forget();
  }

  /** Nobody is there who could end what we began. */
  void routerLost() {
    release();
    sounding.clear();
    sustained.clear();
    touches.forget();
  }

  /** Ends the notes that may go on sounding since the connection was lost, and pedals. */
  void release() {
    sounding.stream()
        .forEach(each -> sink.message(new NoteOff(each >> 7, each & 0x7F, PLAIN_VELOCITY)));
    sustained.stream()
        .forEach(channel -> sink.message(new ControlChange(channel, Controllers.SUSTAIN, 0)));
  }

  void silence() {
    release();
    used.stream()
        .forEach(channel -> sink.message(new ControlChange(channel, Controllers.ALL_NOTES_OFF, 0)));
    forget();
    clock = Optional.empty();
  }
}
