package dev.clasp.bridgemidi;

import dev.clasp.bridgemidi.MidiMappingConfig.Mpe;
import dev.clasp.bridgemidi.MidiMappingConfig.Notes;
import dev.clasp.midi.ClockTracker;
import dev.clasp.midi.ControllerAssembler;
import dev.clasp.midi.ControllerEvent;
import dev.clasp.midi.Controllers;
import dev.clasp.midi.MachineControl;
import dev.clasp.midi.MidiMessage;
import dev.clasp.midi.MidiMessage.ChannelPressure;
import dev.clasp.midi.MidiMessage.ControlChange;
import dev.clasp.midi.MidiMessage.NoteOff;
import dev.clasp.midi.MidiMessage.NoteOn;
import dev.clasp.midi.MidiMessage.PitchBend;
import dev.clasp.midi.MidiMessage.PolyPressure;
import dev.clasp.midi.MidiMessage.ProgramChange;
import dev.clasp.midi.MidiMessage.RealTime;
import dev.clasp.midi.MidiMessage.SongPosition;
import dev.clasp.midi.MidiMessage.SongSelect;
import dev.clasp.midi.MidiMessage.SysEx;
import dev.clasp.midi.MidiMessage.TimeCodeQuarter;
import dev.clasp.midi.MidiMessage.TuneRequest;
import dev.clasp.midi.MidiMessage.Voice;
import dev.clasp.midi.MpeReader;
import dev.clasp.midi.MpeTouch;
import dev.clasp.midi.MpeZone;
import dev.clasp.midi.ShowControl;
import dev.clasp.midi.TimeCode;
import dev.clasp.midi.TimeCodeReader;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Messages of a device as signals. Not thread-safe. */
final class MidiMappingIn {

  /** Longest value of bytes (wire.md 4.2). */
  private static final int MAX_BYTES = 65_535;

  /** All notes of all channels, and touches. */
  private static final int MAX_ENDED = 4096;

  /** The host keeps events for a router that is away for five seconds. */
  private static final long KEPT_NANOS = 4_500_000_000L;

  /** Ticks between two looks at the tempo: half a quarter note. */
  private static final int TEMPO_TICKS = 12;

  /** Beats per minute that a tempo has to change by before it is told again. */
  private static final double TEMPO_STEP = 0.075;

  private final MidiMappingConfig config;
  private final MidiMappingScale scale;
  private final String base;
  private final MidiMappingSink sink;
  private final ControllerAssembler controllers;
  private TimeCodeReader timeCode = new TimeCodeReader(0);
  private MpeReader mpe = new MpeReader(this::touch);
  private ClockTracker clock = new ClockTracker();
  private int ticks;

  /** Notes that the device holds, by channel and note; channels whose sustain pedal is down. */
  private final BitSet held = new BitSet(16 * 128);

  private final BitSet sustained = new BitSet(16);
  private double tempo;

  /** What ended while the router was away. */
  private record Ended(MappedSignal signal, long nanos) {}

  private final Map<String, Ended> ended = new LinkedHashMap<>();
  private boolean away;

  /** Of the last message. */
  private long time;

  MidiMappingIn(MidiMappingConfig config, String device, MidiMappingSink sink) {
    this.config = config;
    this.scale = new MidiMappingScale(config.normalize(), config.bendFromZero());
    this.base = "/" + device + "/";
    this.sink = sink;
    this.controllers =
        new ControllerAssembler(
            config.fine(), config.parameters(), config.banks(), this::controller);
    zones();
  }

  private void zones() {
    switch (config.mpe()) {
      case LOWER -> mpe.zone(MpeZone.LOWER, 15);
      case UPPER -> mpe.zone(MpeZone.UPPER, 15);
      case OFF, AUTO -> {}
    }
  }

  /** Members of a zone, 0 if there is none. */
  int members(MpeZone zone) {
    return mpe.members(zone);
  }

  void received(MidiMessage message, long nanos) {
    time = nanos;
    switch (message) {
      case RealTime realTime -> realTime(realTime, nanos);
      case Voice voice -> {
        if (config.channels().contains(voice.channel())) {
          voice(voice, nanos);
        }
      }
      case SysEx sysEx -> {
        controllers.flush();
        sysEx(sysEx, nanos);
      }
      case TimeCodeQuarter quarter -> {
        if (config.timeCode()) {
          timeCode.quarter(quarter, nanos).ifPresent(this::timeCode);
        }
      }
      case SongPosition(int sixteenths) -> {
        controllers.flush();
        clock.songPosition(sixteenths);
        param("song/position", Value.of((long) sixteenths));
      }
      case SongSelect(int song) -> {
        controllers.flush();
        event("song/select", Value.of((long) song));
      }
      case TuneRequest() -> {
        controllers.flush();
        event("tune", Value.NULL);
      }
    }
  }

