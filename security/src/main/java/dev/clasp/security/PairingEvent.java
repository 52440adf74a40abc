package dev.clasp.security;

import java.time.Duration;

/** Something that happened at a {@link PairingDesk}, for log and audit: no code, no token. */
public sealed interface PairingEvent {

  /**
   * A code is shown.
   *
   * @param by who asked for it
   * @param scopes of the token that it is good for
   */
  record Shown(String by, Scopes scopes, Duration lifetime) implements PairingEvent {}

  /** A code was taken back before it was used. */
  record Withdrawn(String by) implements PairingEvent {}

  /**
   * A client tries.
   *
   * @param peer its address
   * @param name what it calls itself; nothing proves it
   */
  record Started(String peer, String name) implements PairingEvent {}

  /**
   * A client has not shown that it knows the code.
   *
   * @param reason for the log only
   * @param attemptsLeft before the code is void
   */
  record Failed(String peer, String name, String reason, int attemptsLeft)
      implements PairingEvent {}

  /** The code has been tried too often and is no longer good for anything. */
  record Exhausted() implements PairingEvent {}

  /** A client has a token now. */
  record Done(String peer, String name, String tokenId, Scopes scopes) implements PairingEvent {}
}
