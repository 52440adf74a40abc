package dev.clasp.bridgesacn;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.UUID;

/** Numbers, names and layouts of ANSI E1.31-2018; octets are counted from the datagram's first. */
final class Sacn {

  /** 9.3.1. */
  static final int PORT = 5568;

  static final int MIN_UNIVERSE = 1;

  /** 6.2.7. */
  static final int MAX_UNIVERSE = 63_999;

  /** Where sources tell which universes they send (4.3). */
  static final int DISCOVERY_UNIVERSE = 64_214;

  /** A source that says nothing for so long is lost: 2.5 s (6.7.1). */
  static final long LOSS_NANOS = 2_500_000_000L;

  /** 10 s (12.2). */
  static final long DISCOVERY_NANOS = 10_000_000_000L;

  /** Octets of text in a source name, without the NUL at its end (6.2.2). */
  static final int MAX_NAME = 63;

  /** Universes of one page of a discovery packet (8.5). */
  static final int PAGE = 512;

  /** Of a list of all universes; pages are counted from 0. */
  static final int LAST_PAGE = (MAX_UNIVERSE - 1) / PAGE;

  /** The largest packet of any kind: a full page of universe discovery. */
  static final int MAX_PACKET = 120 + 2 * PAGE;

  static final int ROOT = 16;
  static final int ROOT_VECTOR = 18;
  static final int CID = 22;
  static final int FRAMING = 38;
  static final int FRAMING_VECTOR = 40;
  static final int NAME = 44;
  static final int NAME_LENGTH = 64;
  static final int PRIORITY = 108;
  static final int SYNC_ADDRESS = 109;
  static final int SEQUENCE = 111;
  static final int OPTIONS = 112;
  static final int UNIVERSE = 113;
  static final int DMP = 115;
  static final int DMP_VECTOR = 117;
  static final int DMP_TYPE = 118;
  static final int DMP_FIRST = 119;
  static final int DMP_INCREMENT = 121;
  static final int DMP_COUNT = 123;
  static final int START_CODE = 125;
  static final int SLOTS = 126;

  static final int SYNC_SEQUENCE = 44;
  static final int SYNC_UNIVERSE = 45;
  static final int SYNC_LENGTH = 49;

  static final int DISCOVERY = 112;
  static final int DISCOVERY_VECTOR = 114;
  static final int DISCOVERY_PAGE = 118;
  static final int DISCOVERY_LAST = 119;
  static final int DISCOVERY_LIST = 120;

  static final int VECTOR_DATA = 4;
  static final int VECTOR_EXTENDED = 8;
  static final int VECTOR_DATA_PACKET = 2;
  static final int VECTOR_SYNC = 1;
  static final int VECTOR_DISCOVERY = 2;
  static final int VECTOR_LIST = 1;
  static final int VECTOR_DMP = 2;
  static final int ADDRESS_AND_TYPE = 0xA1;

  static final int PREVIEW = 0x80;
  static final int TERMINATED = 0x40;

  /** Without synchronisation packets go on as if there were none. */
  static final int FORCE_SYNC = 0x20;

  static final int LENGTH_MASK = 0x0FFF;
  static final int FLAGS = 0x7000;

  private static final byte[] PREAMBLE = {
    0, 0x10, 0, 0, 'A', 'S', 'C', '-', 'E', '1', '.', '1', '7', 0, 0, 0
  };

  private Sacn() {}

  /** What every packet begins with. */
  static void begin(byte[] packet, UUID cid) {
    System.arraycopy(PREAMBLE, 0, packet, 0, PREAMBLE.length);
    putLong(packet, CID, cid.getMostSignificantBits());
    putLong(packet, CID + 8, cid.getLeastSignificantBits());
  }

  static boolean begins(byte[] packet) {
    for (int i = 0; i < PREAMBLE.length; i++) {
      if (packet[i] != PREAMBLE[i]) {
        return false;
      }
    }
    return true;
  }

  /** The group of a universe: 239.255.hh.ll, or ff18::8300:hhll (9.3.1, tables 9-10 and 9-12). */
  static InetAddress group(int universe, boolean six) {
    byte high = (byte) (universe >> 8);
    byte low = (byte) universe;
    byte[] bytes = {(byte) 239, (byte) 255, high, low};
    if (six) {
      bytes = new byte[16];
      bytes[0] = (byte) 0xFF;
      bytes[1] = 0x18;
      bytes[12] = (byte) 0x83;
      bytes[14] = high;
      bytes[15] = low;
    }
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      // Only for a wrong number of bytes.
      throw new IllegalStateException(e);
    }
  }

  static int getShort(byte[] packet, int at) {
    return Byte.toUnsignedInt(packet[at]) << 8 | Byte.toUnsignedInt(packet[at + 1]);
  }

  static long getInt(byte[] packet, int at) {
    return (long) getShort(packet, at) << 16 | getShort(packet, at + 2);
  }

  static long getLong(byte[] packet, int at) {
    return getInt(packet, at) << 32 | getInt(packet, at + 4);
  }

  static void putShort(byte[] packet, int at, int value) {
    packet[at] = (byte) (value >> 8);
    packet[at + 1] = (byte) value;
  }

  static void putInt(byte[] packet, int at, int value) {
    putShort(packet, at, value >> 16);
    putShort(packet, at + 2, value);
  }

  static void putLong(byte[] packet, int at, long value) {
    putInt(packet, at, (int) (value >> 32));
    putInt(packet, at + 4, (int) value);
  }
}
