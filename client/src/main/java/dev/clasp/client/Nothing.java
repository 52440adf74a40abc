package dev.clasp.client;

import org.jspecify.annotations.Nullable;

/** The value of {@code CompletableFuture<Void>}. */
final class Nothing {

  /** Void has no other value; the type of a future cannot say so without confusing its users. */
  @SuppressWarnings("NullAway")
  static final Void NOTHING = nothing();

  private Nothing() {}

  @SuppressWarnings("NullAway")
  private static Void nothing() {
    @Nullable Void nothing = null;
    return nothing;
  }
}
