package dev.clasp.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;

/** An issuer of JWTs for tests, with a key of each kind. */
final class Jwts {

  static final byte[] SECRET = "0123456789abcdef0123456789abcdef!".getBytes(StandardCharsets.UTF_8);
  static final KeyPair RSA = pair("RSA", 2048);
  static final KeyPair EC = ec("secp256r1");
  static final KeyPair ED = pair("Ed25519", 0);

  private Jwts() {}

  static KeyPair pair(String algorithm, int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      if (bits > 0) {
        generator.initialize(bits);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static KeyPair ec(String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static String hs256(String claims) {
    return hs256(claims, SECRET);
  }

  static String hs256(String claims, byte[] secret) {
    try {
      return sign(new JWSHeader(JWSAlgorithm.HS256), claims, new MACSigner(secret));
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  static String rs256(String claims) {
    return sign(new JWSHeader(JWSAlgorithm.RS256), claims, new RSASSASigner(RSA.getPrivate()));
  }

  static String rs256(String claims, String kid) {
    return sign(
        new JWSHeader.Builder(JWSAlgorithm.RS256).type(JOSEObjectType.JWT).keyID(kid).build(),
        claims,
        new RSASSASigner(RSA.getPrivate()));
  }

  static String es256(String claims) {
    try {
      return sign(
          new JWSHeader(JWSAlgorithm.ES256),
          claims,
          new ECDSASigner((ECPrivateKey) EC.getPrivate()));
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  static String eddsa(String claims) {
    try {
      String input = Base64URL.encode("{\"alg\":\"EdDSA\"}") + "." + Base64URL.encode(claims);
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(ED.getPrivate());
      signature.update(input.getBytes(StandardCharsets.US_ASCII));
      return input + "." + Base64URL.encode(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static String sign(JWSHeader header, String claims, JWSSigner signer) {
    try {
      JWSObject object = new JWSObject(header, new Payload(claims));
      object.sign(signer);
      return object.serialize();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  /** Any header and payload; the signature says nothing. */
  static String unsigned(String header, String claims) {
    return Base64URL.encode(header) + "." + Base64URL.encode(claims) + ".";
  }

  static String pem(PublicKey key) {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(key.getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }
}
