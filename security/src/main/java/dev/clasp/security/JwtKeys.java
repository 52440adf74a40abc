package dev.clasp.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads keys for JWTs: a secret, a public key in PEM, a set of keys (RFC 7517). */
final class JwtKeys {

  /** Bytes of any file or answer with keys. */
  static final int MAX_BYTES = 256 << 10;

  /** Keys of a set. */
  private static final int MAX_KEYS = 100;

  private static final int MIN_SECRET_BYTES = 32;
  private static final int MIN_RSA_BITS = 2048;
  private static final int MAX_RSA_BITS = 8192;

  private static final Pattern PEM =
      Pattern.compile(
          "-----BEGIN (PUBLIC KEY|CERTIFICATE)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

  private JwtKeys() {}

  /**
   * A shared secret: the bytes of a file without line ends behind them.
   *
   * @throws TokenFormatException it is too short to be one
   */
  static JwtKey secret(byte[] bytes) {
    int end = bytes.length;
    while (end > 0 && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r')) {
      end--;
    }
    if (end < MIN_SECRET_BYTES) {
      throw new TokenFormatException(
          "a secret for HS256 has at least "
              + MIN_SECRET_BYTES
              + " bytes, this one has "
              + end
              + "; make one with: openssl rand -base64 48");
    }
    return new JwtKey.Secret(Optional.empty(), java.util.Arrays.copyOf(bytes, end));
  }

  /**
   * The public key, or the key of the certificate, in a PEM text.
   *
   * @throws TokenFormatException there is none, or none that can be used
   */
  static JwtKey pem(String text) {
    if (text.contains("PRIVATE KEY-----")) {
      throw new TokenFormatException(
          "it holds a private key; the router needs the public one only: openssl pkey -pubout");
    }
    Matcher matcher = PEM.matcher(text);
    if (!matcher.find()) {
      throw new TokenFormatException("it holds no '-----BEGIN PUBLIC KEY-----' in PEM");
    }
    byte[] der;
    try {
      der = Base64.getMimeDecoder().decode(matcher.group(2));
    } catch (IllegalArgumentException e) {
      throw new TokenFormatException("what stands between BEGIN and END is not Base64");
    }
    PublicKey key = matcher.group(1).equals("CERTIFICATE") ? certified(der) : publicKey(der);
    return of(Optional.empty(), key)
        .orElseThrow(() ->
            new TokenFormatException(
                "the key must be RSA with "
                    + MIN_RSA_BITS
                    + " to "
                    + MAX_RSA_BITS
                    + " bits, P-256 or Ed25519"));
  }

  private static PublicKey certified(byte[] der) {
    try {
      return CertificateFactory.getInstance("X.509")
          .generateCertificate(new ByteArrayInputStream(der))
          .getPublicKey();
    } catch (GeneralSecurityException e) {
      throw new TokenFormatException("the certificate in it cannot be read");
    }
  }

  private static PublicKey publicKey(byte[] der) {
    for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(der));
      } catch (GeneralSecurityException e) {
        // Of another kind; the last one tells.
      }
    }
    throw new TokenFormatException("the key in it is neither RSA nor EC nor Ed25519");
  }

  private static Optional<JwtKey> of(Optional<String> kid, PublicKey key) {
    return switch (key) {
      case RSAPublicKey rsa
          when rsa.getModulus().bitLength() >= MIN_RSA_BITS
              && rsa.getModulus().bitLength() <= MAX_RSA_BITS ->
          Optional.of(new JwtKey.Rsa(kid, rsa));
      case ECPublicKey ec when Curve.P_256.equals(Curve.forECParameterSpec(ec.getParams())) ->
          Optional.of(new JwtKey.EllipticCurve(kid, ec));
      case EdECPublicKey ed when ed.getParams().getName().equals("Ed25519") ->
          Optional.of(new JwtKey.Edwards(kid, ed));
      default -> Optional.empty();
    };
  }

  /**
   * The keys of a set that are for signatures of ours. Others are left out, secrets among them: a
   * set is public.
   *
   * @throws TokenFormatException it is no key set, or none of its keys can be used
   */
  static List<JwtKey> set(String json) {
    JWKSet set;
    try {
      set = JWKSet.parse(json);
    } catch (ParseException e) {
      throw new TokenFormatException("it is no key set: an object with a list 'keys' (RFC 7517)");
    }
    if (set.getKeys().size() > MAX_KEYS) {
      throw new TokenFormatException("it has more than " + MAX_KEYS + " keys");
    }
    List<JwtKey> keys = new ArrayList<>();
    for (JWK jwk : set.getKeys()) {
      key(jwk).ifPresent(keys::add);
    }
    if (keys.isEmpty()) {
      throw new TokenFormatException(
          "it has no public key for signatures: RSA with "
              + MIN_RSA_BITS
              + " bits or more, P-256 or Ed25519");
    }
    return List.copyOf(keys);
  }

  private static Optional<JwtKey> key(JWK jwk) {
    if (jwk.getKeyUse() != null && !jwk.getKeyUse().equals(KeyUse.SIGNATURE)
        || jwk.getKeyOperations() != null
            && !jwk.getKeyOperations().contains(KeyOperation.VERIFY)) {
      return Optional.empty();
    }
    try {
      Optional<PublicKey> publicKey =
          switch (jwk) {
            case RSAKey rsa -> Optional.of(rsa.toRSAPublicKey());
            case ECKey ec when Curve.P_256.equals(ec.getCurve()) -> Optional.of(ec.toECPublicKey());
            case OctetKeyPair pair when Curve.Ed25519.equals(pair.getCurve()) ->
                Optional.of(edwards(pair.getX().decode()));
            default -> Optional.empty();
          };
      return publicKey
          .flatMap(key -> of(Optional.ofNullable(jwk.getKeyID()), key))
          .filter(key ->
              jwk.getAlgorithm() == null
                  || JwtAlgorithm.named(jwk.getAlgorithm().getName())
                      .equals(Optional.of(key.algorithm())));
    } catch (JOSEException | GeneralSecurityException | RuntimeException e) {
      // One broken key must not take the others with it.
      return Optional.empty();
    }
  }

  /** From the 32 bytes of RFC 8032: y in little-endian order, the highest bit is the sign of x. */
  private static PublicKey edwards(byte[] x) throws GeneralSecurityException {
    if (x.length != 32) {
      throw new GeneralSecurityException("an Ed25519 key has 32 bytes");
    }
    byte[] y = new byte[32];
    for (int i = 0; i < y.length; i++) {
      y[i] = x[31 - i];
    }
    boolean xOdd = (y[0] & 0x80) != 0;
    y[0] &= 0x7F;
    return KeyFactory.getInstance("Ed25519")
        .generatePublic(
            new EdECPublicKeySpec(
                NamedParameterSpec.ED25519, new EdECPoint(xOdd, new BigInteger(1, y))));
  }
}
