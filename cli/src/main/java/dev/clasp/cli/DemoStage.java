package dev.clasp.cli;

import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A small stage that plays by itself, so that a newcomer has something to look at: six faders on
 * four lamps and two more, a moving light, meters, a beat, cues, and now and then a finger on a
 * pad.
 *
 * <p>Its master, its tempo and its faders can be moved by others. Time is handed in, chance comes
 * from a seed: the same calls give the same show. Not thread-safe.
 */
final class DemoStage {

  static final int FADERS = 6;

  private static final double TURN = 2 * Math.PI;
  private static final double SECONDS_PER_CUE = 8;
  private static final double SECONDS_BETWEEN_TOUCHES = 11;
  private static final double SECONDS_OF_A_TOUCH = 1.6;
  private static final double SLOWEST_TEMPO = 30;
  private static final double FASTEST_TEMPO = 300;
  private static final int BEATS_PER_BAR = 4;

  /** A mood of the stage: its name and the colour around which the lamps turn, in degrees. */
  private record Cue(String name, double hue) {}

  private static final List<Cue> CUES =
      List.of(
          new Cue("House to half", 35),
          new Cue("Sunrise", 15),
          new Cue("Blue hour", 225),
          new Cue("Storm", 265),
          new Cue("Forest", 130),
          new Cue("Finale", 330));

  private final String prefix;
  private final SplittableRandom random;
  private final Pattern faderAddress;
  private final List<DemoFader> faders = new ArrayList<>();
  private final Map<String, Value> sent = new HashMap<>();
  private List<StageStep> steps = new ArrayList<>();

  private double now;
  private double master = 1;
  private double tempo = 120;
  private double beats;
  private long lastBeat = -1;
  private int cue = -1;
  private double nextCue;
  private double nextTouch = 3;
  private double touchStart = Double.NEGATIVE_INFINITY;
  private boolean touching;
  private double touchX;
  private double touchY;
  private double touchTurn;

  /**
   * @param prefix in front of every address, such as {@code /demo}
   */
  DemoStage(String prefix, long seed) {
    this.prefix = prefix;
    this.random = new SplittableRandom(seed);
    this.faderAddress = Pattern.compile(Pattern.quote(prefix) + "/fader/([1-" + FADERS + "])");
    for (int i = 0; i < FADERS; i++) {
      // Periods without a common multiple that anybody waits for: the picture does not repeat.
      faders.add(new DemoFader(6.1 + 1.7 * i, i / (double) FADERS));
    }
  }

  String masterAddress() {
    return prefix + "/master";
  }

  String tempoAddress() {
    return prefix + "/tempo";
  }

  /** Whoever emits an event here starts the next cue. */
  String nextAddress() {
    return prefix + "/cue/next";
  }

  /** What others can move, as patterns. */
  List<String> controls() {
    return List.of(masterAddress(), tempoAddress(), prefix + "/fader/*", nextAddress());
  }

  /**
   * Somebody else wrote a value, or emitted an event.
   *
   * @return whether the stage takes notice; it does not of other addresses and of what is no number
   */
  boolean written(String address, Value value) {
    if (address.equals(nextAddress())) {
      nextCue = now;
      return true;
    }
    OptionalDouble number = number(value);
    if (number.isEmpty()) {
      return false;
    }
    Matcher fader = faderAddress.matcher(address);
    if (fader.matches()) {
      double position = Math.clamp(number.getAsDouble(), 0, 1);
      faders.get(Integer.parseInt(fader.group(1)) - 1).touch(position, now);
      accepted(address, number.getAsDouble(), position, 3);
    } else if (address.equals(masterAddress())) {
      master = Math.clamp(number.getAsDouble(), 0, 1);
      accepted(address, number.getAsDouble(), master, 3);
    } else if (address.equals(tempoAddress())) {
      tempo = Math.clamp(number.getAsDouble(), SLOWEST_TEMPO, FASTEST_TEMPO);
      accepted(address, number.getAsDouble(), tempo, 1);
    } else {
      return false;
    }
    return true;
  }

  /** The router has the value already, unless it was out of range: then it is corrected. */
  private void accepted(String address, double given, double taken, int digits) {
    if (given == taken) {
      sent.put(address, round(taken, digits));
    } else {
      sent.remove(address);
    }
  }

  private static OptionalDouble number(Value value) {
    return switch (value) {
      case Value.Int(long number) -> OptionalDouble.of(number);
      case Value.Float(double number) when !Double.isNaN(number) -> OptionalDouble.of(number);
      case Value.Null _,
          Value.Bool _,
          Value.Float _,
          Value.Text _,
          Value.Bytes _,
          Value.Array _,
          Value.Map _ ->
          OptionalDouble.empty();
    };
  }

  /** The router has lost its memory: the next {@link #advance} sends every value. */
  void forgetSent() {
    sent.clear();
  }

  /** Name of the cue that runs. */
  Optional<String> cueName() {
    return cue < 0 ? Optional.empty() : Optional.of(CUES.get(cue).name);
  }

  /** Cues since the start, beginning with 1. */
  int cueNumber() {
    return cue + 1;
  }

