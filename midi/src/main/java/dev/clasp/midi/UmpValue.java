package dev.clasp.midi;

import dev.clasp.midi.Ump.Midi2;

/**
 * The value of a channel message of MIDI 2.0 as a part of its range, with all its bits: 0 to 1, for
 * bends -1 to 1 with 0 in the middle. NaN for what has none.
 */
public final class UmpValue {

  private static final double MOST_32 = 0xFFFF_FFFFL;
  private static final double MOST_16 = 0xFFFF;
  private static final double MIDDLE = 0x8000_0000L;

  private UmpValue() {}

  /** Whether the value is a bend. */
  public static boolean bends(int opcode) {
    return opcode == Midi2.PITCH_BEND || opcode == Midi2.NOTE_BEND;
  }

  public static double of(Midi2 message) {
    long data = message.data() & 0xFFFF_FFFFL;
    return switch (message.opcode()) {
      case Midi2.NOTE_ON, Midi2.NOTE_OFF -> (data >>> 16) / MOST_16;
      case Midi2.NOTE_REGISTERED,
          Midi2.NOTE_ASSIGNABLE,
          Midi2.RPN,
          Midi2.NRPN,
          Midi2.POLY_PRESSURE,
          Midi2.CONTROL_CHANGE,
          Midi2.CHANNEL_PRESSURE ->
          data / MOST_32;
      case Midi2.NOTE_BEND, Midi2.PITCH_BEND ->
          data < 0x8000_0000L ? (data - MIDDLE) / MIDDLE : (data - MIDDLE) / (MIDDLE - 1);
      default -> Double.NaN;
    };
  }

  /**
   * The same message with another value.
   *
   * @param value beyond its ends it is the end; NaN leaves the message as it is
   */
  public static Midi2 with(Midi2 message, double value) {
    if (Double.isNaN(value) || Double.isNaN(of(message))) {
      return message;
    }
    int data;
    if (bends(message.opcode())) {
      double bend = Math.clamp(value, -1, 1);
      data = (int) (0x8000_0000L + Math.round(bend * (bend < 0 ? MIDDLE : MIDDLE - 1)));
    } else if (message.opcode() == Midi2.NOTE_ON || message.opcode() == Midi2.NOTE_OFF) {
      data = (int) Math.round(Math.clamp(value, 0, 1) * MOST_16) << 16 | message.data() & 0xFFFF;
    } else {
      data = (int) Math.round(Math.clamp(value, 0, 1) * MOST_32);
    }
    return new Midi2(message.group(), message.opcode(), message.channel(), message.index(), data);
  }

  /**
   * The same message with a value that says more exactly what it says already; as it is if the two
   * are not the same to seven bits, give or take one.
   */
  public static Midi2 refined(Midi2 message, double value) {
    Midi2 exact = with(message, value);
    return Math.abs((exact.data() >>> 25) - (message.data() >>> 25)) <= 1 ? exact : message;
  }
}
