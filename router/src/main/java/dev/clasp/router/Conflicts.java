package dev.clasp.router;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.CodecLimits;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.ValueLayout;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The conflict strategies other than last-write-wins (router.md 5.3). Stripe lock held.
 *
 * <p>Unlike the reference, max and min compare an int with a float by what they stand for, a stored
 * NaN gives way to any number, and merge merges.
 */
final class Conflicts {

  private Conflicts() {}

  /** Why the strategy of a stored parameter refuses this write, or null. */
  static @Nullable Refusal check(ConflictStrategy strategy, Address address, MessageView set) {
    return switch (strategy) {
      // Whoever holds the lock has been asked already.
      case LWW, LOCK, MERGE -> null;
      case MAX -> better(1, address, set) ? null : rejected("keeps its greatest value");
      case MIN -> better(-1, address, set) ? null : rejected("keeps its smallest value");
    };
  }

  private static boolean better(int wanted, Address address, MessageView set) {
    int type = set.valueType();
    if (!Numbers.isNumber(type) || !Numbers.isNumber(address.valueType)) {
      return true;
    }
    if (isNaN(set.buffer(), type, set.valueOffset())) {
      return false;
    }
    int order =
        Numbers.compare(set.buffer(), type, set.valueOffset(), address.value, address.valueType, 0);
    return order == wanted || order == Numbers.UNORDERED;
  }

  private static boolean isNaN(byte[] b, int type, int offset) {
    return Numbers.isFloat(type) && Double.isNaN(Numbers.doubleAt(b, type, offset));
  }

  private static Refusal rejected(String why) {
    return new Refusal(ErrorCode.BAD_REQUEST, "ConflictRejected: this parameter " + why);
  }

  /** The write is a map for a map that is merged. */
  static boolean merges(ConflictStrategy strategy, Address address, MessageView set) {
    return strategy == ConflictStrategy.MERGE
        && set.valueType() == ValueLayout.MAP
        && address.stored()
        && address.valueType == ValueLayout.MAP;
  }

  /**
   * The data of the stored map with the fields of the write put in: known fields keep their place,
   * new ones follow. Field values are copied as they are, widths included.
   */
  static byte[] merged(Address address, MessageView set) {
    Map<ByteBuffer, ByteBuffer> fields = new LinkedHashMap<>();
    putFields(fields, address.value, 0, address.valueLength);
    putFields(fields, set.buffer(), set.valueOffset(), set.valueOffset() + set.valueLength());
    int length = 2;
    for (Map.Entry<ByteBuffer, ByteBuffer> field : fields.entrySet()) {
      length += 2 + field.getKey().remaining() + field.getValue().remaining();
    }
    byte[] out = new byte[length];
    // A field takes three bytes at least, and whoever asks checks the length: it cannot exceed 16
    // bits.
    Bytes.putU16(out, 0, fields.size());
    ByteBuffer to = ByteBuffer.wrap(out, 2, length - 2);
    fields.forEach((key, value) -> {
      to.putShort((short) key.remaining());
      to.put(key.duplicate());
      to.put(value.duplicate());
    });
    return out;
  }

  /** Reads fields as key and tagged value. The bytes have been validated. */
  private static void putFields(
      Map<ByteBuffer, ByteBuffer> fields, byte[] b, int offset, int limit) {
    int count = Bytes.u16(b, offset);
    int at = offset + 2;
    for (int i = 0; i < count; i++) {
      int keyLength = Bytes.u16(b, at);
      int tag = at + 2 + keyLength;
      int end = ValueLayout.skip(b, b[tag], tag + 1, limit, CodecLimits.DEFAULT.valueDepth());
      fields.put(ByteBuffer.wrap(b, at + 2, keyLength), ByteBuffer.wrap(b, tag, end - tag));
      at = end;
    }
  }
}
