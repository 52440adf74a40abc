package dev.clasp.systemtests;

/** What a published client answered with an error. */
final class PeerException extends AssertionError {

  private static final long serialVersionUID = 1L;

  PeerException(String message) {
    super(message);
  }

  PeerException(String message, PeerException cause) {
    super(message, cause);
  }
}
