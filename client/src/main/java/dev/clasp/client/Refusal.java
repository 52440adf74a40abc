package dev.clasp.client;

import dev.clasp.protocol.ErrorCode;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Why the router refused a request, for a program to decide by.
 *
 * {@snippet :
 * client.set("/spot", 0.5).exceptionally(failure ->
 *     Refusal.of(failure).equals(Optional.of(Refusal.LOCK_HELD)) ? retryLater() : giveUp(failure));
 * }
 */
public enum Refusal {
  /** The token does not allow it: codes 300 to 303, 403. */
  FORBIDDEN,
  /** Another session holds the lock of the address. */
  LOCK_HELD,
  /** The parameter is at another revision; {@link #currentRevision} tells at which. */
  REVISION_CONFLICT,
  /** The pattern is none that the router understands. */
  BAD_PATTERN,
  /** There is no such thing. */
  NOT_FOUND,
  /** A limit of the router: too often, or too many. */
  TOO_MANY,
  /** This client reads too slowly. */
  TOO_SLOW,
  /** The value, the address or the message is not accepted. */
  NOT_ACCEPTED,
  /** The router failed, or cannot do it. */
  UNABLE,
  /** A code that we do not know. */
  OTHER;

  /** Our router says "current is 7". */
  private static final Pattern CURRENT = Pattern.compile("current is (\\d{1,20})");

  /**
   * Empty if it is not the router's refusal of a request: not a {@link ClaspException} of kind
   * REJECTED, however it is wrapped by futures.
   */
  public static Optional<Refusal> of(Throwable failure) {
    return Optional.ofNullable(rejection(failure)).map(ClaspException.Rejected::refusal);
  }

  /** What an ERROR means; code -1 = it has none. */
  static Refusal of(int errorCode, String text) {
    // A router of the reference has one code for both, but names them in its text.
    if (text.contains("LockHeld")) {
      return LOCK_HELD;
    }
    if (text.contains("RevisionConflict")) {
      return REVISION_CONFLICT;
    }
    return switch (errorCode) {
      case ErrorCode.UNAUTHORIZED,
          ErrorCode.FORBIDDEN,
          ErrorCode.TOKEN_EXPIRED,
          ErrorCode.BUNDLE_FORBIDDEN ->
          FORBIDDEN;
      case ErrorCode.LOCK_HELD -> LOCK_HELD;
      case ErrorCode.BAD_PATTERN -> BAD_PATTERN;
      case ErrorCode.NOT_FOUND -> NOT_FOUND;
      case ErrorCode.TOO_MANY -> TOO_MANY;
      case ErrorCode.OVERFLOW -> TOO_SLOW;
      case ErrorCode.BAD_REQUEST, ErrorCode.INVALID_VALUE -> NOT_ACCEPTED;
      case ErrorCode.INTERNAL, ErrorCode.UNAVAILABLE -> UNABLE;
      default -> OTHER;
    };
  }

  /** The revision that a {@link #REVISION_CONFLICT} names, if the router told it; unsigned. */
  public static OptionalLong currentRevision(Throwable failure) {
    ClaspException.Rejected rejection = rejection(failure);
    if (rejection == null) {
      return OptionalLong.empty();
    }
    Matcher matcher = CURRENT.matcher(rejection.getMessage());
    try {
      return matcher.find()
          ? OptionalLong.of(Long.parseUnsignedLong(matcher.group(1)))
          : OptionalLong.empty();
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private static ClaspException.@Nullable Rejected rejection(Throwable failure) {
    return cause(failure) instanceof ClaspException.Rejected e ? e : null;
  }

  /** Out of what futures wrap around it. */
  static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
