package dev.clasp.security;

import java.math.BigInteger;

/** What the two sides send each other: the rounds of J-PAKE (RFC 8236 section 2.2 and 5). */
sealed interface PairingRound {

  /**
   * A Schnorr proof that the sender knows an exponent (RFC 8235): the commitment and the answer.
   */
  record Proof(BigInteger commitment, BigInteger answer) {
    BigInteger[] array() {
      return new BigInteger[] {commitment, answer};
    }
  }

  /**
   * Two ephemeral public keys.
   *
   * @param party who sends it: {@link PairingParty#CLIENT} or {@link PairingParty#SERVER} and a
   *     name
   */
  record First(String party, BigInteger gx1, BigInteger gx2, Proof proof1, Proof proof2)
      implements PairingRound {}

  /** The value that depends on the code. */
  record Second(BigInteger a, Proof proof) implements PairingRound {}

  /**
   * Proof that the sender has the same key.
   *
   * @param mac its bytes as a number with a sign, as the library has it
   */
  record Third(BigInteger mac) implements PairingRound {}
}
