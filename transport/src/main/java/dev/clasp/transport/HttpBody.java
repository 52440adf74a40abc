package dev.clasp.transport;

/**
 * The body of an answer that is sent piece by piece, for as long as it takes: events, long lists.
 * Thread-safe; nothing blocks.
 */
public interface HttpBody {

  /**
   * Sends a piece. Whoever writes while it is not {@link #writable} fills memory: pieces wait.
   *
   * @param piece not changed afterwards
   * @return false if the peer has gone; the piece is lost then
   */
  boolean write(byte[] piece);

  /** Whether what was written before has nearly all gone out. */
  boolean writable();

  /** Runs a task each time it is writable again, on the loop of the connection. */
  void whenWritable(Runnable task);

  /**
   * Runs a task once when the peer has gone or {@link #end} was said; at once if that was before.
   */
  void whenEnded(Runnable task);

  /** Nothing more comes. Idempotent. */
  void end();
}
