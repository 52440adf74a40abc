package dev.clasp.transport;

import dev.clasp.protocol.Bytes;
import io.netty.util.concurrent.FastThreadLocal;
import java.security.SecureRandom;

/** Masking keys that nobody can predict (RFC 6455 section 10.3), bought in bulk. One thread. */
final class MaskKeys {

  private static final SecureRandom RANDOM = new SecureRandom();

  private static final FastThreadLocal<MaskKeys> OF_THREAD =
      new FastThreadLocal<>() {
        @Override
        protected MaskKeys initialValue() {
          return new MaskKeys();
        }
      };

  private final byte[] pool = new byte[1024];
  private int at = pool.length;

  /** Those of the current thread, shared by all its connections. */
  static MaskKeys ofThread() {
    return OF_THREAD.get();
  }

  int next() {
    if (at == pool.length) {
      RANDOM.nextBytes(pool);
      at = 0;
    }
    at += 4;
    return Bytes.i32(pool, at - 4);
  }
}
