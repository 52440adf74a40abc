package dev.clasp.transport;

import dev.clasp.protocol.CloseReason;

/**
 * A peer that breaks the rules of its transport; the connection must be closed with this reason.
 */
final class Violation extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient CloseReason reason;

  Violation(int code, String text) {
    super(text, null, false, false);
    this.reason = new CloseReason(code, text);
  }

  CloseReason reason() {
    return reason;
  }
}
