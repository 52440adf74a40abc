package dev.clasp.webrtc;

/** An operation with a peer that did not succeed. The message is a sentence for the user. */
public final class PeerException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What kind of failure. */
  public enum Kind {
    /** The caller's mistake: no session id, an option out of its range. */
    INVALID,
    /** The message is longer than this way allows. */
    TOO_LARGE,
    /** More is waiting to be sent than the limits allow. Nothing was sent. */
    OVERFLOW,
    /** There is no direct connection, and the routing mode allows no other way. */
    NOT_CONNECTED,
    /** The peer is not known to take data that comes through the router. Nothing was sent. */
    NO_RELAY,
    /** The router knows no such session. */
    NO_SUCH_PEER,
    /** The token does not allow it. */
    NOT_PERMITTED,
    /** The peer did not answer, or no direct way was found, in time. */
    TIMEOUT,
    /** The peer does not want the connection, or ended it. */
    REFUSED,
    /** No direct way was found, or what the peer sent cannot be used. */
    UNREACHABLE,
    /** There is no connection to the router at the moment. */
    NO_ROUTER,
    /** This machine cannot: the native library is missing or failed. */
    UNSUPPORTED,
    /** Closed, by {@code close()} or {@code disconnect()}. */
    CLOSED
  }

  private final Kind kind;

  PeerException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  PeerException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
