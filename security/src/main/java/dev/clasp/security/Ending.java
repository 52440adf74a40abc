package dev.clasp.security;

/**
 * A token is no longer what it was when sessions began with it: they have to end.
 *
 * @param tokenId as in {@link Identity#tokenId}
 */
public record Ending(String tokenId, Cause cause) {

  /** Why. */
  public enum Cause {
    /** Its time is over. */
    EXPIRED,
    /** It was taken out of its file, or put on the list of revoked ones. */
    REVOKED,
    /** It has other rights or another subject now, or is not valid yet. */
    CHANGED
  }

  /** Has the session of this identity to end? */
  public boolean concerns(Identity identity) {
    return !identity.tokenId().isEmpty() && identity.tokenId().equals(tokenId);
  }
}
