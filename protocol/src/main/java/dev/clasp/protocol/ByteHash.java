package dev.clasp.protocol;

/**
 * A fast seeded 64-bit hash of a byte range: multiply-and-fold over eight bytes at a time, after
 * wyhash (Wang Yi, public domain). Not cryptographic; a random secret seed keeps strangers from
 * choosing keys that collide.
 *
 * <p>Both factors of every product that takes input are mixed with the seed. In wyhash one factor
 * is mixed with a public constant only: who sends that constant makes the product zero, and all
 * keys that continue from there collide under every seed.
 */
public final class ByteHash {

  private static final long P0 = 0xa0761d6478bd642fL;
  private static final long P1 = 0xe7037ed1a0b428dbL;
  private static final long P2 = 0x8ebc6af09c88c6e3L;

  private ByteHash() {}

  /** The hash of {@code length} bytes, 0 or more; all 64 bits are good. */
  public static long hash(byte[] b, int offset, int length, long seed) {
    long h = seed ^ P0;
    long k = fold(seed ^ P1, P2);
    int i = offset;
    int end = offset + length;
    for (; end - i > 16; i += 16) {
      h = fold(Bytes.i64(b, i) ^ k, Bytes.i64(b, i + 8) ^ h);
    }
    long low;
    long high;
    int rest = end - i;
    if (rest >= 8) {
      low = Bytes.i64(b, i);
      high = Bytes.i64(b, end - 8);
    } else if (rest >= 4) {
      low = Bytes.i32(b, i) & 0xFFFF_FFFFL;
      high = Bytes.i32(b, end - 4) & 0xFFFF_FFFFL;
    } else if (rest > 0) {
      low = Bytes.u8(b, i) << 16 | Bytes.u8(b, i + (rest >> 1)) << 8 | Bytes.u8(b, end - 1);
      high = 0;
    } else {
      low = 0;
      high = 0;
    }
    return fold(P1 ^ length, fold(low ^ k, high ^ h));
  }

  private static long fold(long a, long b) {
    return a * b ^ Math.unsignedMultiplyHigh(a, b);
  }
}
