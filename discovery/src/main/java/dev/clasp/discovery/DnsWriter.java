package dev.clasp.discovery;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A DNS message to bytes, with names compressed. */
final class DnsWriter {

  private static final int CLASS_IN = 1;
  private static final int TOP_BIT = 0x8000;
  private static final int POINTER = 0xC000;

  /** A pointer has 14 bits. */
  private static final int FARTHEST = 0x3FFF;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(512);
  private final Map<List<String>, Integer> places = new HashMap<>();
  private final boolean compressTargets;

  private DnsWriter(boolean compressTargets) {
    this.compressTargets = compressTargets;
  }

  static byte[] write(DnsMessage message) {
    return new DnsWriter(true).message(message);
  }

  /**
   * For those who do not know of multicast: the target of SRV as it is (RFC 6762 section 18.14).
   */
  static byte[] writePlain(DnsMessage message) {
    return new DnsWriter(false).message(message);
  }

  /** What a record says, with nothing compressed, as records are compared (section 8.2). */
  static byte[] data(DnsData data) {
    return rdata(data, new DnsWriter(false), false);
  }

  private byte[] message(DnsMessage message) {
    u16(message.id());
    u16(message.flags());
    u16(message.questions().size());
    u16(message.answers().size());
    u16(message.authorities().size());
    u16(message.additionals().size());
    for (DnsQuestion question : message.questions()) {
      name(question.name(), true);
      u16(question.type());
      u16(CLASS_IN | (question.unicast() ? TOP_BIT : 0));
    }
    message.answers().forEach(this::record);
    message.authorities().forEach(this::record);
    message.additionals().forEach(this::record);
    return out.toByteArray();
  }

  private void record(DnsRecord record) {
    name(record.name(), true);
    u16(record.type());
    u16(CLASS_IN | (record.flush() ? TOP_BIT : 0));
    u16((int) (record.ttl() >>> 16));
    u16((int) record.ttl());
    // Two bytes for the length come in front, which names further behind have to know.
    DnsWriter data = new DnsWriter(compressTargets);
    data.places.putAll(places);
    data.out.writeBytes(new byte[out.size() + 2]);
    int start = data.out.size();
    byte[] bytes = rdata(record.data(), data, true);
    places.putAll(data.places);
    u16(bytes.length - start);
    out.write(bytes, start, bytes.length - start);
  }

  private static byte[] rdata(DnsData data, DnsWriter to, boolean compress) {
    switch (data) {
      case DnsData.Pointer(DnsName target) -> to.name(target, compress);
      case DnsData.Service(int priority, int weight, int port, DnsName target) -> {
        to.u16(priority);
        to.u16(weight);
        to.u16(port);
        to.name(target, compress && to.compressTargets);
      }
      case DnsData.Text(List<String> strings) -> {
        if (strings.isEmpty()) {
          to.out.write(0);
        }
        strings.forEach(to::string);
      }
      case DnsData.Address(var address) -> to.out.writeBytes(address.getAddress());
      case DnsData.Existing(DnsName name, List<Integer> types) -> {
        to.name(name, compress);
        int length = types.isEmpty() ? 0 : types.getLast() / 8 + 1;
        byte[] bits = new byte[length];
        types.forEach(type -> bits[type / 8] |= (byte) (0x80 >> type % 8));
        if (length > 0) {
          to.out.write(0);
          to.out.write(length);
          to.out.writeBytes(bits);
        }
      }
      case DnsData.Other(int _, String bytes) ->
          to.out.writeBytes(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }
    return to.out.toByteArray();
  }

  private void string(String raw) {
    if (raw.length() > 255) {
      throw new IllegalArgumentException("a string has at most 255 bytes");
    }
    out.write(raw.length());
    out.writeBytes(raw.getBytes(StandardCharsets.ISO_8859_1));
  }

  private void name(DnsName name, boolean compress) {
    List<String> labels = name.labels();
    for (int i = 0; i < labels.size(); i++) {
      List<String> rest = labels.subList(i, labels.size());
      Integer place = places.get(rest);
      if (compress && place != null) {
        u16(POINTER | place);
        return;
      }
      if (place == null && out.size() <= FARTHEST) {
        places.put(List.copyOf(rest), out.size());
      }
      out.write(labels.get(i).length());
      out.writeBytes(labels.get(i).getBytes(StandardCharsets.ISO_8859_1));
    }
    out.write(0);
  }

  private void u16(int value) {
    out.write(value >>> 8);
    out.write(value);
  }
}
