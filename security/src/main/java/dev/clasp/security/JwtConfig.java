package dev.clasp.security;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Which JWTs are accepted.
 *
 * @param algorithms signatures that are allowed; {@code HS256} only beside a secret
 * @param secretFile a shared secret of 32 bytes or more, for {@code HS256}
 * @param publicKeyFile a public key or certificate in PEM
 * @param keySetFile a set of public keys (RFC 7517)
 * @param keySetUrl where such a set can be fetched; https, or http on this machine
 * @param issuer what {@code iss} must be; empty: anything
 * @param audience what {@code aud} must contain; empty: anything
 * @param revokedFile a {@code jti} on each line
 * @param skew by which clocks of issuers may be ahead, for {@code nbf} and {@code iat}
 */
public record JwtConfig(
    Set<JwtAlgorithm> algorithms,
    Optional<Path> secretFile,
    Optional<Path> publicKeyFile,
    Optional<Path> keySetFile,
    Optional<URI> keySetUrl,
    Optional<String> issuer,
    Optional<String> audience,
    Optional<Path> revokedFile,
    Duration skew) {

  public static final Duration DEFAULT_SKEW = Duration.ofSeconds(60);

  private static final Duration MAX_SKEW = Duration.ofMinutes(10);

  public JwtConfig {
    algorithms =
        java.util.Collections.unmodifiableSet(
            algorithms.isEmpty() ? EnumSet.noneOf(JwtAlgorithm.class) : EnumSet.copyOf(algorithms));
  }

  /** Nothing but the algorithms with public keys; to be completed by the {@code with} methods. */
  public static final JwtConfig DEFAULT =
      new JwtConfig(
          EnumSet.of(JwtAlgorithm.RS256, JwtAlgorithm.ES256, JwtAlgorithm.EDDSA),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          DEFAULT_SKEW);

  /** With a secret, and {@code HS256} allowed. */
  public JwtConfig withSecret(Path file) {
    EnumSet<JwtAlgorithm> more = EnumSet.of(JwtAlgorithm.HS256);
    more.addAll(algorithms);
    return new JwtConfig(
        more,
        Optional.of(file),
        publicKeyFile,
        keySetFile,
        keySetUrl,
        issuer,
        audience,
        revokedFile,
        skew);
  }

  public JwtConfig withPublicKey(Path file) {
    return new JwtConfig(
        algorithms,
        secretFile,
        Optional.of(file),
        keySetFile,
        keySetUrl,
        issuer,
        audience,
        revokedFile,
        skew);
  }

  public JwtConfig withKeySet(Path file) {
    return new JwtConfig(
        algorithms,
        secretFile,
        publicKeyFile,
        Optional.of(file),
        keySetUrl,
        issuer,
        audience,
        revokedFile,
        skew);
  }

  public JwtConfig withKeySet(URI url) {
    return new JwtConfig(
        algorithms,
        secretFile,
        publicKeyFile,
        keySetFile,
        Optional.of(url),
        issuer,
        audience,
        revokedFile,
        skew);
  }

  public JwtConfig withIssuer(String wanted) {
    return new JwtConfig(
        algorithms,
        secretFile,
        publicKeyFile,
        keySetFile,
        keySetUrl,
        Optional.of(wanted),
        audience,
        revokedFile,
        skew);
  }

  public JwtConfig withAudience(String wanted) {
    return new JwtConfig(
        algorithms,
        secretFile,
        publicKeyFile,
        keySetFile,
        keySetUrl,
        issuer,
        Optional.of(wanted),
        revokedFile,
        skew);
  }

  public JwtConfig withRevoked(Path file) {
    return new JwtConfig(
        algorithms,
        secretFile,
        publicKeyFile,
        keySetFile,
        keySetUrl,
        issuer,
        audience,
        Optional.of(file),
        skew);
  }

  public JwtConfig withAlgorithms(Set<JwtAlgorithm> allowed) {
    return new JwtConfig(
        allowed,
        secretFile,
        publicKeyFile,
        keySetFile,
        keySetUrl,
        issuer,
        audience,
        revokedFile,
        skew);
  }

  /** What is wrong with it: a sentence each. Does not look at the files. */
  List<String> mistakes() {
    List<String> mistakes = new ArrayList<>();
    boolean publicKeys =
        publicKeyFile.isPresent() || keySetFile.isPresent() || keySetUrl.isPresent();
    if (secretFile.isEmpty() && !publicKeys) {
      mistakes.add(
          "JWTs need something to check them with: a secret, a public key, or a key set from a file"
              + " or URL");
    }
    if (algorithms.isEmpty()) {
      mistakes.add("JWTs need at least one allowed algorithm: HS256, RS256, ES256 or EdDSA");
    }
    if (algorithms.contains(JwtAlgorithm.HS256) && secretFile.isEmpty()) {
      mistakes.add("HS256 is allowed for JWTs, but there is no secret for it");
    }
    if (secretFile.isPresent() && !algorithms.contains(JwtAlgorithm.HS256)) {
      mistakes.add("there is a secret for JWTs, but HS256 is not allowed");
    }
    keySetUrl.flatMap(JwtConfig::mistake).ifPresent(mistakes::add);
    if (skew.isNegative() || skew.compareTo(MAX_SKEW) > 0) {
      mistakes.add(
          "the skew of JWTs must be 0 to " + MAX_SKEW.toSeconds() + " s, not " + skew.toSeconds());
    }
    return mistakes;
  }

  private static Optional<String> mistake(URI url) {
    String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
    String host = String.valueOf(url.getHost());
    boolean here = host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
    boolean fine = url.getHost() != null && url.getUserInfo() == null;
    return fine && (scheme.equals("https") || scheme.equals("http") && here)
        ? Optional.empty()
        : Optional.of(
            "the URL of the key set must begin with https:// (http:// only on this machine) and"
                + " hold no password");
  }
}
