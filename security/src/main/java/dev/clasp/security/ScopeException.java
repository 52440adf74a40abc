package dev.clasp.security;

import java.io.Serial;

/** A text is no scope. The message says what is wrong with it and what a scope looks like. */
public final class ScopeException extends IllegalArgumentException {

  @Serial private static final long serialVersionUID = 1L;

  public ScopeException(String message) {
    super(message);
  }
}
