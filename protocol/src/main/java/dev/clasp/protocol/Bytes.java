package dev.clasp.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Big-endian access to byte arrays. No bounds checks beyond those of the array: callers check
 * first.
 *
 * <p>VarHandle views compile to single moves; the array check is the only cost.
 */
public final class Bytes {

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private Bytes() {}

  /** Unsigned 8-bit. */
  public static int u8(byte[] b, int offset) {
    return b[offset] & 0xFF;
  }

  /** Unsigned 16-bit. */
  public static int u16(byte[] b, int offset) {
    return (short) SHORT.get(b, offset) & 0xFFFF;
  }

  /** 32 bits. */
  public static int i32(byte[] b, int offset) {
    return (int) INT.get(b, offset);
  }

  /** 64 bits. */
  public static long i64(byte[] b, int offset) {
    return (long) LONG.get(b, offset);
  }

  public static void putU8(byte[] b, int offset, int value) {
    b[offset] = (byte) value;
  }

  public static void putU16(byte[] b, int offset, int value) {
    SHORT.set(b, offset, (short) value);
  }

  public static void putI32(byte[] b, int offset, int value) {
    INT.set(b, offset, value);
  }

  public static void putI64(byte[] b, int offset, long value) {
    LONG.set(b, offset, value);
  }
}
