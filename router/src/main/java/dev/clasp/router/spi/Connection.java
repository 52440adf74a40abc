package dev.clasp.router.spi;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Feature;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Framing;
import java.util.Optional;
import java.util.Set;

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

  /**
   * Longest frame that the peer takes, without its prefix; longer ones are not written. Constant.
   *
   * @param features what the peer announced in HELLO
   */
  default int maxFrame(Set<Feature> features) {
    return FrameDescriptor.MAX_FRAME;
  }

  /**
   * Longest frame, without its prefix, into which values are put together for a snapshot; a value
   * that does not fit goes alone. Constant.
   */
  default int maxSnapshotFrame() {
    return FrameDescriptor.MAX_FRAME;
  }

  /**
   * Whether all values come after WELCOME, as every client of the network is used to. Constant.
   * Without, a session begins with nothing and gets what it subscribes to.
   */
  default boolean greetedWithValues() {
    return true;
  }

  /**
   * A circle in which nobody hears what another one of it writes, itself included: values and
   * signals that come from a connection are not sent to those whose circle is equal. Empty, as for
   * every client of the network: it hears the values that it sets. Constant.
   */
  default Optional<Object> circle() {
    return Optional.empty();
  }

  /**
   * Whether events may be lost, oldest first, when the peer does not keep up, instead of the end of
   * the session. Asked whenever one has to wait.
   */
  default boolean mayLoseEvents() {
    return false;
  }

  /**
   * Whether the peer is told with an ERROR of its own that the router is about to stop, and when to
   * come back. Constant. Without, it hears the reason of the end only.
   */
  default boolean hearsGoodbye() {
    return true;
  }

  /** HELLO was accepted: the peer is one that has been let in. May be called again. */
  default void established() {}

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
