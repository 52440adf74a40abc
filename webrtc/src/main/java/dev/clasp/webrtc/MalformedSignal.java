package dev.clasp.webrtc;

/** What another client sent is no signal. Says what is wrong, for the log. */
final class MalformedSignal extends RuntimeException {

  private static final long serialVersionUID = 1L;

  MalformedSignal(String message) {
    super(message);
  }
}
