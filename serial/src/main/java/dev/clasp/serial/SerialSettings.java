package dev.clasp.serial;

import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.transport.BareCoding;
import dev.clasp.transport.StreamCoding;
import dev.clasp.transport.StreamLink;
import dev.clasp.transport.TransportException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * A serial port and how the line is set. Immutable.
 *
 * <p>There are always eight data bits, because frames are made of whole bytes; and no XON/XOFF,
 * which would take two of the 256 bytes out of them.
 *
 * @param port {@code /dev/ttyUSB0}, {@code COM3}
 * @param baud bits a second on the line, 50 to 12,000,000
 * @param stopBits 1 or 2
 * @param framing how frames stand on the line
 * @param crc four bytes of CRC-32 (IEEE 802.3), big-endian, behind each frame; not with RAW
 */
public record SerialSettings(
    String port,
    int baud,
    Parity parity,
    int stopBits,
    Flow flow,
    SerialFraming framing,
    boolean crc) {

  /** The parity bit of each byte. */
  public enum Parity {
    NONE,
    ODD,
    EVEN,
    MARK,
    SPACE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How an end says that it cannot take more. */
  public enum Flow {
    NONE,
    /** By two wires. */
    RTSCTS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static final int MIN_BAUD = 50;
  static final int MAX_BAUD = 12_000_000;

  /** A frame whose rest does not come for so long is given up (transports.md 1.4). */
  private static final long STALL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** So that an answer of the usual size fits even at the slowest rate. */
  private static final int LEAST_HIGH_WATER = 256;

  public SerialSettings {
    if (port.isEmpty()
        || baud < MIN_BAUD
        || baud > MAX_BAUD
        || stopBits < 1
        || stopBits > 2
        || crc && framing == SerialFraming.RAW) {
      throw new IllegalArgumentException("no settings of a serial line");
    }
  }

  /** 115,200 baud, no parity, one stop bit, no flow control, bare frames: as the reference. */
  public static SerialSettings of(String port) {
    return new SerialSettings(port, 115_200, Parity.NONE, 1, Flow.NONE, SerialFraming.RAW, false);
  }

  /**
   * Reads {@code serial:/dev/ttyUSB0?baud=9600&framing=slip&crc=32}; {@code serial:} may be left
   * out.
   *
   * @throws TransportException of kind BAD_URL, with a sentence that names what there is to choose
   *     from
   */
  public static SerialSettings parse(String url) {
    return SerialUrl.parse(url);
  }

  /** The URL, with what is not the default. */
  @Override
  public String toString() {
    return SerialUrl.text(this);
  }

  // --- what follows from it ----------------------------------------------------------------------

  /** For one connection. */
  StreamCoding coding() {
    return switch (framing) {
      case RAW -> new BareCoding(FrameDescriptor.MAX_FRAME);
      case SLIP -> new SlipCoding(new Packet(FrameDescriptor.MAX_FRAME, crc));
      case COBS -> new CobsCoding(new Packet(FrameDescriptor.MAX_FRAME, crc));
    };
  }

  /** For one connection; looks for its beginning. */
  HelloFinder helloFinder() {
    return framing == SerialFraming.RAW ? new BareHelloFinder() : new PacketHelloFinder(coding());
  }

  /** Bits on the line for a byte. */
  private int bitsPerByte() {
    return 1 + 8 + (parity == Parity.NONE ? 0 : 1) + stopBits;
  }

  /** Bytes that the line carries in a tenth of a second. */
  int bytesPerTenth() {
    return baud / bitsPerByte() / 10;
  }

  StreamLink.Medium medium() {
    return new StreamLink.Medium(
        SerialScheme.NAME,
        FrameDescriptor.MAX_FRAME,
        Math.max(LEAST_HIGH_WATER, bytesPerTenth()),
        STALL_NANOS,
        TimeUnit.SECONDS.toNanos(1) * bitsPerByte() / baud);
  }
}
