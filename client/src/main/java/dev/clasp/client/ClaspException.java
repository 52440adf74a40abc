package dev.clasp.client;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * An operation that did not succeed. The message is a sentence for the user; it never contains a
 * token.
 *
 * <p>Each kind is a class, to catch what one can do something about and to let the rest pass:
 *
 * {@snippet :
 * try {
 *   client.blocking().set("/spot", 0.5);
 * } catch (ClaspException.Locked e) {
 *   show("somebody else has " + e.address().orElse("it"));
 * } catch (ClaspException.TimedOut | ClaspException.Closed e) {
 *   showLater();
 * }
 * }
 *
 * <p>Futures fail with them too; the stages of {@code CompletableFuture} wrap them into a {@code
 * CompletionException}. {@link #kind} and {@link Refusal} say the same for a {@code switch}.
 */
public abstract sealed class ClaspException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What kind of failure; each is a class. */
  public enum Kind {
    /** {@link Unreachable}. */
    UNREACHABLE,
    /** {@link TimedOut}. */
    TIMEOUT,
    /** {@link NotAdmitted}. */
    REFUSED,
    /** {@link Rejected}. */
    REJECTED,
    /** {@link Closed}. */
    CLOSED,
    /** {@link Invalid}. */
    INVALID,
    /** {@link Overflow}. */
    OVERFLOW,
    /** {@link Interrupted}. */
    INTERRUPTED
  }

  /** There is no router where the URI points, or it does not speak CLASP. */
  public static final class Unreachable extends ClaspException {
    private Unreachable(String message, @Nullable Throwable cause) {
      super(Kind.UNREACHABLE, message, cause);
    }
  }

  /** No answer in time. The request may have been carried out all the same. */
  public static final class TimedOut extends ClaspException {
    private TimedOut(String message, @Nullable Throwable cause) {
      super(Kind.TIMEOUT, message, cause);
    }
  }

  /** The router does not let us in: codes 300 to 302, or it closed with a policy reason. */
  public static final class NotAdmitted extends ClaspException {
    private NotAdmitted(String message, int code, @Nullable Throwable cause) {
      super(Kind.REFUSED, message, cause, code, null);
    }
  }

  /** The client is closed, or not connected, or lost the connection before the answer. */
  public static final class Closed extends ClaspException {
    private Closed(String message, @Nullable Throwable cause) {
      super(Kind.CLOSED, message, cause);
    }
  }

  /** The caller's mistake: bad address, pattern, value, URI or option. Nothing was sent. */
  public static final class Invalid extends ClaspException {
    private Invalid(String message, @Nullable Throwable cause) {
      super(Kind.INVALID, message, cause);
    }
  }

  /**
   * More is waiting to be sent than the limits of the client allow, or a view has grown too big.
   */
  public static final class Overflow extends ClaspException {
    private Overflow(String message, @Nullable Throwable cause) {
      super(Kind.OVERFLOW, message, cause);
    }
  }

  /** The thread was interrupted while it waited; its interrupt flag is set. */
  public static final class Interrupted extends ClaspException {
    private Interrupted(String message, @Nullable Throwable cause) {
      super(Kind.INTERRUPTED, message, cause);
    }
  }

  /**
   * The router answered the request with an ERROR; {@link #code}, {@link #address} and {@link
   * #refusal} tell. What one can decide by is a class of its own.
   */
  public static sealed class Rejected extends ClaspException {
    /** See {@link #refusal()}. */
    private final Refusal refusal;

    private Rejected(
        String message,
        @Nullable Throwable cause,
        int code,
        @Nullable String address,
        Refusal refusal) {
      super(Kind.REJECTED, message, cause, code, address);
      this.refusal = refusal;
    }

    /** Why. */
    public Refusal refusal() {
      return refusal;
    }
  }

  /** The token does not allow it: {@link Refusal#FORBIDDEN}. */
  public static final class NotAuthorised extends Rejected {
    private NotAuthorised(
        String message, @Nullable Throwable cause, int code, @Nullable String address) {
      super(message, cause, code, address, Refusal.FORBIDDEN);
    }
  }

  /** Another session holds the lock of the address: {@link Refusal#LOCK_HELD}. */
  public static final class Locked extends Rejected {
    private Locked(String message, @Nullable Throwable cause, int code, @Nullable String address) {
      super(message, cause, code, address, Refusal.LOCK_HELD);
    }
  }

  /** The parameter is at another revision: {@link Refusal#REVISION_CONFLICT}. */
  public static final class RevisionConflict extends Rejected {
    private RevisionConflict(
        String message, @Nullable Throwable cause, int code, @Nullable String address) {
      super(message, cause, code, address, Refusal.REVISION_CONFLICT);
    }

    /** The revision it is at, if the router told it; unsigned. */
    public OptionalLong currentRevision() {
      return Refusal.currentRevision(this);
    }
  }

  /** Too often, or too many: {@link Refusal#TOO_MANY}. */
  public static final class RateLimited extends Rejected {
    private RateLimited(
        String message, @Nullable Throwable cause, int code, @Nullable String address) {
      super(message, cause, code, address, Refusal.TOO_MANY);
    }
  }

  /** See {@link #kind()}. */
  private final Kind kind;

  /** Of the router; -1 = none. */
  private final int code;

  /** That the router names. */
  private final @Nullable String address;

  private ClaspException(Kind kind, String message, @Nullable Throwable cause) {
    this(kind, message, cause, -1, null);
  }

  private ClaspException(
      Kind kind, String message, @Nullable Throwable cause, int code, @Nullable String address) {
    super(message, cause);
    this.kind = kind;
    this.code = code;
    this.address = address;
  }

  /** A failure that no ERROR of a router is behind. */
  public static ClaspException of(Kind kind, String message) {
    return of(kind, message, null);
  }

  /** The same with what caused it. */
  public static ClaspException of(Kind kind, String message, @Nullable Throwable cause) {
    return of(kind, message, cause, -1, null);
  }

  /** One that an ERROR is behind. */
  static ClaspException of(Kind kind, String message, int code, @Nullable String address) {
    return of(kind, message, null, code, address);
  }

  private static ClaspException of(
      Kind kind, String message, @Nullable Throwable cause, int code, @Nullable String address) {
    return switch (kind) {
      case UNREACHABLE -> new Unreachable(message, cause);
      case TIMEOUT -> new TimedOut(message, cause);
      case REFUSED -> new NotAdmitted(message, code, cause);
      case CLOSED -> new Closed(message, cause);
      case INVALID -> new Invalid(message, cause);
      case OVERFLOW -> new Overflow(message, cause);
      case INTERRUPTED -> new Interrupted(message, cause);
      case REJECTED -> {
        Refusal refusal = Refusal.of(code, message);
        yield switch (refusal) {
          case FORBIDDEN -> new NotAuthorised(message, cause, code, address);
          case LOCK_HELD -> new Locked(message, cause, code, address);
          case REVISION_CONFLICT -> new RevisionConflict(message, cause, code, address);
          case TOO_MANY -> new RateLimited(message, cause, code, address);
          case NOT_FOUND, BAD_PATTERN, TOO_SLOW, NOT_ACCEPTED, UNABLE, OTHER ->
              new Rejected(message, cause, code, address, refusal);
        };
      }
    };
  }

  /** The same with the stack of this thread, for one that was made on the loop. */
  ClaspException here() {
    return of(kind, getMessage(), this, code, address);
  }

  /** What kind of failure. */
  public Kind kind() {
    return kind;
  }

  /**
   * The router's code, see {@link dev.clasp.protocol.ErrorCode}; empty when no ERROR is behind
   * this.
   */
  public OptionalInt code() {
    return code < 0 ? OptionalInt.empty() : OptionalInt.of(code);
  }

  /** The address or pattern that the router's ERROR names. */
  public Optional<String> address() {
    return Optional.ofNullable(address);
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
