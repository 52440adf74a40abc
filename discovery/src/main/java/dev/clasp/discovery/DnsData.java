package dev.clasp.discovery;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;

/** What a record says. Bytes are kept as strings with a character for each. Immutable. */
sealed interface DnsData {

  int A = 1;
  int PTR = 12;
  int TXT = 16;
  int AAAA = 28;
  int SRV = 33;
  int NSEC = 47;

  /** Of questions only. */
  int ANY = 255;

  int type();

  record Pointer(DnsName target) implements DnsData {
    @Override
    public int type() {
      return PTR;
    }
  }

  /** Where a service is (RFC 2782). */
  record Service(int priority, int weight, int port, DnsName target) implements DnsData {
    @Override
    public int type() {
      return SRV;
    }
  }

  /** Strings of at most 255 bytes. */
  record Text(List<String> strings) implements DnsData {
    public Text {
      strings = List.copyOf(strings);
    }

    @Override
    public int type() {
      return TXT;
    }
  }

  record Address(InetAddress address) implements DnsData {
    @Override
    public int type() {
      return address instanceof Inet4Address ? A : AAAA;
    }
  }

  /** These types are there for the name, below 256, and no others (RFC 6762 section 6.1). */
  record Existing(DnsName name, List<Integer> types) implements DnsData {
    public Existing {
      types = types.stream().filter(type -> type > 0 && type < 256).sorted().distinct().toList();
    }

    @Override
    public int type() {
      return NSEC;
    }
  }

  /** Of a type that we have no use for. */
  record Other(int type, String bytes) implements DnsData {}
}
