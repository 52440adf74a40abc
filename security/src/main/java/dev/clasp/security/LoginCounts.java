package dev.clasp.security;

import java.util.concurrent.atomic.AtomicLongArray;

/** What became of logins since the start. Thread-safe. */
public final class LoginCounts {

  private static final int OUTCOMES = LoginReport.Outcome.values().length;

  private final AtomicLongArray counts =
      new AtomicLongArray(LoginMethod.values().length * OUTCOMES);

  void add(LoginMethod method, LoginReport.Outcome outcome) {
    counts.incrementAndGet(method.ordinal() * OUTCOMES + outcome.ordinal());
  }

  /** How many. */
  public long of(LoginMethod method, LoginReport.Outcome outcome) {
    return counts.get(method.ordinal() * OUTCOMES + outcome.ordinal());
  }
}
