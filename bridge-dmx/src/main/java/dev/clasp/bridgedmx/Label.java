package dev.clasp.bridgedmx;

/**
 * What messages of widgets are about (DMX USB Pro Widget API 1.44 and its RDM supplement; DMXking
 * for 100 and 101).
 */
final class Label {

  /** Request: size of the user data. Reply: {@link WidgetParameters}. */
  static final int GET_PARAMETERS = 3;

  static final int SET_PARAMETERS = 4;

  /** From the widget: status, then a packet as it was on the line. */
  static final int RECEIVED = 5;

  /** Start code and slots, repeated by the widget until something else comes. */
  static final int OUTPUT = 6;

  static final int SEND_RDM = 7;

  /** 0: every packet; 1: only changes, as {@link #CHANGED}. */
  static final int RECEIVE_MODE = 8;

  static final int CHANGED = 9;

  /** Four bytes of decimal digits, the lowest first. */
  static final int SERIAL_NUMBER = 10;

  static final int SEND_RDM_DISCOVERY = 11;

  /** From the widget: nothing answered a message of RDM in time. */
  static final int RDM_TIMEOUT = 12;

  /** Unlocks what a widget does beyond the published interface. */
  static final int API_KEY = 13;

  /** ESTA number and name. */
  static final int MANUFACTURER = 77;

  /** Number of the model and name. */
  static final int DEVICE = 78;

  /** Output of the first of two ports, at DMXking. */
  static final int OUTPUT_FIRST = 100;

  /** Output of the second. */
  static final int OUTPUT_SECOND = 101;

  private Label() {}
}
