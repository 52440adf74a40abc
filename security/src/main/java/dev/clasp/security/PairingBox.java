package dev.clasp.security;

import dev.clasp.security.PairingException.Kind;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * Closes and opens what goes from server to client at the end of pairing: AES-256-GCM under a key
 * that HKDF-SHA256 (RFC 5869) makes from what J-PAKE agreed on. The key is used for one box.
 */
final class PairingBox {

  private static final byte[] PURPOSE =
      "CLASP pairing 1, token to client".getBytes(StandardCharsets.US_ASCII);

  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  private final SecretKey key;
  private final byte[] exchange;

  /**
   * @param keyingMaterial of {@link PairingParty#keyingMaterial}
   * @param exchange its identifier, bound to the box
   */
  PairingBox(byte[] keyingMaterial, String exchange) {
    this.exchange = exchange.getBytes(StandardCharsets.US_ASCII);
    try {
      key =
          KDF.getInstance("HKDF-SHA256")
              .deriveKey(
                  "AES",
                  HKDFParameterSpec.ofExtract()
                      .addIKM(keyingMaterial)
                      .addSalt(this.exchange)
                      .thenExpand(PURPOSE, 32));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK from 25 on has HKDF", e);
    }
  }

  /** Nonce, ciphertext and tag, one after the other. */
  byte[] seal(byte[] content, SecureRandom random) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce).doFinal(content);
      byte[] box = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
      System.arraycopy(sealed, 0, box, NONCE_BYTES, sealed.length);
      return box;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES-GCM", e);
    }
  }

  /**
   * @throws PairingException of kind REFUSED: it was not closed with this key
   */
  byte[] open(byte[] box) {
    if (box.length < NONCE_BYTES + TAG_BITS / 8) {
      throw new PairingException(Kind.REFUSED, "the answer of the server was changed on its way");
    }
    try {
      return cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(box, NONCE_BYTES))
          .doFinal(box, NONCE_BYTES, box.length - NONCE_BYTES);
    } catch (GeneralSecurityException e) {
      throw new PairingException(
          Kind.REFUSED, "the answer of the server was changed on its way", e);
    }
  }

  private Cipher cipher(int mode, byte[] nonce) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(exchange);
    return cipher;
  }
}
