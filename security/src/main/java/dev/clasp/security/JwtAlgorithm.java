package dev.clasp.security;

import java.util.Optional;

/** Signatures of a JWT that can be allowed (operations.md 8.5). There is no "none". */
public enum JwtAlgorithm {
  /** HMAC with SHA-256: issuer and router share a secret. */
  HS256,
  /** RSA PKCS #1 v1.5 with SHA-256. */
  RS256,
  /** ECDSA on the curve P-256 with SHA-256. */
  ES256,
  /** Ed25519. */
  EDDSA;

  /** By the name in the header of a token; empty for all others. */
  static Optional<JwtAlgorithm> named(String name) {
    return switch (name) {
      case "HS256" -> Optional.of(HS256);
      case "RS256" -> Optional.of(RS256);
      case "ES256" -> Optional.of(ES256);
      // The second since RFC 9864.
      case "EdDSA", "Ed25519" -> Optional.of(EDDSA);
      default -> Optional.empty();
    };
  }
}
