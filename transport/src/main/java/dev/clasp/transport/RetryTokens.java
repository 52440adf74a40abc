package dev.clasp.transport;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicTokenHandler;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Lets peers show that they receive what is sent to their address, without keeping anything of them
 * (RFC 9000 section 8.1.2): a token goes there in a Retry packet and must come back in time. It is
 * signed with a key that never leaves the process.
 *
 * <p>Layout: when it ends, in milliseconds of our clock (8); HMAC-SHA-256 over that, the address,
 * the port and the connection id, cut to half (16); the connection id that the peer chose at first
 * (0 to 20). One thread.
 */
final class RetryTokens implements QuicTokenHandler {

  /** For a round trip and the peer's patience. */
  static final long VALID_MILLIS = 10_000;

  private static final int TIME = 8;
  private static final int SIGNATURE = 16;
  private static final int FIXED = TIME + SIGNATURE;
  private static final int KEY = 32;

  private final Mac mac;
  private final LongSupplier nanos;
  private final BooleanSupplier wanted;
  private final BooleanSupplier room;

  /**
   * @param nanos a monotonic clock
   * @param wanted must a new peer show where it is?
   * @param room is there room for one that has?
   */
  RetryTokens(LongSupplier nanos, BooleanSupplier wanted, BooleanSupplier room) {
    this.nanos = nanos;
    this.wanted = wanted;
    this.room = room;
    byte[] key = new byte[KEY];
    new SecureRandom().nextBytes(key);
    try {
      mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
    } catch (GeneralSecurityException e) {
      // Every Java platform has it.
      throw new IllegalStateException(e);
    }
  }

  private long now() {
    return TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong());
  }

  @Override
  public boolean writeToken(ByteBuf out, ByteBuf dcid, InetSocketAddress address) {
    if (!wanted.getAsBoolean()) {
      return false;
    }
    byte[] id = new byte[dcid.readableBytes()];
    dcid.getBytes(dcid.readerIndex(), id);
    long end = now() + VALID_MILLIS;
    out.writeLong(end).writeBytes(signature(end, address, id)).writeBytes(id);
    return true;
  }

  @Override
  public int validateToken(ByteBuf token, InetSocketAddress address) {
    int length = token.readableBytes();
    if (length < FIXED || length > maxTokenLength() || !room.getAsBoolean()) {
      return -1;
    }
    byte[] b = new byte[length];
    token.getBytes(token.readerIndex(), b);
    long end = ByteBuffer.wrap(b).getLong();
    byte[] expected = signature(end, address, Arrays.copyOfRange(b, FIXED, length));
    boolean genuine = MessageDigest.isEqual(expected, Arrays.copyOfRange(b, TIME, FIXED));
    return genuine && end - now() >= 0 ? FIXED : -1;
  }

  private byte[] signature(long end, InetSocketAddress address, byte[] id) {
    byte[] ip = address.getAddress().getAddress();
    mac.update(
        ByteBuffer.allocate(TIME + Integer.BYTES + Integer.BYTES)
            .putLong(end)
            .putInt(address.getPort())
            // So that no part can be taken for another.
            .putInt(ip.length)
            .array());
    mac.update(ip);
    return Arrays.copyOf(mac.doFinal(id), SIGNATURE);
  }

  @Override
  public int maxTokenLength() {
    return FIXED + Quic.MAX_CONN_ID_LEN;
  }
}
