package dev.clasp.security;

/** What kind of token somebody showed. */
public enum LoginMethod {
  /** A pre-shared key. */
  CPSK("cpsk"),
  JWT("jwt"),
  /** A capability token of the reference, which is not accepted. */
  CAPABILITY("cap"),
  /** An entity token of the reference, which is not accepted. */
  ENTITY("entity"),
  /** Something else. */
  OTHER("other"),
  NONE("none");

  private final String label;

  LoginMethod(String label) {
    this.label = label;
  }

  /** As metrics name it. */
  public String label() {
    return label;
  }

  /** By the beginning of a token: what it claims to be. */
  static LoginMethod of(String token) {
    if (token.isEmpty()) {
      return NONE;
    }
    if (Cpsk.isCpsk(token)) {
      return CPSK;
    }
    if (token.startsWith("cap_")) {
      return CAPABILITY;
    }
    if (token.startsWith("ent_")) {
      return ENTITY;
    }
    return JwtVerifier.isJwt(token) ? JWT : OTHER;
  }
}