  // --- channels ----------------------------------------------------------------------------------

  private void voice(Voice message, long nanos) {
    remember(message);
    if (config.mpe() != Mpe.OFF && mpe.message(message)) {
      return;
    }
    switch (message) {
      case ControlChange change -> controllers.change(change, nanos);
      case ProgramChange program -> controllers.program(program);
      default -> {
        controllers.flush();
        String channel = channel(message.channel());
        switch (message) {
          case NoteOn(_, int note, int velocity) -> note(channel, note, velocity, velocity > 0);
          case NoteOff(_, int note, int velocity) -> note(channel, note, velocity, false);
          case PolyPressure(_, int note, int pressure) ->
              param(channel + "poly/" + note, scale.value(pressure, 127));
          case ChannelPressure(_, int pressure) ->
              param(channel + "pressure", scale.value(pressure, 127));
          case PitchBend(_, int value) -> param(channel + "bend", scale.bend(value));
          case ControlChange _, ProgramChange _ -> {}
        }
      }
    }
  }

  private void remember(Voice message) {
    int channel = message.channel();
    switch (message) {
      case NoteOn(_, int note, int velocity) -> held.set(channel << 7 | note, velocity > 0);
      case NoteOff(_, int note, _) -> held.clear(channel << 7 | note);
      case ControlChange(_, int controller, int value) when controller == Controllers.SUSTAIN ->
          sustained.set(channel, value >= 64);
      case ControlChange(_, int controller, _)
          when controller == Controllers.ALL_SOUND_OFF || controller >= Controllers.ALL_NOTES_OFF ->
          held.clear(channel << 7, channel + 1 << 7);
      default -> {}
    }
  }

  /** The device is gone and can end nothing: its notes end, its pedals go up. */
  void lost(long nanos) {
    time = nanos;
    for (int each : held.stream().toArray()) {
      voice(new NoteOff(each >> 7, each & 0x7F, MidiMappingOut.PLAIN_VELOCITY), nanos);
    }
    for (int channel : sustained.stream().toArray()) {
      voice(new ControlChange(channel, Controllers.SUSTAIN, 0), nanos);
    }
    controllers.flush();
  }

  private void touch(MpeTouch touch) {
    controllers.flush();
    String address = base + "mpe/" + MidiMappingTouch.word(touch.zone()) + "/touch";
    if (config.gestures()) {
      // Their ends wait for the router however long it is away.
      sink.signal(MidiMappingTouch.gesture(address, touch, scale));
      return;
    }
    MappedSignal signal = MidiMappingTouch.event(address, touch, scale);
    if (touch.phase() != MpeTouch.Phase.MOVE) {
      edge(address + touch.id(), signal, touch.phase() == MpeTouch.Phase.START);
    }
    sink.signal(signal);
  }

  /** Something begins or ends that would be held for ever if its end were lost. */
  private void edge(String key, MappedSignal signal, boolean begins) {
    ended.remove(key);
    if (away && !begins && ended.size() < MAX_ENDED) {
      ended.put(key, new Ended(signal, time));
    }
  }

  void routerLost() {
    away = true;
  }

  /** The router is back: ends that are too old for the host to have kept them are told again. */
  void routerBack(long nanos) {
    away = false;
    for (Ended each : List.copyOf(ended.values())) {
      if (nanos - each.nanos() > KEPT_NANOS) {
        sink.signal(each.signal());
      }
    }
    ended.clear();
  }

  private String channel(int channel) {
    return "ch/" + (channel + config.channelBase()) + "/";
  }

  private void note(String channel, int note, int velocity, boolean on) {
    if (config.notes() != Notes.PARAM) {
      Map<String, Value> map = new LinkedHashMap<>();
      map.put("note", Value.of((long) note));
      map.put("velocity", scale.value(velocity, 127));
      map.put("on", Value.of(on));
      MappedSignal signal =
          new MappedSignal(base + channel + "note", SignalType.EVENT, Value.of(map));
      edge(channel + note, signal, on);
      sink.signal(signal);
    }
    if (config.notes() != Notes.EVENT) {
      param(channel + "note/" + note, scale.value(on ? velocity : 0, 127));
    }
  }

