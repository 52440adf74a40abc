package dev.clasp.transport;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Framing;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;

/**
 * One open connection that carries CLASP frames.
 *
 * <p>Methods marked "loop" must be called on the thread of {@link #loop}; the others from anywhere.
 */
public interface FrameLink {

  /** The event loop on which the listener is called. */
  EventLoop loop();

  /** What must stand in front of each frame in {@link #write}. Constant. */
  Framing framing();

  /** Name of the transport: {@code websocket}, {@code tcp}, ... */
  String transport();

  /**
   * Address of the peer; behind a trusted proxy, the one that the proxy names; over QUIC, whose
   * peers may move, the first one.
   */
  SocketAddress remote();

  /** Longest frame that may be written, without its prefix: the peer takes no longer one. */
  int maxFrame();

  /**
   * Loop. The peer has been let in. Until then, a connection that a server accepted counts as one
   * that nobody vouches for, and has to make room for others when there are too many.
   */
  default void established() {}

  /**
   * Loop. Sends whole frames, each with the prefix of {@link #framing}: copies them into one buffer
   * and flushes it, one system call. Silently does nothing once the link is closing.
   */
  void write(byte[] framed, int offset, int length);

  /** Loop. False while more than the high-water mark is on its way to the socket. */
  boolean writable();

  /** Loop. Bytes written that the socket has not taken yet. */
  long pendingBytes();

  /** Stops reading from the peer; what was read already is still delivered. */
  void pauseReading();

  /** Reads again. */
  void resumeReading();

  /**
   * Ends the connection: flushes what was written, sends the reason, waits up to 2 s for the peer
   * to agree, then drops it. No frame is delivered after this. Idempotent.
   */
  void close(CloseReason reason);
}