  /**
   * Plays on to a time.
   *
   * @param seconds since the start; not before that of the last call
   * @return what is to be sent, in this order; values only if they have changed
   */
  List<StageStep> advance(double seconds) {
    steps = new ArrayList<>();
    beats += Math.max(0, seconds - now) * tempo / 60;
    now = Math.max(now, seconds);
    cues();
    param(prefix + "/cue/current", Value.of(CUES.get(cue).name));
    param(masterAddress(), round(master, 3));
    param(tempoAddress(), round(tempo, 1));
    fadersAndLamps();
    movingLight();
    beatAndMeters();
    finger();
    return steps;
  }

  private void cues() {
    if (now < nextCue) {
      return;
    }
    nextCue = now + SECONDS_PER_CUE;
    cue = (cue + 1) % CUES.size();
    steps.add(
        new StageStep.Event(
            prefix + "/cue/go",
            map("number", Value.of((long) cueNumber()), "name", Value.of(CUES.get(cue).name))));
  }

  private void fadersAndLamps() {
    for (int i = 0; i < FADERS; i++) {
      double position = faders.get(i).position(now);
      param(prefix + "/fader/" + (i + 1), round(position, 3));
      if (i < 4) {
        String lamp = prefix + "/lamp/" + (i + 1);
        param(lamp + "/brightness", round(position * master, 3));
        param(lamp + "/color", color(hue() + 25 * Math.sin(TURN * now / 9 + i)));
      }
    }
  }

  /** Pan and tilt in degrees, on a figure that never closes; fader 5 dims it. */
  private void movingLight() {
    String spot = prefix + "/spot";
    param(spot + "/pan", round(135 * Math.sin(TURN * now / 7.3), 1));
    param(spot + "/tilt", round(20 + 35 * Math.sin(TURN * now / 4.9 + 1), 1));
    param(spot + "/brightness", round(faders.get(4).position(now) * master, 3));
    param(spot + "/color", color(hue() + 180 + 40 * Math.sin(TURN * now / 13)));
  }

  /** Meters jump up on the beat and fall back; fader 6 is their volume. */
  private void beatAndMeters() {
    long beat = (long) beats;
    if (beat != lastBeat) {
      lastBeat = beat;
      steps.add(
          new StageStep.Event(
              prefix + "/beat",
              map(
                  "bar", Value.of(beat / BEATS_PER_BAR + 1),
                  "beat", Value.of(beat % BEATS_PER_BAR + 1))));
    }
    double sinceBeat = beats - beat;
    double volume = 0.35 + 0.65 * faders.get(5).position(now);
    for (String channel : List.of("left", "right")) {
      double level = volume * (0.15 + 0.75 * Math.exp(-4 * sinceBeat) + 0.1 * random.nextDouble());
      steps.add(new StageStep.Sample(prefix + "/meter/" + channel, rounded(level, 3)));
    }
  }

  /** A finger draws an arc on a pad. */
  private void finger() {
    String pad = prefix + "/pad";
    if (!touching && now >= nextTouch) {
      touching = true;
      touchStart = now;
      nextTouch = now + SECONDS_BETWEEN_TOUCHES;
      touchX = 0.3 + 0.4 * random.nextDouble();
      touchY = 0.3 + 0.4 * random.nextDouble();
      touchTurn = random.nextDouble();
      steps.add(new StageStep.Touch(pad, 1, GesturePhase.START, fingertip(0)));
    } else if (touching) {
      double progress = Math.min(1, (now - touchStart) / SECONDS_OF_A_TOUCH);
      touching = progress < 1;
      steps.add(
          new StageStep.Touch(
              pad, 1, touching ? GesturePhase.MOVE : GesturePhase.END, fingertip(progress)));
    }
  }

  private Value fingertip(double progress) {
    double angle = TURN * (touchTurn + 0.6 * progress);
    return map(
        "x",
        round(touchX + 0.25 * Math.cos(angle), 3),
        "y",
        round(touchY + 0.25 * Math.sin(angle), 3));
  }

  private double hue() {
    return cue < 0 ? 0 : CUES.get(cue).hue;
  }

  private void param(String address, Value value) {
    if (!value.equals(sent.put(address, value))) {
      steps.add(new StageStep.Param(address, value));
    }
  }

  /** A full colour of the wheel as r, g and b from 0 to 255. */
  private static Value color(double degrees) {
    Map<String, Value> entries = new LinkedHashMap<>();
    String[] channels = {"r", "g", "b"};
    for (int i = 0; i < channels.length; i++) {
      double distance = Math.abs(((degrees / 120 - i + 1.5) % 3 + 3) % 3 - 1.5);
      entries.put(channels[i], Value.of(Math.round(255 * Math.clamp(2 - 2 * distance, 0, 1))));
    }
    return Value.of(entries);
  }

  private static Value map(String key1, Value value1, String key2, Value value2) {
    Map<String, Value> entries = new LinkedHashMap<>();
    entries.put(key1, value1);
    entries.put(key2, value2);
    return Value.of(entries);
  }

  private static Value round(double number, int digits) {
    return Value.of(rounded(number, digits));
  }

  private static double rounded(double number, int digits) {
    double factor = Math.pow(10, digits);
    // + 0.0 turns -0.0 into 0.0.
    return Math.round(number * factor) / factor + 0.0;
  }
}