  private void controller(ControllerEvent event) {
    String channel = channel(event.channel());
    switch (event) {
      case ControllerEvent.Single(_, int controller, int value) ->
          param(channel + "cc/" + controller, scale.value(value, 127));
      case ControllerEvent.Fine(_, int controller, int value) ->
          param(channel + "cc14/" + controller, scale.value(value, 16_383));
      case ControllerEvent.Parameter(_, var kind, int number, int value) ->
          param(channel + MidiMappingOut.word(kind) + "/" + number, scale.value(value, 16_383));
      case ControllerEvent.Step(_, var kind, int number, int steps, var value) -> {
        String path = channel + MidiMappingOut.word(kind) + "/" + number;
        if (value.isPresent()) {
          param(path, scale.value(value.getAsInt(), 16_383));
        } else {
          event(path + "/step", Value.of((long) steps));
        }
      }
      case ControllerEvent.Program(_, var bank, int program) -> {
        if (bank.isEmpty()) {
          event(channel + "program", Value.of((long) program));
        } else {
          Map<String, Value> map = new LinkedHashMap<>();
          map.put("bank", Value.of((long) bank.getAsInt()));
          map.put("program", Value.of((long) program));
          event(channel + "program", Value.of(map));
        }
      }
    }
  }

  // --- system ------------------------------------------------------------------------------------

  private void realTime(RealTime message, long nanos) {
    switch (message) {
      case CLOCK -> {
        clock.tick(nanos);
        if (config.clock()) {
          event("clock", Value.NULL);
        }
        if (++ticks % TEMPO_TICKS == 0) {
          tempo(nanos);
        }
      }
      case START -> {
        clock.start();
        event("transport", Value.of("start"));
      }
      case CONTINUE -> {
        clock.resume();
        event("transport", Value.of("continue"));
      }
      case STOP -> {
        clock.stop();
        event("transport", Value.of("stop"));
      }
      case RESET -> event("reset", Value.NULL);
      case ACTIVE_SENSING -> {
        // Says only that the device is still there.
      }
    }
  }

  private void tempo(long nanos) {
    OptionalDouble now = clock.tempo(nanos);
    if (now.isPresent() && Math.abs(now.getAsDouble() - tempo) > TEMPO_STEP) {
      tempo = Math.round(now.getAsDouble() * 10) / 10.0;
      param("tempo", Value.of(tempo));
    }
  }

  private void sysEx(SysEx message, long nanos) {
    if (config.timeCode()) {
      Optional<TimeCode> time = timeCode.fullFrame(message, nanos);
      if (time.isPresent()) {
        timeCode(time.get());
        return;
      }
    }
    // What would not come back as the same bytes stays as it is.
    if (config.showControl()) {
      Optional<ShowControl> show =
          ShowControl.of(message).filter(each -> each.message().equals(message));
      if (show.isPresent()) {
        event("msc/" + show.get().command().text(), MidiMappingShow.value(show.get()));
        return;
      }
    }
    if (config.machineControl()) {
      Optional<MachineControl> machine =
          MachineControl.of(message).filter(each -> each.message().equals(message));
      if (machine.isPresent()) {
        event("mmc/" + machine.get().command().text(), MidiMappingShow.value(machine.get()));
        return;
      }
    }
    if (config.sysEx()) {
      if (message.length() + 2 > MAX_BYTES) {
        sink.dropped(
            base + "sysex: a message of " + (message.length() + 2) + " bytes, more than 65535");
      } else {
        event("sysex", Value.of(message.framed()));
      }
    }
  }

  private void timeCode(TimeCode time) {
    sink.signal(
        new MappedSignal(base + "mtc", SignalType.STREAM, Value.of(MidiMappingShow.map(time))));
  }

  // --- time --------------------------------------------------------------------------------------

  void tick(long nanos) {
    if (controllers.due() - nanos <= 0) {
      controllers.flush();
    }
  }

  long due() {
    return controllers.due();
  }

  void reset() {
    controllers.reset();
    mpe = new MpeReader(this::touch);
    zones();
    clock = new ClockTracker();
    // Quarter frames from before and after a gap would make a time that nobody has said.
    timeCode = new TimeCodeReader(0);
    tempo = 0;
    ticks = 0;
    held.clear();
    sustained.clear();
  }

  private void param(String path, Value value) {
    sink.signal(new MappedSignal(base + path, SignalType.PARAM, value));
  }

  private void event(String path, Value value) {
    sink.signal(new MappedSignal(base + path, SignalType.EVENT, value));
  }
}
