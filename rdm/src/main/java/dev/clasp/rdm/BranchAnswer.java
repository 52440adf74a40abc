package dev.clasp.rdm;

import java.util.Optional;

/**
 * What devices answer to DISC_UNIQUE_BRANCH (E1.20 section 7.5): not a message but an encoded UID
 * without a START Code, made so that a collision of several is noticed.
 */
public final class BranchAnswer {

  /** With all seven octets of the preamble. */
  public static final int OCTETS = 24;

  private static final int PREAMBLE = 0xFE;
  private static final int MAX_PREAMBLE = 7;
  private static final int SEPARATOR = 0xAA;
  private static final int ENCODED = 16;
  private static final int ODD = 0xAA;
  private static final int EVEN = 0x55;

  private BranchAnswer() {}

  public static byte[] encode(Uid uid) {
    byte[] out = new byte[OCTETS];
    java.util.Arrays.fill(out, 0, MAX_PREAMBLE, (byte) PREAMBLE);
    out[MAX_PREAMBLE] = (byte) SEPARATOR;
    byte[] plain = new byte[Uid.OCTETS];
    uid.write(plain, 0);
    int at = MAX_PREAMBLE + 1;
    int sum = 0;
    for (byte each : plain) {
      sum += put(out, at, each & 0xFF);
      at += 2;
    }
    put(out, at, sum >>> 8 & 0xFF);
    put(out, at + 2, sum & 0xFF);
    return out;
  }

  private static int put(byte[] out, int at, int octet) {
    out[at] = (byte) (octet | ODD);
    out[at + 1] = (byte) (octet | EVEN);
    return (octet | ODD) + (octet | EVEN);
  }

  /** Whose it is; empty if several have spoken at once, or noise did. */
  public static Optional<Uid> decode(byte[] b) {
    int at = 0;
    while (at < b.length && at < MAX_PREAMBLE && (b[at] & 0xFF) == PREAMBLE) {
      at++;
    }
    if (at >= b.length || (b[at] & 0xFF) != SEPARATOR || b.length - at - 1 < ENCODED) {
      return Optional.empty();
    }
    at++;
    byte[] plain = new byte[Uid.OCTETS];
    int sum = 0;
    for (int i = 0; i < Uid.OCTETS; i++) {
      int first = b[at + 2 * i] & 0xFF;
      int second = b[at + 2 * i + 1] & 0xFF;
      if ((first & ODD) != ODD || (second & EVEN) != EVEN) {
        return Optional.empty();
      }
      plain[i] = (byte) (first & second);
      sum += first + second;
    }
    int end = at + 2 * Uid.OCTETS;
    int high = b[end] & b[end + 1] & 0xFF;
    int low = b[end + 2] & b[end + 3] & 0xFF;
    Uid uid = Uid.read(plain, 0);
    return (sum & 0xFFFF) == (high << 8 | low) && !uid.isBroadcast()
        ? Optional.of(uid)
        : Optional.empty();
  }
}
