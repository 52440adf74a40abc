package dev.clasp.transport;

import dev.clasp.protocol.CloseReason;

/** Receives what a {@link FrameLink} brings. All methods on the link's loop, never concurrently. */
public interface FrameListener {

  /**
   * One transport message: normally one frame. The bytes are valid only during the call and not
   * checked beyond the size limit.
   */
  void frame(byte[] buffer, int offset, int length);

  /** All messages of one socket read have been handed over: the point to batch at. */
  default void readComplete() {}

  /** {@link FrameLink#writable} has changed. May be called from inside {@link FrameLink#write}. */
  default void writabilityChanged(boolean writable) {}

  /**
   * The peer showed that it is there without sending a frame: it answered a liveness probe, or sent
   * one.
   */
  default void alive() {}

  /** The connection has ended. Exactly once, last. */
  void closed(CloseReason reason);
}
