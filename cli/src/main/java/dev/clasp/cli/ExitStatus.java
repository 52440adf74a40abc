package dev.clasp.cli;

import dev.clasp.client.ClaspException;

/** What the process ends with (operations.md 2.1; the names above 63 are those of sysexits.h). */
final class ExitStatus {

  static final int OK = 0;

  /** Something failed at run time; one sentence on stderr says what. */
  static final int FAILURE = 1;

  /** The command line was wrong. */
  static final int USAGE = 2;

  /** {@code get} found nothing at the address. */
  static final int ABSENT = 4;

  /** No router answers (EX_UNAVAILABLE). */
  static final int UNAVAILABLE = 69;

  /** The router refused the token or the right (EX_NOPERM). */
  static final int NOT_PERMITTED = 77;

  /** The configuration file or the environment cannot be used (EX_CONFIG). */
  static final int CONFIG = 78;

  /** Interrupted, and nothing could be cleaned up: 128 + SIGINT. */
  static final int INTERRUPTED = 130;

  private ExitStatus() {}

  /** What a failure of the client ends the process with. */
  static int of(ClaspException failure) {
    return switch (failure.kind()) {
      case UNREACHABLE, TIMEOUT, CLOSED -> UNAVAILABLE;
      case REFUSED -> NOT_PERMITTED;
      case REJECTED -> ofError(failure.code().orElse(0));
      case INVALID -> USAGE;
      case OVERFLOW -> FAILURE;
      case INTERRUPTED -> INTERRUPTED;
    };
  }

  /** What an ERROR of the router ends the process with: 300 to 302 are about rights. */
  static int ofError(int code) {
    return code >= 300 && code <= 302 ? NOT_PERMITTED : FAILURE;
  }
}
