package dev.clasp.transport;

/**
 * How frames stand in a stream of bytes that may be damaged, and which starts anywhere. One
 * instance for each connection; one thread.
 */
public interface StreamCoding {

  /** Receives the frames. */
  @FunctionalInterface
  interface Sink {
    /** A frame. The bytes are valid during the call. */
    void frame(byte[] b, int offset, int length);
  }

  /**
   * Takes what has arrived and hands on every frame that is complete; keeps what is not. At most
   * one frame and what was given waits.
   */
  void decode(byte[] b, int offset, int length, Sink sink);

  /** The beginning of a frame waits for its rest. */
  boolean waiting();

  /** Length of the frame that waits, as far as it is known; 0 if nobody can know. */
  default int announced() {
    return 0;
  }

  /** The rest did not come in time: looks for the next frame in what there is. */
  void stalled(Sink sink);

  /**
   * What whole frames, one behind the other, become on the line.
   *
   * @return a new array
   */
  byte[] encode(byte[] frames, int offset, int length);

  /** How often bytes were skipped to find the next frame. */
  long resynchronisations();
}
