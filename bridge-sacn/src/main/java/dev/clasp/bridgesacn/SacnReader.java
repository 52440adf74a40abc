package dev.clasp.bridgesacn;

import dev.clasp.dmx.Dmx;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

/**
 * Reads packets. It looks at a datagram in place and makes no objects: what it says holds until the
 * next one. Not thread-safe.
 */
final class SacnReader {

  /** What a datagram is. */
  enum Kind {
    DATA,
    SYNC,
    DISCOVERY,
    /** Of ACN, but nothing that this standard describes: to be ignored. */
    OTHER,
    /** Not a packet, or a broken one. */
    BROKEN
  }

  private byte[] packet = {};
  private int count;
  private String problem = "";

  /** Reads the first bytes of the array, which must not change meanwhile. */
  Kind read(byte[] datagram, int length) {
    packet = datagram;
    if (length < Sacn.SYNC_UNIVERSE + 2 || !Sacn.begins(datagram)) {
      return broken("is no ACN packet");
    }
    int end = end(Sacn.ROOT, length);
    long vector = Sacn.getInt(packet, Sacn.ROOT_VECTOR);
    if (end < 0) {
      return broken("has a wrong length in its root layer");
    }
    if (end(Sacn.FRAMING, end) < 0) {
      return broken("has a wrong length in its framing layer");
    }
    long framing = Sacn.getInt(packet, Sacn.FRAMING_VECTOR);
    if (vector == Sacn.VECTOR_DATA) {
      return framing == Sacn.VECTOR_DATA_PACKET ? data(end(Sacn.FRAMING, end)) : Kind.OTHER;
    }
    if (vector == Sacn.VECTOR_EXTENDED) {
      int framed = end(Sacn.FRAMING, end);
      return framing == Sacn.VECTOR_SYNC
          ? sync(framed)
          : framing == Sacn.VECTOR_DISCOVERY ? discovery(framed) : Kind.OTHER;
    }
    return Kind.OTHER;
  }

  /** Where a layer ends; -1 if that is not within what there is. */
  private int end(int layer, int limit) {
    if (layer + 2 > limit) {
      return -1;
    }
    int field = Sacn.getShort(packet, layer);
    int end = layer + (field & Sacn.LENGTH_MASK);
    return (field & ~Sacn.LENGTH_MASK) == Sacn.FLAGS && end <= limit ? end : -1;
  }

  private Kind broken(String why) {
    problem = why;
    return Kind.BROKEN;
  }

  private Kind data(int framed) {
    int end = framed < Sacn.SLOTS ? -1 : end(Sacn.DMP, framed);
    if (end < Sacn.SLOTS) {
      return broken("is a data packet that is cut off");
    }
    if (Byte.toUnsignedInt(packet[Sacn.DMP_VECTOR]) != Sacn.VECTOR_DMP
        || Byte.toUnsignedInt(packet[Sacn.DMP_TYPE]) != Sacn.ADDRESS_AND_TYPE
        || Sacn.getShort(packet, Sacn.DMP_FIRST) != 0
        || Sacn.getShort(packet, Sacn.DMP_INCREMENT) != 1) {
      return broken("has a DMP layer that is not that of E1.31");
    }
    count = Sacn.getShort(packet, Sacn.DMP_COUNT);
    if (count < 1 || count > 513 || Sacn.START_CODE + count > end) {
      return broken("says " + count + " properties and has others");
    }
    if (priority() > Dmx.MAX_PRIORITY) {
      return broken("has the priority " + priority() + ", and 200 is the highest");
    }
    int universe = universe();
    return universe >= Sacn.MIN_UNIVERSE && universe <= Sacn.MAX_UNIVERSE
        ? Kind.DATA
        : broken("is for universe " + universe);
  }

  private Kind sync(int framed) {
    return framed >= Sacn.SYNC_UNIVERSE + 2
        ? Kind.SYNC
        : broken("is a sync packet that is cut off");
  }

  private Kind discovery(int framed) {
    int end = framed < Sacn.DISCOVERY_LIST ? -1 : end(Sacn.DISCOVERY, framed);
    if (end < Sacn.DISCOVERY_LIST
        || Sacn.getInt(packet, Sacn.DISCOVERY_VECTOR) != Sacn.VECTOR_LIST) {
      return broken("is a discovery packet that is cut off");
    }
    count = (end - Sacn.DISCOVERY_LIST) / 2;
    return count <= Sacn.PAGE ? Kind.DISCOVERY : broken("lists " + count + " universes in a page");
  }

  /** Why it is broken. */
  String problem() {
    return problem;
  }

  // --- what it says ------------------------------------------------------------------------------

  long cidHigh() {
    return Sacn.getLong(packet, Sacn.CID);
  }

  long cidLow() {
    return Sacn.getLong(packet, Sacn.CID + 8);
  }

  UUID cid() {
    return new UUID(cidHigh(), cidLow());
  }

  /** Of data and discovery; broken UTF-8 is replaced. */
  String sourceName() {
    int end = Sacn.NAME;
    while (end < Sacn.NAME + Sacn.NAME_LENGTH && packet[end] != 0) {
      end++;
    }
    return StandardCharsets.UTF_8
        .decode(ByteBuffer.wrap(packet, Sacn.NAME, end - Sacn.NAME))
        .toString()
        .strip();
  }

  /** Whether the name is still these bytes. */
  boolean nameIs(byte[] name) {
    return Arrays.equals(
        packet, Sacn.NAME, Sacn.NAME + Sacn.NAME_LENGTH, name, 0, Sacn.NAME_LENGTH);
  }

  byte[] nameBytes() {
    return Arrays.copyOfRange(packet, Sacn.NAME, Sacn.NAME + Sacn.NAME_LENGTH);
  }

  int priority() {
    return Byte.toUnsignedInt(packet[Sacn.PRIORITY]);
  }

  /** Of data: 0 for none. */
  int syncAddress() {
    return Sacn.getShort(packet, Sacn.SYNC_ADDRESS);
  }

  int sequence() {
    return Byte.toUnsignedInt(packet[Sacn.SEQUENCE]);
  }

  boolean preview() {
    return (packet[Sacn.OPTIONS] & Sacn.PREVIEW) != 0;
  }

  boolean terminated() {
    return (packet[Sacn.OPTIONS] & Sacn.TERMINATED) != 0;
  }

  boolean forceSync() {
    return (packet[Sacn.OPTIONS] & Sacn.FORCE_SYNC) != 0;
  }

  int universe() {
    return Sacn.getShort(packet, Sacn.UNIVERSE);
  }

  int startCode() {
    return Byte.toUnsignedInt(packet[Sacn.START_CODE]);
  }

  /** Slots of a data packet, which begin at {@link Sacn#SLOTS}. */
  int slots() {
    return count - 1;
  }

  /** Of a synchronisation packet. */
  int syncUniverse() {
    return Sacn.getShort(packet, Sacn.SYNC_UNIVERSE);
  }

  int syncSequence() {
    return Byte.toUnsignedInt(packet[Sacn.SYNC_SEQUENCE]);
  }

  int page() {
    return Byte.toUnsignedInt(packet[Sacn.DISCOVERY_PAGE]);
  }

  int lastPage() {
    return Byte.toUnsignedInt(packet[Sacn.DISCOVERY_LAST]);
  }

  /** Universes of a page of discovery. */
  int[] listed() {
    int[] listed = new int[count];
    for (int i = 0; i < count; i++) {
      listed[i] = Sacn.getShort(packet, Sacn.DISCOVERY_LIST + 2 * i);
    }
    return listed;
  }
}
