package dev.clasp.security;

/**
 * Pairing went wrong. The message is a sentence for the other side or for the user; it never says
 * more about a code than that it did not fit.
 */
public final class PairingException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What to do about it. */
  public enum Kind {
    /** The message is none of pairing, or not in the form that {@code docs/pairing.md} gives it. */
    MALFORMED,
    /** Nobody shows a code, so there is nothing to prove. */
    CLOSED,
    /** The other side does not know the code, or the exchange was disturbed: the two look alike. */
    REFUSED,
    /** The code was right, but no token could be made; or the server is busy. */
    UNAVAILABLE,
    /** The router lets everybody in: there is no need for a token. */
    NOT_NEEDED,
    /** Nobody answers, or somebody who does not know pairing. */
    UNREACHABLE,
    /** Only an administrator may ask for a code. */
    NOT_PERMITTED
  }

  private final Kind kind;

  PairingException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  PairingException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
