package dev.clasp.security;

/** What a scope allows to do with an address (operations.md 7.3). */
public enum Action {
  READ,
  /** Includes reading. */
  WRITE,
  /** Includes writing. */
  ADMIN,
  /** Joining as another router. Included in nothing, and includes nothing. */
  FEDERATE;

  /** Is whoever may do this allowed to do the other as well? */
  public boolean includes(Action other) {
    return this == other || (this != FEDERATE && other != FEDERATE && compareTo(other) > 0);
  }
}
