package dev.clasp.bridge;

import dev.clasp.client.ClaspException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What went wrong, from the wrappings of futures. */
final class Failures {

  private Failures() {}

  static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  static String reason(Throwable failure) {
    Throwable cause = cause(failure);
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }

  /** Could the same thing succeed later? */
  static boolean passing(Throwable failure) {
    return cause(failure) instanceof ClaspException e
        && switch (e.kind()) {
          case UNREACHABLE, TIMEOUT, CLOSED, OVERFLOW, INTERRUPTED -> true;
          case REFUSED, REJECTED, INVALID -> false;
        };
  }
}
