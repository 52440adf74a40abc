package dev.clasp.dmx;

/**
 * Where frames go. Called by whoever calls {@link DmxTransmitter#transmit} and {@link
 * DmxTransmitter#stop}, under its lock: it must not call back. The array belongs to the transmitter
 * and holds only during the call.
 */
public interface FrameSink {

  /**
   * Sends a frame.
   *
   * @param slots levels, of which the first {@code count} are meant
   * @param sequence runs from 0 for each universe, without an end: cut it as the protocol wants
   */
  void frame(int universe, byte[] slots, int count, int sequence);

  /** Frames have left that belong together: a synchronisation packet may follow now. */
  default void together(int frames) {}

  /** The universe is given up: the last frames, with whatever says so. */
  default void terminate(int universe, byte[] slots, int count, int sequence) {}
}
