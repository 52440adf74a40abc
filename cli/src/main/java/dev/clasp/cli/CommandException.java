package dev.clasp.cli;

/** Ends a command with a sentence for the user on stderr and an exit status. */
final class CommandException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int status;

  CommandException(int status, String message) {
    super(message);
    this.status = status;
  }

  CommandException(int status, String message, Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  /** One of {@link ExitStatus}. */
  int status() {
    return status;
  }
}
