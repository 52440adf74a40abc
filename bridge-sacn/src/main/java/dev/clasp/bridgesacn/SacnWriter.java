package dev.clasp.bridgesacn;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/** Writes packets of one source. Each method writes into an array that the caller owns. */
final class SacnWriter {

  private final UUID cid;
  private final byte[] name;

  /**
   * @param name at most 63 octets of UTF-8
   */
  SacnWriter(UUID cid, String name) {
    this.cid = cid;
    this.name = name.getBytes(StandardCharsets.UTF_8);
    if (this.name.length > Sacn.MAX_NAME) {
      throw new IllegalArgumentException("a source name has at most 63 octets");
    }
  }

  /**
   * A data packet without what changes from frame to frame.
   *
   * @param count slots
   */
  byte[] data(int universe, int count, int priority, int syncAddress, int startCode) {
    byte[] packet = new byte[Sacn.SLOTS + count];
    Sacn.begin(packet, cid);
    length(packet, Sacn.ROOT, packet.length);
    Sacn.putInt(packet, Sacn.ROOT_VECTOR, Sacn.VECTOR_DATA);
    length(packet, Sacn.FRAMING, packet.length);
    Sacn.putInt(packet, Sacn.FRAMING_VECTOR, Sacn.VECTOR_DATA_PACKET);
    System.arraycopy(name, 0, packet, Sacn.NAME, name.length);
    packet[Sacn.PRIORITY] = (byte) priority;
    Sacn.putShort(packet, Sacn.SYNC_ADDRESS, syncAddress);
    Sacn.putShort(packet, Sacn.UNIVERSE, universe);
    length(packet, Sacn.DMP, packet.length);
    packet[Sacn.DMP_VECTOR] = Sacn.VECTOR_DMP;
    packet[Sacn.DMP_TYPE] = (byte) Sacn.ADDRESS_AND_TYPE;
    Sacn.putShort(packet, Sacn.DMP_INCREMENT, 1);
    Sacn.putShort(packet, Sacn.DMP_COUNT, count + 1);
    packet[Sacn.START_CODE] = (byte) startCode;
    return packet;
  }

  /** Puts into a data packet what changes. */
  static void frame(byte[] packet, byte[] slots, int sequence, int options) {
    packet[Sacn.SEQUENCE] = (byte) sequence;
    packet[Sacn.OPTIONS] = (byte) options;
    System.arraycopy(slots, 0, packet, Sacn.SLOTS, packet.length - Sacn.SLOTS);
  }

  /** A synchronisation packet. */
  byte[] sync(int syncAddress, int sequence) {
    byte[] packet = new byte[Sacn.SYNC_LENGTH];
    Sacn.begin(packet, cid);
    length(packet, Sacn.ROOT, packet.length);
    Sacn.putInt(packet, Sacn.ROOT_VECTOR, Sacn.VECTOR_EXTENDED);
    length(packet, Sacn.FRAMING, packet.length);
    Sacn.putInt(packet, Sacn.FRAMING_VECTOR, Sacn.VECTOR_SYNC);
    packet[Sacn.SYNC_SEQUENCE] = (byte) sequence;
    Sacn.putShort(packet, Sacn.SYNC_UNIVERSE, syncAddress);
    return packet;
  }

  /**
   * A page of universe discovery.
   *
   * @param universes all, in order
   */
  byte[] discovery(List<Integer> universes, int page) {
    int first = page * Sacn.PAGE;
    int count = Math.min(Sacn.PAGE, universes.size() - first);
    byte[] packet = new byte[Sacn.DISCOVERY_LIST + 2 * count];
    Sacn.begin(packet, cid);
    length(packet, Sacn.ROOT, packet.length);
    Sacn.putInt(packet, Sacn.ROOT_VECTOR, Sacn.VECTOR_EXTENDED);
    length(packet, Sacn.FRAMING, packet.length);
    Sacn.putInt(packet, Sacn.FRAMING_VECTOR, Sacn.VECTOR_DISCOVERY);
    System.arraycopy(name, 0, packet, Sacn.NAME, name.length);
    length(packet, Sacn.DISCOVERY, packet.length);
    Sacn.putInt(packet, Sacn.DISCOVERY_VECTOR, Sacn.VECTOR_LIST);
    packet[Sacn.DISCOVERY_PAGE] = (byte) page;
    packet[Sacn.DISCOVERY_LAST] = (byte) (pages(universes) - 1);
    for (int i = 0; i < count; i++) {
      Sacn.putShort(packet, Sacn.DISCOVERY_LIST + 2 * i, universes.get(first + i));
    }
    return packet;
  }

  /** How many pages a list needs; one also for nothing. */
  static int pages(List<Integer> universes) {
    return Math.max(1, (universes.size() + Sacn.PAGE - 1) / Sacn.PAGE);
  }

  private static void length(byte[] packet, int layer, int end) {
    Sacn.putShort(packet, layer, Sacn.FLAGS | end - layer);
  }
}
