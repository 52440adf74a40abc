package dev.clasp.bridgedmx;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Finds messages in what a widget says. Where a message does not end as it should, the search goes
 * on with the byte behind its beginning, so that nothing that is whole is lost. Not thread-safe.
 */
final class WidgetDecoder {

  private final Consumer<WidgetMessage> messages;

  /** Never more than one message that is not whole yet. */
  private final byte[] kept = new byte[WidgetMessage.MAX_DATA + WidgetMessage.FRAME];

  private int length;
  private long noise;

  WidgetDecoder(Consumer<WidgetMessage> messages) {
    this.messages = messages;
  }

  void decode(byte[] bytes, int offset, int count) {
    int at = offset;
    int end = offset + count;
    while (at < end) {
      int take = Math.min(end - at, kept.length - length);
      System.arraycopy(bytes, at, kept, length, take);
      length += take;
      at += take;
      scan();
    }
  }

  /**
   * Nothing comes any more: what was taken for the beginning of a message was none.
   *
   * @return whether anything was given up
   */
  boolean giveUp() {
    boolean any = length > 0;
    while (length > 0) {
      noise++;
      shift(1);
      scan();
    }
    return any;
  }

  /** Bytes that belonged to no message, so far. */
  long noise() {
    return noise;
  }

  private void scan() {
    int at = 0;
    while (at < length) {
      if ((kept[at] & 0xFF) != WidgetMessage.START) {
        at++;
        noise++;
        continue;
      }
      if (length - at < 4) {
        break;
      }
      int size = kept[at + 2] & 0xFF | (kept[at + 3] & 0xFF) << 8;
      if (size > WidgetMessage.MAX_DATA) {
        at++;
        noise++;
        continue;
      }
      int whole = size + WidgetMessage.FRAME;
      if (length - at < whole) {
        break;
      }
      if ((kept[at + whole - 1] & 0xFF) != WidgetMessage.END) {
        at++;
        noise++;
        continue;
      }
      WidgetMessage message =
          new WidgetMessage(kept[at + 1] & 0xFF, Arrays.copyOfRange(kept, at + 4, at + whole - 1));
      at += whole;
      messages.accept(message);
    }
    shift(at);
  }

  private void shift(int count) {
    System.arraycopy(kept, count, kept, 0, length - count);
    length -= count;
  }
}
