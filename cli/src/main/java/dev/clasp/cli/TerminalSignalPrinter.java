package dev.clasp.cli;

import dev.clasp.client.Signal;
import dev.clasp.protocol.Value;
import java.time.ZoneId;

/**
 * Aligned columns with colours, cut to the width of the terminal: for people. The column of
 * addresses grows with the longest one seen, so that lines stay aligned without knowing what comes.
 */
final class TerminalSignalPrinter implements SignalPrinter {

  private static final int TYPE_WIDTH = "timeline".length();
  private static final int FIRST_ADDRESS_WIDTH = 24;
  private static final int SHORTEST_VALUE = 12;

  private final Style style;
  private final ZoneId zone;
  private final int columns;
  private int addressWidth = FIRST_ADDRESS_WIDTH;

  /**
   * @param columns cut lines to so many; 0 = show everything
   */
  TerminalSignalPrinter(Style style, ZoneId zone, int columns) {
    this.style = style;
    this.zone = zone;
    this.columns = columns;
  }

  @Override
  public String line(Signal signal, long arrivedMicros) {
    String time = Times.clock(TextSignalPrinter.micros(signal).orElse(arrivedMicros), zone);
    String type = signal.type().wireName();
    String address = Printable.escape(signal.address());
    Value value = TextSignalPrinter.value(signal);
    String detail = TextSignalPrinter.detail(signal);
    String text = ValueText.human(value);
    String revision =
        signal instanceof Signal.Change change
            ? "  rev="
                + Long.toUnsignedString(change.revision())
                + (change.fromSnapshot() ? " stored" : "")
            : "";
    if (length(address) > addressWidth && length(address) <= widestAddress()) {
      addressWidth = length(address);
    }
    if (columns > 0) {
      int used = time.length() + 2 + TYPE_WIDTH + 2 + Math.max(addressWidth, length(address)) + 2;
      int room = Math.max(SHORTEST_VALUE, columns - used - detail.length() - revision.length());
      text = cut(text, room);
    }
    return style.dim(time)
        + "  "
        + style.type(signal.type(), type)
        + pad(TYPE_WIDTH - type.length())
        + "  "
        + style.address(address)
        + pad(addressWidth - length(address))
        + "  "
        + style.dim(detail)
        + style.value(value, text)
        + style.dim(revision);
  }

  /** At most half a line, so that there is room for values. */
  private int widestAddress() {
    return columns > 0 ? Math.max(FIRST_ADDRESS_WIDTH, columns / 2 - 10) : 64;
  }

  private static String cut(String text, int width) {
    return length(text) <= width
        ? text
        : text.substring(0, text.offsetByCodePoints(0, width - 1)) + "…";
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  private static String pad(int count) {
    return " ".repeat(Math.max(0, count));
  }
}
