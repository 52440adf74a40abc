package dev.clasp.bridgemidi;

import dev.clasp.midi.MidiMessage.Voice;
import dev.clasp.midi.MpeTouch;
import dev.clasp.midi.MpeTouch.Phase;
import dev.clasp.midi.MpeWriter;
import dev.clasp.midi.MpeZone;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.GestureStep;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToIntFunction;

/** Touches of MPE as values, and values as messages. Not thread-safe. */
final class MidiMappingTouch {

  private static final int PLAIN_VELOCITY = 64;
  private static final int PLAIN_TIMBRE = 64;

  /** Touches that have begun; the oldest is forgotten. */
  private static final int MAX_TOUCHES = 128;

  private final MidiMappingScale scale;
  private final ToIntFunction<MpeZone> members;
  private final Map<MpeZone, MpeWriter> writers = new EnumMap<>(MpeZone.class);
  private final Map<MpeZone, Integer> sizes = new EnumMap<>(MpeZone.class);
  private final Map<List<Long>, MpeTouch> touches =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<List<Long>, MpeTouch> eldest) {
          return size() > MAX_TOUCHES;
        }
      };

  /**
   * @param members of a zone, 0 for no zone
   */
  MidiMappingTouch(MidiMappingScale scale, ToIntFunction<MpeZone> members) {
    this.scale = scale;
    this.members = members;
  }

  static String word(MpeZone zone) {
    return zone.name().toLowerCase(Locale.ROOT);
  }

  /** As a gesture, which has id and phase beside its value. */
  static MappedSignal gesture(String address, MpeTouch touch, MidiMappingScale scale) {
    GesturePhase phase =
        switch (touch.phase()) {
          case START -> GesturePhase.START;
          case MOVE -> GesturePhase.MOVE;
          case END -> GesturePhase.END;
        };
    Map<String, Value> map = new LinkedHashMap<>();
    put(touch, scale, map);
    return MappedSignal.gesture(address, new GestureStep((int) touch.id(), phase), Value.of(map));
  }

  /** As an event or a sample of a stream. */
  static MappedSignal event(String address, MpeTouch touch, MidiMappingScale scale) {
    Map<String, Value> map = new LinkedHashMap<>();
    map.put("id", Value.of(touch.id()));
    map.put("phase", Value.of(touch.phase().name().toLowerCase(Locale.ROOT)));
    put(touch, scale, map);
    SignalType type = touch.phase() == Phase.MOVE ? SignalType.STREAM : SignalType.EVENT;
    return new MappedSignal(address, type, Value.of(map));
  }

  private static void put(MpeTouch touch, MidiMappingScale scale, Map<String, Value> map) {
    map.put("note", Value.of((long) touch.note()));
    map.put("velocity", scale.value(touch.velocity(), 127));
    map.put("bend", Value.of(touch.bend()));
    map.put("pressure", scale.value(touch.pressure(), 127));
    map.put("timbre", scale.value(touch.timbre(), 127));
  }

  /**
   * The messages for a gesture, or for a map with {@code id} and {@code phase}; what a move or an
   * end does not say stays as it was.
   */
  List<Voice> messages(String zoneName, MappedSignal signal) {
    MpeZone zone =
        switch (zoneName) {
          case "lower" -> MpeZone.LOWER;
          case "upper" -> MpeZone.UPPER;
          default -> throw new MidiMappingRefusal("a zone is lower or upper, not " + zoneName);
        };
    int count = members.applyAsInt(zone);
    if (count == 0) {
      throw new MidiMappingRefusal("the device has no zone " + zoneName + " (mpe)");
    }
    Map<String, Value> map =
        signal.value() instanceof Value.Map(Map<String, Value> entries) ? entries : Map.of();
    long id;
    GesturePhase said;
    if (signal.gesture().isPresent()) {
      id = Integer.toUnsignedLong(signal.gesture().get().id());
      said = signal.gesture().get().phase();
    } else if (map.get("phase") instanceof Value.Text(String word)
        && map.get("id") instanceof Value.Int(long number)) {
      id = number;
      said =
          GesturePhase.ofName(word)
              .orElseThrow(() ->
                  new MidiMappingRefusal("phase must be start, move, end or cancel, not " + word));
    } else {
      throw new MidiMappingRefusal(
          "needs a gesture, or a map with id, phase and note, not "
              + MidiMappingScale.shown(signal.value()));
    }
    Phase phase =
        switch (said) {
          case START -> Phase.START;
          case MOVE -> Phase.MOVE;
          case END, CANCEL -> Phase.END;
        };
    List<Long> key = List.of((long) zone.ordinal(), id);
    MpeTouch before = touches.get(key);
    if (before == null && phase == Phase.END) {
      // It has ended already, with the connection for example.
      return List.of();
    }
    if (before == null && phase != Phase.START) {
      throw new MidiMappingRefusal("no touch with the id " + id + " has begun");
    }
    MpeTouch known =
        before != null && phase != Phase.START
            ? before
            : new MpeTouch(
                zone,
                id,
                phase,
                MidiMappingScale.whole("note", map.getOrDefault("note", Value.NULL), 0, 127),
                PLAIN_VELOCITY,
                0,
                0,
                PLAIN_TIMBRE);
    MpeTouch touch =
        new MpeTouch(
            zone,
            id,
            phase,
            known.note(),
            raw(map, "velocity", PLAIN_VELOCITY),
            map.containsKey("bend") ? MidiMappingScale.number(map.get("bend")) : known.bend(),
            raw(map, "pressure", known.pressure()),
            raw(map, "timbre", known.timbre()));
    if (phase == Phase.END) {
      touches.remove(key);
    } else {
      touches.put(key, touch);
    }
    List<Voice> messages = new ArrayList<>();
    MpeWriter writer = writers.get(zone);
    if (writer == null || sizes.getOrDefault(zone, 0) != count) {
      writer = new MpeWriter(zone, count);
      writers.put(zone, writer);
      sizes.put(zone, count);
      messages.addAll(writer.configuration());
    }
    messages.addAll(writer.touch(touch));
    return messages;
  }

  private int raw(Map<String, Value> map, String name, int otherwise) {
    return map.containsKey(name) ? scale.raw(map.get(name), 127, Map.of()) : otherwise;
  }

  void forget() {
    touches.clear();
    writers.clear();
    sizes.clear();
  }
}
