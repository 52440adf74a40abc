package dev.clasp.discovery;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Bytes to a DNS message (RFC 1035 section 4, RFC 6762 section 18). Every read is checked; a
 * pointer of a compressed name must go back, so no name is endless; counts do not allocate.
 */
final class DnsReader {

  /** Questions, and records: more is in no honest packet of 9,000 bytes. */
  private static final int MOST = 400;

  private static final int CLASS_IN = 1;
  private static final int CLASS_ANY = 255;
  private static final int TOP_BIT = 0x8000;

  private final byte[] b;
  private final int limit;
  private int at;

  private DnsReader(byte[] b, int length) {
    this.b = b;
    this.limit = length;
  }

  /**
   * Reads a message. Questions and records of other classes are left out.
   *
   * @throws DnsFormatException whatever is wrong with the bytes
   */
  static DnsMessage read(byte[] b, int length) {
    return new DnsReader(b, length).message();
  }

  private DnsMessage message() {
    int id = u16();
    int flags = u16();
    int questions = u16();
    int answers = u16();
    int authorities = u16();
    int additionals = u16();
    if (questions > MOST || answers + authorities + additionals > MOST) {
      throw new DnsFormatException("too many questions or records");
    }
    return new DnsMessage(
        id,
        flags,
        questions(questions),
        records(answers),
        records(authorities),
        records(additionals));
  }

  private List<DnsQuestion> questions(int count) {
    List<DnsQuestion> questions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      DnsName name = name();
      int type = u16();
      int kind = u16();
      if ((kind & ~TOP_BIT) == CLASS_IN || (kind & ~TOP_BIT) == CLASS_ANY) {
        questions.add(new DnsQuestion(name, type, (kind & TOP_BIT) != 0));
      }
    }
    return questions;
  }

  private List<DnsRecord> records(int count) {
    List<DnsRecord> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      DnsName name = name();
      int type = u16();
      int kind = u16();
      long ttl = (long) u16() << 16 | u16();
      int length = u16();
      require(length);
      int end = at + length;
      if ((kind & ~TOP_BIT) == CLASS_IN) {
        records.add(new DnsRecord(name, (kind & TOP_BIT) != 0, ttl, data(type, end)));
      }
      at = end;
    }
    return records;
  }

  private DnsData data(int type, int end) {
    DnsData data =
        switch (type) {
          case DnsData.PTR -> new DnsData.Pointer(name());
          case DnsData.SRV -> new DnsData.Service(u16(), u16(), u16(), name());
          case DnsData.TXT -> new DnsData.Text(strings(end));
          case DnsData.A -> new DnsData.Address(address(end, 4));
          case DnsData.AAAA -> new DnsData.Address(address(end, 16));
          case DnsData.NSEC -> existing(end);
          default -> new DnsData.Other(type, raw(end - at));
        };
    if (at > end) {
      throw new DnsFormatException("a record is longer than it says");
    }
    return data;
  }

  private List<String> strings(int end) {
    List<String> strings = new ArrayList<>();
    while (at < end) {
      String string = raw(u8());
      // An empty one is how a record without any is written (RFC 6763 section 6.1).
      if (!string.isEmpty()) {
        strings.add(string);
      }
    }
    return strings;
  }

  private InetAddress address(int end, int length) {
    if (end - at != length) {
      throw new DnsFormatException("an address of " + (end - at) + " bytes");
    }
    byte[] bytes = raw(length).getBytes(StandardCharsets.ISO_8859_1);
    try {
      // The other factory makes an IPv4 address of an IPv6 one that stands for it.
      return length == 4
          ? InetAddress.getByAddress(bytes)
          : Inet6Address.getByAddress(null, bytes, -1);
    } catch (UnknownHostException e) {
      throw new DnsFormatException("an address of " + length + " bytes");
    }
  }

  /** Only the first block of types; there are no others that concern anybody here. */
  private DnsData existing(int end) {
    DnsName next = name();
    List<Integer> types = new ArrayList<>();
    while (at < end) {
      int block = u8();
      String bits = raw(u8());
      for (int i = 0; block == 0 && i < 8 * Math.min(32, bits.length()); i++) {
        if ((bits.charAt(i / 8) & 0x80 >> i % 8) != 0) {
          types.add(i);
        }
      }
    }
    return new DnsData.Existing(next, types);
  }

  private DnsName name() {
    List<String> labels = new ArrayList<>();
    int length = 1;
    int behind = -1;
    int lowest = at;
    while (true) {
      int head = u8();
      if (head == 0) {
        break;
      }
      switch (head >> 6) {
        case 0 -> {
          length += 1 + head;
          if (length > DnsName.LONGEST) {
            throw new DnsFormatException("a name is too long");
          }
          labels.add(raw(head));
        }
        case 3 -> {
          int target = (head & 0x3F) << 8 | u8();
          if (target >= lowest) {
            throw new DnsFormatException("a name that does not point back");
          }
          if (behind < 0) {
            behind = at;
          }
          lowest = target;
          at = target;
        }
        default -> throw new DnsFormatException("an unknown kind of label");
      }
    }
    if (behind >= 0) {
      at = behind;
    }
    return DnsName.ofLabels(labels);
  }

  private String raw(int length) {
    require(length);
    at += length;
    return new String(b, at - length, length, StandardCharsets.ISO_8859_1);
  }

  private int u8() {
    require(1);
    return b[at++] & 0xFF;
  }

  private int u16() {
    return u8() << 8 | u8();
  }

  private void require(int n) {
    if (n > limit - at) {
      throw new DnsFormatException("cut off: " + n + " bytes needed, " + (limit - at) + " there");
    }
  }
}
