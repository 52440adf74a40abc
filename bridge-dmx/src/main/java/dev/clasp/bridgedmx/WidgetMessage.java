package dev.clasp.bridgedmx;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * A message between a computer and a widget that speaks like the ENTTEC DMX USB Pro: {@code 7E
 * label length(2, low first) data E7} (DMX USB Pro Widget API 1.44).
 *
 * @param label what it is about, 0 to 255; one of {@link Label}
 * @param data at most {@link #MAX_DATA} bytes; not copied
 */
record WidgetMessage(int label, byte[] data) {

  static final int START = 0x7E;
  static final int END = 0xE7;

  /** The most that a widget takes and says at once. */
  static final int MAX_DATA = 600;

  /** What stands around the data. */
  static final int FRAME = 5;

  WidgetMessage {
    if (label < 0 || label > 255 || data.length > MAX_DATA) {
      throw new IllegalArgumentException("no message of a widget");
    }
  }

  static WidgetMessage of(int label, int... data) {
    byte[] bytes = new byte[data.length];
    for (int i = 0; i < data.length; i++) {
      bytes[i] = (byte) data[i];
    }
    return new WidgetMessage(label, bytes);
  }

  /** As it goes over the line. */
  byte[] encode() {
    byte[] bytes = new byte[data.length + FRAME];
    bytes[0] = (byte) START;
    bytes[1] = (byte) label;
    bytes[2] = (byte) data.length;
    bytes[3] = (byte) (data.length >> 8);
    System.arraycopy(data, 0, bytes, 4, data.length);
    bytes[bytes.length - 1] = (byte) END;
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WidgetMessage message
        && label == message.label
        && Arrays.equals(data, message.data);
  }

  @Override
  public int hashCode() {
    return 31 * label + Arrays.hashCode(data);
  }

  @Override
  public String toString() {
    return "label " + label + " " + HexFormat.of().formatHex(data);
  }
}
