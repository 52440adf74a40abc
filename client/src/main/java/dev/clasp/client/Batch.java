package dev.clasp.client;

import dev.clasp.transport.FrameLink;
import org.jspecify.annotations.Nullable;

/** Collects frames and hands them to the connection in one write. Loop. */
final class Batch {

  private static final int CAPACITY = 64 << 10;

  private final byte[] buffer = new byte[CAPACITY];
  private final Counters counters;
  private @Nullable FrameLink link;
  private int length;
  private int frames;

  Batch(Counters counters) {
    this.counters = counters;
  }

  /** The connection to write to from now on; what was collected for another is gone. */
  void open(FrameLink value) {
    link = value;
    length = 0;
    frames = 0;
  }

  /** Nothing can be written. */
  void close() {
    link = null;
    length = 0;
    frames = 0;
  }

  void add(byte[] frame) {
    if (frame.length > CAPACITY - length) {
      flush();
    }
    frames++;
    if (frame.length > CAPACITY) {
      write(frame, frame.length);
    } else {
      System.arraycopy(frame, 0, buffer, length, frame.length);
      length += frame.length;
    }
  }

  void flush() {
    if (length > 0) {
      write(buffer, length);
      length = 0;
    }
  }

  private void write(byte[] bytes, int count) {
    FrameLink l = link;
    if (l != null) {
      l.write(bytes, 0, count);
      counters.add(Counter.WRITES, 1);
      counters.add(Counter.BYTES_SENT, count);
      counters.add(Counter.FRAMES_SENT, frames);
    }
    frames = 0;
  }
}
