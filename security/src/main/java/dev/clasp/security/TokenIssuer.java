package dev.clasp.security;

/** Makes tokens and puts them where the router looks for them. May wait for a disk. Thread-safe. */
@FunctionalInterface
public interface TokenIssuer {

  /**
   * A new token, which the router accepts from now on.
   *
   * @param subject who it is for, as the client named itself
   * @throws RuntimeException it could not be kept; then it is no token
   */
  Issued issue(Scopes scopes, String subject);

  /**
   * A token that has just been made.
   *
   * @param token the secret
   * @param id names it in logs, see {@link Identity#tokenId}
   */
  record Issued(String token, String id) {
    @Override
    public String toString() {
      return "Issued[" + id + "]";
    }
  }
}
