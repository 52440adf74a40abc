package dev.clasp.bridgemidi;

import dev.clasp.midi.MidiMessage;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The controls of a device that have names, from a preset or the settings: their messages become
 * values under these names, and values become messages. All else is left to the mapping.
 * Thread-safe.
 */
final class Controls {

  private final Map<String, Control> byPath = new LinkedHashMap<>();
  private final Map<ControlKey, Control> byKey = new HashMap<>();
  private final Map<ControlKey, Control> byTouch = new HashMap<>();

  Controls(List<Control.Shape> shapes) {
    for (Control.Shape shape : shapes) {
      Control control = new Control(shape);
      byPath.put(shape.path(), control);
      if (shape.in() != null) {
        byKey.put(shape.in(), control);
      }
      if (shape.touch() != null) {
        byTouch.put(shape.touch(), control);
      }
    }
  }

  boolean isEmpty() {
    return byPath.isEmpty();
  }

  /**
   * What becomes of something.
   *
   * @param signals for the router
   * @param messages for the device
   */
  record Effect(List<MappedSignal> signals, List<MidiMessage> messages) {}

  /** A message of the device; empty if it belongs to no control. */
  synchronized Optional<Effect> moved(MidiMessage message) {
    Optional<ControlKey> key = ControlKey.of(message);
    if (key.isEmpty()) {
      return Optional.empty();
    }
    int value = ControlKey.value(message);
    Control touched = byTouch.get(key.get());
    if (touched != null) {
      List<MidiMessage> shown = shown(touched, touched.touched(value > 0));
      return Optional.of(new Effect(List.of(touch(touched, value > 0)), shown));
    }
    Control control = byKey.get(key.get());
    if (control == null) {
      return Optional.empty();
    }
    OptionalInt news = control.moved(value);
    if (news.isEmpty()) {
      return Optional.of(new Effect(List.of(), List.of()));
    }
    return Optional.of(
        new Effect(List.of(signal(control, news.getAsInt())), shown(control, control.echoed())));
  }

  private static MappedSignal touch(Control control, boolean on) {
    return new MappedSignal(control.shape().path() + "/touch", SignalType.PARAM, Value.of(on));
  }

  private static MappedSignal signal(Control control, int value) {
    String path = control.shape().path();
    return switch (control.shape().kind()) {
      case JOG -> new MappedSignal(path, SignalType.EVENT, Value.of(value));
      case BUTTON, LAMP -> new MappedSignal(path, SignalType.PARAM, Value.of(value > 0));
      case FADER, PAD, ENCODER ->
          new MappedSignal(path, SignalType.PARAM, Value.of((double) value / control.most()));
    };
  }

  private static List<MidiMessage> shown(Control control, OptionalInt value) {
    Control.Shape shape = control.shape();
    ControlKey out = shape.out();
    if (value.isEmpty() || out == null) {
      return List.of();
    }
    int known = value.getAsInt();
    int sent =
        switch (shape.kind()) {
          case BUTTON -> known > 0 ? shape.on() : shape.off();
          case LAMP, PAD -> known == 0 ? shape.off() : known;
          default -> {
            int most = shape.most() < 0 ? out.most() : shape.most();
            double part = (double) known / control.most();
            yield (int) Math.round(shape.least() + part * (most - shape.least()));
          }
        };
    return List.of(out.message(sent));
  }

  /** A value for a control; empty if there is no control of this name. */
  synchronized Optional<List<MidiMessage>> told(MappedSignal signal) {
    Control control = byPath.get(signal.address());
    if (control == null) {
      return Optional.empty();
    }
    OptionalInt value = value(control, signal.value());
    return Optional.of(
        value.isEmpty() ? List.of() : shown(control, control.told(value.getAsInt())));
  }

  /** Floats go from 0 to 1; whole numbers are steps of a control, colours of a lamp. */
  private static OptionalInt value(Control control, Value value) {
    int most = control.most();
    boolean lamp =
        switch (control.shape().kind()) {
          case BUTTON, LAMP, PAD -> true;
          case FADER, ENCODER, JOG -> false;
        };
    return switch (value) {
      case Value.Bool(boolean on) ->
          OptionalInt.of(on ? lamp ? Math.max(1, control.shape().on()) : most : 0);
      case Value.Float(double real) when !Double.isNaN(real) ->
          OptionalInt.of((int) Math.round(Math.clamp(real, 0, 1) * most));
      case Value.Int(long whole) ->
          // 0 and 1 are the ends of a fader for whoever writes JSON without points.
          OptionalInt.of(
              !lamp && whole <= 1 ? (whole <= 0 ? 0 : most) : Math.clamp(whole, 0, most));
      default -> OptionalInt.empty();
    };
  }

  /** What a device must be told that has just come. */
  synchronized List<MidiMessage> all() {
    List<MidiMessage> all = new ArrayList<>();
    byPath.values().forEach(control -> all.addAll(shown(control, control.shown())));
    return all;
  }

  /** The device has gone: what was pressed or touched on it is let go. */
  synchronized List<MappedSignal> lost() {
    List<MappedSignal> signals = new ArrayList<>();
    for (Control control : byPath.values()) {
      if (control.isTouched()) {
        signals.add(touch(control, false));
      }
      if (control.lost()) {
        signals.add(signal(control, 0));
      }
    }
    return signals;
  }

  /** Names and kinds, for announcements. */
  List<Control.Shape> shapes() {
    return byPath.values().stream().map(Control::shape).toList();
  }

  /** Faders that must be moved to a value first. */
  synchronized List<String> waiting() {
    return byPath.values().stream().flatMap(control -> control.waitsFor().stream()).toList();
  }
}
