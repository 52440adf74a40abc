package dev.clasp.transport;

/**
 * A connection or listener that could not be made. The message says what failed, where, and what to
 * do.
 */
public final class TransportException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What failed. */
  public enum Kind {
    /** The URL cannot be used; trying again is pointless. */
    BAD_URL,
    /** The address is in use or may not be bound. */
    BIND,
    /** Nobody answers there. */
    UNREACHABLE,
    /** No answer in time. */
    TIMEOUT,
    /** Somebody answered, but not with a CLASP WebSocket. */
    HANDSHAKE
  }

  private final Kind kind;

  public TransportException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public TransportException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
