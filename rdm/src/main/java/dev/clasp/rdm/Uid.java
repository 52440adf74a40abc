package dev.clasp.rdm;

import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Unique identifier of a device (E1.20 section 5): 16 bits of the manufacturer, 32 of the device.
 * Ordered as discovery searches them.
 *
 * @param value 0 to 2^48-1
 */
public record Uid(long value) implements Comparable<Uid> {

  /** On the wire. */
  public static final int OCTETS = 6;

  private static final long MAX = 0xFFFF_FFFF_FFFFL;
  private static final long DEVICE_MASK = 0xFFFF_FFFFL;
  private static final int DEVICE_BITS = 32;
  private static final Pattern TEXT = Pattern.compile("([0-9A-Fa-f]{4}):?([0-9A-Fa-f]{8})");

  /** Everybody. */
  public static final Uid BROADCAST = new Uid(MAX);

  /** The highest that a device may have. */
  public static final Uid HIGHEST = new Uid(MAX - 1);

  public static final Uid LOWEST = new Uid(0);

  public Uid {
    if (value < 0 || value > MAX) {
      throw new RdmException("a UID has 48 bits");
    }
  }

  public static Uid of(int manufacturer, long device) {
    return new Uid((long) (manufacturer & 0xFFFF) << DEVICE_BITS | device & DEVICE_MASK);
  }

  /**
   * Reads {@code 7a70:00000001}.
   *
   * @throws RdmException it is something else
   */
  public static Uid parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new RdmException("a UID looks like 7a70:00000001, not " + text);
    }
    return of(
        HexFormat.fromHexDigits(matcher.group(1)), HexFormat.fromHexDigitsToLong(matcher.group(2)));
  }

  /** From six octets. */
  public static Uid read(byte[] bytes, int offset) {
    return new Uid(Octets.u48(bytes, offset));
  }

  /** Six octets, the manufacturer first. */
  public void write(byte[] out, int offset) {
    for (int i = 0; i < OCTETS; i++) {
      out[offset + i] = (byte) (value >>> Byte.SIZE * (OCTETS - 1 - i));
    }
  }

  public int manufacturer() {
    return (int) (value >>> DEVICE_BITS);
  }

  public long device() {
    return value & DEVICE_MASK;
  }

  /** Is it for everybody, or for everybody of one manufacturer? Nobody answers such a one. */
  public boolean isBroadcast() {
    return device() == DEVICE_MASK;
  }

  /** Does a message to this UID concern that device? */
  public boolean concerns(Uid device) {
    return equals(device)
        || equals(BROADCAST)
        || isBroadcast() && manufacturer() == device.manufacturer();
  }

  @Override
  public int compareTo(Uid other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return HexFormat.of().toHexDigits((short) manufacturer())
        + ":"
        + HexFormat.of().toHexDigits((int) device());
  }
}
