package dev.clasp.bridgedmx;

import dev.clasp.protocol.Value;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** How one interface is worked with while its port is open. Thread-safe but for {@link #run}. */
interface Driver {

  /** What becomes known, on threads that must not be held up for long. */
  interface Listener {
    /**
     * It works.
     *
     * @param what it is, for people
     */
    void works(String what);

    /** Levels have come on its line. */
    void heard(byte[] slots);

    /** Something has come that cannot be used. */
    void unusable(String why);

    void bytes(long in, long out);
  }

  /**
   * Works until the device is gone or {@link #close} is called.
   *
   * @throws IOException it is gone, or is not what was thought; a sentence says why
   */
  void run() throws IOException, InterruptedException;

  /**
   * Shows these levels from now on; not copied.
   *
   * @param line 0, or 1 for the second of two
   */
  void output(int line, byte[] slots);

  /** What it is now, for people and programs. */
  Map<String, Value> details();

  /** Writes what waits, and lets go. {@link #run} ends. */
  void close();

  /** Sends a message of RDM; empty if there is no answer, or the interface cannot do that. */
  default CompletableFuture<Optional<byte[]>> rdm(byte[] packet, boolean discovery) {
    return CompletableFuture.completedFuture(Optional.empty());
  }
}
