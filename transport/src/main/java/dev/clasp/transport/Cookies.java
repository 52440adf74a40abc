package dev.clasp.transport;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What an address is asked to send back as proof that it receives what is sent to it. Nothing is
 * kept for that: the upper 16 bits are the second in which the cookie was made, the lower 48 are an
 * HMAC over it and the address, with a secret of this process. One thread.
 */
final class Cookies {

  /** As long as a cookie is good. */
  static final int SECONDS = 10;

  private static final String ALGORITHM = "HmacSHA256";
  private static final long MAC_BITS = 0xFFFF_FFFF_FFFFL;

  private final Mac mac;
  private final LongSupplier nanos;

  /**
   * @param nanos a monotonic clock
   */
  Cookies(SecureRandom random, LongSupplier nanos) {
    byte[] secret = new byte[32];
    random.nextBytes(secret);
    try {
      mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret, ALGORITHM));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
    this.nanos = nanos;
  }

  long make(InetSocketAddress address) {
    return make(address, now());
  }

  boolean good(InetSocketAddress address, long cookie) {
    int second = (int) (cookie >>> 48);
    int age = now() - second & 0xFFFF;
    return age <= SECONDS && cookie == make(address, second);
  }

  /** Was the one made after the other? Both good at some time within a few hours. */
  static boolean newer(long cookie, long other) {
    return (short) ((cookie >>> 48) - (other >>> 48)) > 0;
  }

  private int now() {
    return (int) TimeUnit.NANOSECONDS.toSeconds(nanos.getAsLong()) & 0xFFFF;
  }

  private long make(InetSocketAddress address, int second) {
    mac.update((byte) (second >> 8));
    mac.update((byte) second);
    mac.update((byte) (address.getPort() >> 8));
    mac.update((byte) address.getPort());
    byte[] sum = mac.doFinal(address.getAddress().getAddress());
    return (long) second << 48 | ByteBuffer.wrap(sum).getLong() & MAC_BITS;
  }
}
