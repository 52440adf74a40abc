package dev.clasp.security;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Decides about JWTs (RFC 7519, operations.md 8.5): first the signature, by a key that is ours and
 * an algorithm that is allowed, then the times, issuer, audience and rights. Keys, addresses of
 * keys and certificates that the token itself brings along are never looked at. Thread-safe.
 */
final class JwtVerifier {

  private static final Pattern FORM =
      Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*");

  /** Keys that are tried for a token that does not say by which it was signed. */
  private static final int MAX_TRIES = 4;

  /** Names the tokens of this kind, so that no {@code jti} can be taken for another's digest. */
  static final String ID_PREFIX = "jwt:";

  private static final Pattern PRINTABLE = Pattern.compile("[\\x21-\\x7E]{1,128}");

  /** Where keys come from. */
  interface KeySource {

    /** The keys as they are now; never blocks. */
    List<JwtKey> keys();

    /** The keys after looking whether there are new ones; may take seconds. */
    List<JwtKey> freshKeys();
  }

  private final Set<JwtAlgorithm> allowed;
  private final List<KeySource> sources;
  private final Optional<String> issuer;
  private final Optional<String> audience;
  private final Duration skew;
  private final InstantSource clock;

  JwtVerifier(JwtConfig config, List<KeySource> sources, InstantSource clock) {
    this.allowed = config.algorithms();
    this.sources = List.copyOf(sources);
    this.issuer = config.issuer();
    this.audience = config.audience();
    this.skew = config.skew();
    this.clock = clock;
  }

  /** Might the text be a JWT? */
  static boolean isJwt(String token) {
    return FORM.matcher(token).matches();
  }

  /** Decides; may take seconds. The length of the token is bounded by who calls. */
  JwtVerdict verify(String token) {
    JWSObject object;
    try {
      object = JWSObject.parse(token);
    } catch (ParseException | IllegalArgumentException e) {
      return new JwtVerdict.Forged("it is no signed JWT");
    }
    JWSHeader header = object.getHeader();
    Optional<JwtAlgorithm> algorithm =
        JwtAlgorithm.named(header.getAlgorithm().getName()).filter(allowed::contains);
    if (algorithm.isEmpty()) {
      return new JwtVerdict.Forged(
          "the algorithm "
              + Quoted.of(header.getAlgorithm().getName())
              + " is not allowed; allowed are "
              + allowed);
    }
    if (header.getCriticalParams() != null && !header.getCriticalParams().isEmpty()) {
      return new JwtVerdict.Forged("its header has critical parameters, which are unknown here");
    }
    Optional<String> kid = Optional.ofNullable(header.getKeyID());
    List<JwtKey> candidates = candidates(algorithm.get(), kid, false);
    if (candidates.isEmpty()) {
      candidates = candidates(algorithm.get(), kid, true);
    }
    if (candidates.isEmpty()) {
      return new JwtVerdict.Unknown(
          "there is no key for "
              + algorithm.get()
              + kid.map(id -> " with the kid " + Quoted.of(id)).orElse(""));
    }
    if (candidates.stream().limit(MAX_TRIES).noneMatch(key -> key.verifies(object))) {
      return new JwtVerdict.Forged("the signature is wrong");
    }
    try {
      return judge(JwtClaims.parse(object.getPayload().toString()), token);
    } catch (TokenFormatException e) {
      return new JwtVerdict.Unfit(String.valueOf(e.getMessage()));
    }
  }

  /** Keys of the name, and keys that have none; if none is asked for, all. */
  private List<JwtKey> candidates(JwtAlgorithm algorithm, Optional<String> kid, boolean fresh) {
    return sources.stream()
        .flatMap(source -> (fresh ? source.freshKeys() : source.keys()).stream())
        .filter(key -> key.algorithm() == algorithm)
        .filter(key -> kid.isEmpty() || key.kid().isEmpty() || key.kid().equals(kid))
        .toList();
  }

  private JwtVerdict judge(JwtClaims claims, String token) {
    long now = clock.instant().getEpochSecond();
    if (claims.expires().isEmpty()) {
      return new JwtVerdict.Unfit("it has no expiry, claim 'exp'");
    }
    if (now >= claims.expires().getAsLong()) {
      return new JwtVerdict.Expired(
          "it expired " + (now - claims.expires().getAsLong()) + " s ago");
    }
    if (claims.notBefore().orElse(0) > now + skew.toSeconds()) {
      return new JwtVerdict.Unfit("its time has not come yet, claim 'nbf'");
    }
    if (claims.issuedAt().orElse(0) > now + skew.toSeconds()) {
      return new JwtVerdict.Unfit("it was issued in the future, claim 'iat'; compare the clocks");
    }
    if (issuer.isPresent() && !issuer.equals(claims.issuer())) {
      return new JwtVerdict.Unfit(
          "its issuer is " + claims.issuer().map(Quoted::of).orElse("not named"));
    }
    if (audience.isPresent() && !claims.audience().contains(audience.get())) {
      return new JwtVerdict.Unfit("it is for another audience, claim 'aud'");
    }
    if (claims.id().isPresent() && !PRINTABLE.matcher(claims.id().get()).matches()) {
      return new JwtVerdict.Unfit(
          "the claim 'jti' must be 1 to 128 printable ASCII characters without blanks");
    }
    return new JwtVerdict.Valid(
        new Identity(
            ID_PREFIX + claims.id().orElseGet(() -> TokenDigest.of(token).id()),
            claims.subject(),
            claims.scopes(),
            claims.constraints(),
            claims.expires(),
            java.util.Map.of()));
  }
}
