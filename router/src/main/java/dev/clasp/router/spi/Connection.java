package dev.clasp.router.spi;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Framing;

/**
 * One client connection as the router sees it. A transport implements it.
 *
 * <p>Every method is called on the thread of the lane that owns the connection, except {@link
 * #close}, which any thread may call.
 */
public interface Connection {

  /** What stands in front of each frame in {@link #write}. Constant. */
  Framing framing();

  /** Address of the peer, for logs and the status page. */
  String peer();

  /** Name of the transport: {@code websocket}, {@code tcp}, ... */
  String transport();

  /** Sends whole frames, each with its prefix. Copies the bytes; never blocks. */
  void write(byte[] framed, int offset, int length);

  /**
   * False while so much is in flight that the router should queue (and conflate) instead of
   * writing.
   */
  boolean writable();

  /** Stops or resumes reading from the peer. */
  void reading(boolean enabled);

  /** Flushes what was written, says why, and ends the connection. Idempotent. */
  void close(CloseReason reason);
}
