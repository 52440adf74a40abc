package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.midi.MidiMessage;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fader, knob, button or lamp as its messages name it: {@code ch/0/cc/7}, {@code ch/9/note/36},
 * {@code ch/0/bend}, {@code ch/0/pressure}. Channels from 0 to 15.
 *
 * @param number controller or note; 0 for bend and pressure
 */
record ControlKey(Kind kind, int channel, int number) {

  /** What kind of message it is. */
  enum Kind {
    CC,
    NOTE,
    BEND,
    PRESSURE
  }

  private static final Pattern TEXT =
      Pattern.compile("/?(?:ch/(\\d{1,2})/)?(?:(cc|note)/(\\d{1,3})|(bend|pressure))");

  /**
   * @throws BridgeException lasting
   */
  static ControlKey parse(String text) {
    Matcher matcher = TEXT.matcher(text.strip());
    if (matcher.matches()) {
      int channel = matcher.group(1) == null ? 0 : Integer.parseInt(matcher.group(1));
      int number = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
      String kind = matcher.group(2) == null ? matcher.group(4) : matcher.group(2);
      if (channel < 16 && number < 128) {
        return new ControlKey(
            switch (kind) {
              case "cc" -> Kind.CC;
              case "note" -> Kind.NOTE;
              case "bend" -> Kind.BEND;
              default -> Kind.PRESSURE;
            },
            channel,
            number);
      }
    }
    throw BridgeException.lasting(
        "a control is named like ch/0/cc/7, ch/0/note/60, ch/0/bend or ch/0/pressure, with channels"
            + " 0 to 15, not "
            + text);
  }

  /** Of a message; empty for those that are no values of a control. */
  static Optional<ControlKey> of(MidiMessage message) {
    return switch (message) {
      case MidiMessage.ControlChange(int channel, int controller, _) ->
          Optional.of(new ControlKey(Kind.CC, channel, controller));
      case MidiMessage.NoteOn(int channel, int note, _) ->
          Optional.of(new ControlKey(Kind.NOTE, channel, note));
      case MidiMessage.NoteOff(int channel, int note, _) ->
          Optional.of(new ControlKey(Kind.NOTE, channel, note));
      case MidiMessage.PitchBend(int channel, _) ->
          Optional.of(new ControlKey(Kind.BEND, channel, 0));
      case MidiMessage.ChannelPressure(int channel, _) ->
          Optional.of(new ControlKey(Kind.PRESSURE, channel, 0));
      default -> Optional.empty();
    };
  }

  /** 0 to {@link #most}; a note that ends is 0. */
  static int value(MidiMessage message) {
    return switch (message) {
      case MidiMessage.ControlChange cc -> cc.value();
      case MidiMessage.NoteOn on -> on.velocity();
      case MidiMessage.PitchBend bend -> bend.value() + 8192;
      case MidiMessage.ChannelPressure pressure -> pressure.pressure();
      default -> 0;
    };
  }

  /** The greatest value. */
  int most() {
    return kind == Kind.BEND ? 16_383 : 127;
  }

  /** Notes with the value 0 are sent as note-on: lamps are put out so. */
  MidiMessage message(int value) {
    int bounded = Math.clamp(value, 0, most());
    return switch (kind) {
      case CC -> new MidiMessage.ControlChange(channel, number, bounded);
      case NOTE -> new MidiMessage.NoteOn(channel, number, bounded);
      case BEND -> new MidiMessage.PitchBend(channel, bounded - 8192);
      case PRESSURE -> new MidiMessage.ChannelPressure(channel, bounded);
    };
  }

  /** The same kind, so many numbers or channels further. */
  ControlKey plus(int numbers, int channels) {
    if (number + numbers > 127 || channel + channels > 15) {
      throw BridgeException.lasting(
          "there are not so many controls from "
              + this
              + " on: numbers end at 127, channels at 15");
    }
    return new ControlKey(kind, channel + channels, number + numbers);
  }

  @Override
  public String toString() {
    return "ch/"
        + channel
        + switch (kind) {
          case CC -> "/cc/" + number;
          case NOTE -> "/note/" + number;
          case BEND -> "/bend";
          case PRESSURE -> "/pressure";
        };
  }
}
