package dev.clasp.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Optional;

/**
 * A key that verifies signatures of one algorithm and no other: whoever makes a token cannot have a
 * public key taken for a shared secret.
 */
sealed interface JwtKey {

  /** Which key of several it is, if it says so. */
  Optional<String> kid();

  JwtAlgorithm algorithm();

  /** Did the owner of this key sign the object? */
  boolean verifies(JWSObject object);

  /** A shared secret of 32 bytes or more. */
  record Secret(Optional<String> kid, byte[] bytes) implements JwtKey {
    @Override
    public JwtAlgorithm algorithm() {
      return JwtAlgorithm.HS256;
    }

    @Override
    public boolean verifies(JWSObject object) {
      try {
        return object.verify(new MACVerifier(bytes));
      } catch (JOSEException e) {
        return false;
      }
    }

    @Override
    public String toString() {
      return "secret";
    }
  }

  /** An RSA key of 2048 bits or more. */
  record Rsa(Optional<String> kid, RSAPublicKey key) implements JwtKey {
    @Override
    public JwtAlgorithm algorithm() {
      return JwtAlgorithm.RS256;
    }

    @Override
    public boolean verifies(JWSObject object) {
      try {
        return object.verify(new RSASSAVerifier(key));
      } catch (JOSEException e) {
        return false;
      }
    }
  }

  /** A key on the curve P-256. */
  record EllipticCurve(Optional<String> kid, ECPublicKey key) implements JwtKey {
    @Override
    public JwtAlgorithm algorithm() {
      return JwtAlgorithm.ES256;
    }

    @Override
    public boolean verifies(JWSObject object) {
      try {
        return object.verify(new ECDSAVerifier(key));
      } catch (JOSEException e) {
        return false;
      }
    }
  }

  /** An Ed25519 key. The JDK verifies: the library would need another one for it. */
  record Edwards(Optional<String> kid, EdECPublicKey key) implements JwtKey {
    @Override
    public JwtAlgorithm algorithm() {
      return JwtAlgorithm.EDDSA;
    }

    @Override
    public boolean verifies(JWSObject object) {
      try {
        Signature signature = Signature.getInstance("Ed25519");
        signature.initVerify(key);
        signature.update(object.getSigningInput());
        return signature.verify(object.getSignature().decode());
      } catch (GeneralSecurityException e) {
        return false;
      }
    }
  }
}
