package dev.clasp.transport;

import dev.clasp.protocol.Bytes;
import java.security.SecureRandom;

/** Masking keys that nobody can predict (RFC 6455 section 10.3), bought in bulk. One thread. */
final class MaskKeys {

  private static final SecureRandom RANDOM = new SecureRandom();

  private final byte[] pool = new byte[1024];
  private int at = pool.length;

  int next() {
    if (at == pool.length) {
      RANDOM.nextBytes(pool);
      at = 0;
    }
    at += 4;
    return Bytes.i32(pool, at - 4);
  }
}
