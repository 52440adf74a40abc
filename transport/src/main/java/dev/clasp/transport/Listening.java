package dev.clasp.transport;

import dev.clasp.protocol.CloseReason;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who listens to a link, and who wants to know what becomes of it. When they fail, this connection
 * ends, and no other is concerned. Loop thread.
 */
final class Listening {

  private static final Logger LOG = LoggerFactory.getLogger(Listening.class);

  private final FrameLink link;
  private @Nullable FrameListener listener;
  private @Nullable Runnable whenEstablished;
  private @Nullable Runnable whenEnded;
  private boolean ended;

  Listening(FrameLink link) {
    this.link = link;
  }

  /**
   * Asks who listens. The acceptor may write and close already.
   *
   * @return false if it failed; the connection is being closed then
   */
  boolean begin(LinkAcceptor acceptor) {
    try {
      listener = acceptor.accept(link);
      return true;
    } catch (Throwable e) {
      failed(e);
      return false;
    }
  }

  /** Calls back when the peer has been let in. Once; to be set before {@link #begin}. */
  void whenEstablished(Runnable task) {
    whenEstablished = task;
  }

  /** Calls back when the link has ended and the listener knows. Once. */
  void whenEnded(Runnable task) {
    if (ended) {
      task.run();
    } else {
      whenEnded = task;
    }
  }

  void established() {
    Runnable task = whenEstablished;
    whenEstablished = null;
    if (task != null) {
      task.run();
    }
  }

  void frame(byte[] b, int offset, int length) {
    if (listener != null) {
      try {
        listener.frame(b, offset, length);
      } catch (Throwable e) {
        // Here and not further up, so that a parser stays in step with its stream.
        failed(e);
      }
    }
  }

  void readComplete() {
    if (listener != null) {
      try {
        listener.readComplete();
      } catch (Throwable e) {
        failed(e);
      }
    }
  }

  void alive() {
    if (listener != null) {
      try {
        listener.alive();
      } catch (Throwable e) {
        failed(e);
      }
    }
  }

  void writabilityChanged(boolean writable) {
    if (listener != null) {
      try {
        listener.writabilityChanged(writable);
      } catch (Throwable e) {
        failed(e);
      }
    }
  }

  /** The link has ended: nobody hears anything behind this. */
  void end(CloseReason reason) {
    ended = true;
    whenEstablished = null;
    FrameListener last = listener;
    listener = null;
    if (last != null) {
      try {
        last.closed(reason);
      } catch (Throwable e) {
        failed(e);
      }
    }
    Runnable task = whenEnded;
    whenEnded = null;
    if (task != null) {
      task.run();
    }
  }

  /** Our own code failed. */
  void failed(Throwable e) {
    LOG.atError()
        .addKeyValue("peer", String.valueOf(link.remote()).replaceFirst("^.*/", ""))
        .setCause(e)
        .log("{}: unexpected failure, closing the connection", link.remote());
    link.close(new CloseReason(CloseReason.INTERNAL_ERROR, "internal error"));
  }
}
