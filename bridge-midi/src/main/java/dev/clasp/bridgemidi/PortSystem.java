package dev.clasp.bridgemidi;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Something that knows the MIDI ports of this machine. Thread-safe; may wait. */
interface PortSystem {

  /** As patterns name it: {@code alsa}. */
  String name();

  /** Why it does not work here, for people; empty if it does. */
  Optional<String> missing();

  /** What there is now, inputs and outputs; in the order of the system. */
  List<FoundPort> list();

  /** What can be done with an open port. */
  interface OpenPort extends AutoCloseable {
    /**
     * @throws IOException the device is gone
     */
    default void send(byte[] message) throws IOException {
      throw new IOException("this is no output");
    }

    /** Idempotent. */
    @Override
    void close();
  }

  /** Takes messages as bytes; each belongs to the receiver. */
  interface Sink {
    void message(byte[] bytes, long nanos);
  }

  /**
   * @throws IOException with a sentence: it is gone, somebody else has it
   */
  OpenPort openInput(FoundPort port, Sink sink) throws IOException;

  /**
   * @throws IOException with a sentence
   */
  OpenPort openOutput(FoundPort port) throws IOException;

  /**
   * Makes ports that other programs see and connect to.
   *
   * @throws IOException they cannot be made here; says what to do instead
   */
  OpenPort virtual(String name, Sink sink) throws IOException;

  /**
   * Calls when ports have come or gone, on a thread that must not be held up; if the system does
   * not tell, never.
   *
   * @return ends that
   */
  Runnable watch(Runnable changed);
}
