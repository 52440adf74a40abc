package dev.clasp.discovery;

import java.time.Duration;
import java.util.Optional;

/** A rendezvous did not work out. The message is a sentence for the user. */
public final class RendezvousException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What went wrong. */
  public enum Kind {
    /** The caller's mistake: no such URL. */
    INVALID,
    /** Nobody answers. */
    UNREACHABLE,
    /** The answer took too long. */
    TIMEOUT,
    /** The server said no, see {@link #status}. */
    STATUS,
    /** The answer is not that of a rendezvous server. */
    MALFORMED,
    /** The file in which devices are kept cannot be used. */
    FILE
  }

  private final Kind kind;
  private final int status;
  private final transient Optional<Duration> retryAfter;

  RendezvousException(Kind kind, String message) {
    super(message);
    this.kind = kind;
    this.status = 0;
    this.retryAfter = Optional.empty();
  }

  RendezvousException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.status = 0;
    this.retryAfter = Optional.empty();
  }

  RendezvousException(int status, Optional<Duration> retryAfter, String message) {
    super(message);
    this.kind = Kind.STATUS;
    this.status = status;
    this.retryAfter = retryAfter;
  }

  public Kind kind() {
    return kind;
  }

  /** Of HTTP; 0 if there was none. */
  public int status() {
    return status;
  }

  /** When the server wants to be asked again, if it says so. */
  public Optional<Duration> retryAfter() {
    return retryAfter;
  }

  /** The server does not know the registration, or no longer. */
  boolean gone() {
    return status == 404 || status == 410;
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
