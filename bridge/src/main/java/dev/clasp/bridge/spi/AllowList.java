package dev.clasp.bridge.spi;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** Addresses that may send. Immutable. */
public final class AllowList {

  private record Network(byte[] address, int bits) {
    boolean contains(byte[] other) {
      if (other.length != address.length) {
        return false;
      }
      for (int bit = 0; bit < bits; bit += Byte.SIZE) {
        int mask = bits - bit >= Byte.SIZE ? 0xFF : 0xFF << (Byte.SIZE - (bits - bit));
        if (((address[bit / Byte.SIZE] ^ other[bit / Byte.SIZE]) & mask) != 0) {
          return false;
        }
      }
      return true;
    }
  }

  private final List<Network> networks;

  private AllowList(List<Network> networks) {
    this.networks = List.copyOf(networks);
  }

  /** {@code 192.168.1.7}, {@code 192.168.1.0/24}, {@code fe80::/10}; none for everybody. */
  public static AllowList parse(List<String> texts) {
    List<Network> networks = new ArrayList<>();
    for (String text : texts) {
      String[] parts = text.split("/", -1);
      try {
        byte[] address = InetAddress.ofLiteral(parts[0]).getAddress();
        int most = address.length * Byte.SIZE;
        int bits = parts.length == 1 ? most : Integer.parseInt(parts[1]);
        if (parts.length > 2 || bits < 0 || bits > most) {
          throw new IllegalArgumentException(text);
        }
        networks.add(new Network(address, bits));
      } catch (IllegalArgumentException e) {
        throw BridgeException.lasting(
            "allow has addresses and networks like 192.168.1.0/24, not " + text);
      }
    }
    return new AllowList(networks);
  }

  public boolean allows(InetAddress address) {
    if (networks.isEmpty()) {
      return true;
    }
    byte[] bytes = address.getAddress();
    return networks.stream().anyMatch(network -> network.contains(bytes));
  }
}
