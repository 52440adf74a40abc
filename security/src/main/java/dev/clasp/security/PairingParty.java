package dev.clasp.security;

import dev.clasp.security.PairingException.Kind;
import dev.clasp.security.PairingRound.First;
import dev.clasp.security.PairingRound.Proof;
import dev.clasp.security.PairingRound.Second;
import dev.clasp.security.PairingRound.Third;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Optional;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.agreement.jpake.JPAKEParticipant;
import org.bouncycastle.crypto.agreement.jpake.JPAKEPrimeOrderGroups;
import org.bouncycastle.crypto.agreement.jpake.JPAKERound1Payload;
import org.bouncycastle.crypto.agreement.jpake.JPAKERound2Payload;
import org.bouncycastle.crypto.agreement.jpake.JPAKERound3Payload;
import org.bouncycastle.crypto.digests.SHA256Digest;

/**
 * One side of one J-PAKE exchange (RFC 8236): two parties that both know a short code agree on a
 * strong key, and whoever does not know it learns nothing but whether one guess was right.
 *
 * <p>The mathematics is Bouncy Castle's, in the group of 3072 bits with a prime order of 256 bits
 * and with SHA-256. It checks that what comes is a member of the group and that the sender knows
 * its exponents. The names of the parties are part of what the proofs are about; a client and a
 * server never have the same, so that nobody can be answered with an echo of their own messages.
 *
 * <p>Each call is for once, in this order: {@link #first()}, {@link #first(First)}, {@link
 * #second()}, {@link #second(Second)}, {@link #third()}, {@link #third(Third)}. Costs tens of
 * milliseconds: not for event loops. Not thread-safe.
 */
final class PairingParty {

  /** What the name of a client begins with. */
  static final String CLIENT = "client/";

  /** What the name of a server begins with. */
  static final String SERVER = "server/";

  /** Characters of a name. */
  static final int MAX_NAME = 64;

  /** Bits of the prime. */
  static final int BITS = 3072;

  private final JPAKEParticipant participant;
  private final String self;
  private String other = "";
  private BigInteger key = BigInteger.ZERO;

  PairingParty(String self, PairingCode code, SecureRandom random) {
    this.self = self;
    participant =
        new JPAKEParticipant(
            self,
            code.digits().toCharArray(),
            JPAKEPrimeOrderGroups.NIST_3072,
            new SHA256Digest(),
            random);
  }

  /** Why a name cannot be one; empty if it can. */
  static Optional<String> violation(String name) {
    if (name.isEmpty() || name.length() > MAX_NAME) {
      return Optional.of("a name has 1 to " + MAX_NAME + " characters");
    }
    // It is shown in logs and lists.
    return name.codePoints().noneMatch(Quoted::acts)
        ? Optional.empty()
        : Optional.of("a name has no control characters");
  }

  First first() {
    JPAKERound1Payload payload = participant.createRound1PayloadToSend();
    return new First(
        self,
        payload.getGx1(),
        payload.getGx2(),
        proof(payload.getKnowledgeProofForX1()),
        proof(payload.getKnowledgeProofForX2()));
  }

  /**
   * @throws PairingException of kind REFUSED: what came is no proper round
   */
  void first(First theirs) {
    try {
      participant.validateRound1PayloadReceived(
          new JPAKERound1Payload(
              theirs.party(),
              theirs.gx1(),
              theirs.gx2(),
              theirs.proof1().array(),
              theirs.proof2().array()));
      other = theirs.party();
    } catch (CryptoException | ArithmeticException e) {
      throw refused(e);
    }
  }

  Second second() {
    JPAKERound2Payload payload = participant.createRound2PayloadToSend();
    return new Second(payload.getA(), proof(payload.getKnowledgeProofForX2s()));
  }

  /**
   * @throws PairingException of kind REFUSED: what came is no proper round. It does not tell
   *     whether the other side knows the code
   */
  void second(Second theirs) {
    try {
      participant.validateRound2PayloadReceived(
          new JPAKERound2Payload(other, theirs.a(), theirs.proof().array()));
      key = participant.calculateKeyingMaterial();
    } catch (CryptoException | ArithmeticException e) {
      throw refused(e);
    }
  }

  Third third() {
    return new Third(participant.createRound3PayloadToSend(key).getMacTag());
  }

  /**
   * The library does not compare in constant time. Here that tells nothing: the key of the tag is
   * new in each exchange, and an exchange takes one tag.
   *
   * @throws PairingException of kind REFUSED: the other side has another code
   */
  void third(Third theirs) {
    try {
      participant.validateRound3PayloadReceived(new JPAKERound3Payload(other, theirs.mac()), key);
    } catch (CryptoException | ArithmeticException e) {
      throw refused(e);
    }
  }

  /** The other side's name without what all of its kind have in front. */
  String otherName() {
    return other.substring(other.indexOf('/') + 1);
  }

  /** What both sides have in common once the thirds fit: a member of the group, in full length. */
  byte[] keyingMaterial() {
    byte[] magnitude = key.toByteArray();
    byte[] fixed = new byte[BITS / 8];
    int length = Math.min(magnitude.length, fixed.length);
    System.arraycopy(magnitude, magnitude.length - length, fixed, fixed.length - length, length);
    return fixed;
  }

  private static Proof proof(BigInteger[] pair) {
    return new Proof(pair[0], pair[1]);
  }

  private static PairingException refused(Exception cause) {
    return new PairingException(
        Kind.REFUSED, "the code is wrong, or somebody disturbed the exchange", cause);
  }
}
