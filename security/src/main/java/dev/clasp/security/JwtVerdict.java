package dev.clasp.security;

/** What became of a JWT. */
sealed interface JwtVerdict {

  /** Everything about it is right. */
  record Valid(Identity identity) implements JwtVerdict {}

  /** It was signed by a key of ours, and its time is over. */
  record Expired(String detail) implements JwtVerdict {}

  /** It was signed by a key of ours, but does not let in: nobody is guessing. */
  record Unfit(String detail) implements JwtVerdict {}

  /** It is no token of ours. */
  record Forged(String detail) implements JwtVerdict {}

  /** There is no key to tell. */
  record Unknown(String detail) implements JwtVerdict {}
}
