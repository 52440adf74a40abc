package dev.clasp.transport;

import java.io.IOException;

/** Where the bytes of a {@link StreamLink} go: a serial line, the characteristic of a radio. */
public interface BytePipe {

  /** Writes everything; waits until the device has taken it. One thread, never the event loop. */
  void write(byte[] bytes) throws IOException;

  /** Ends it; a write that waits fails. Any thread, more than once. Does not wait. */
  void close();
}
