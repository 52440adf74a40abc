package dev.clasp.bridgedmx;

import java.util.Optional;

/**
 * How a widget makes packets (label 3).
 *
 * @param firmwareLow number behind the point; of the first byte
 * @param firmwareHigh number before it: 1 sends and receives, 2 speaks RDM, 3 is for sniffing RDM
 * @param breakUnits length of the BREAK in units of 10.67 us, 9 to 127
 * @param markUnits length of the mark behind it in the same, 1 to 127
 * @param rate packets a second, 1 to 40; 0 as fast as possible
 */
record WidgetParameters(
    int firmwareLow, int firmwareHigh, int breakUnits, int markUnits, int rate) {

  /** Of the two times. */
  static final double UNIT_MICROS = 10.67;

  static final int MIN_BREAK = 9;
  static final int MIN_MARK = 1;
  static final int MAX_UNITS = 127;
  static final int MAX_RATE = 40;

  private static final int SIZE = 5;

  /** Empty if it is too short. User data behind it is left. */
  static Optional<WidgetParameters> decode(byte[] data) {
    return data.length < SIZE
        ? Optional.empty()
        : Optional.of(
            new WidgetParameters(
                data[0] & 0xFF, data[1] & 0xFF, data[2] & 0xFF, data[3] & 0xFF, data[4] & 0xFF));
  }

  /** The request that sets the times and the rate, with no user data. */
  WidgetMessage request() {
    return WidgetMessage.of(Label.SET_PARAMETERS, 0, 0, breakUnits, markUnits, rate);
  }

  /** {@code 1.44}. */
  String firmware() {
    return firmwareHigh + "." + firmwareLow;
  }

  static int breakUnits(double micros) {
    return units(micros, MIN_BREAK);
  }

  static int markUnits(double micros) {
    return units(micros, MIN_MARK);
  }

  /** Never shorter than asked for. */
  private static int units(double micros, int least) {
    return (int) Math.clamp(Math.ceil(micros / UNIT_MICROS - 1e-6), least, MAX_UNITS);
  }

  /** What the widget has for a rate: 0 for all that it does not reach. */
  static int rate(double hertz) {
    return hertz > MAX_RATE ? 0 : Math.max(1, (int) Math.round(hertz));
  }
}
