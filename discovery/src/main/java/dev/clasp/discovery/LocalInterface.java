package dev.clasp.discovery;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A network interface of this machine that is up. Immutable.
 *
 * @param loopback reaches this machine only
 * @param multicast takes part in multicast
 */
record LocalInterface(String name, boolean loopback, boolean multicast, List<Net> nets) {

  /** Interfaces that are looked at: machines with containers may have thousands. */
  private static final int MOST = 64;

  /**
   * An address of ours and the network that it is in.
   *
   * @param prefix bits that all in this network share
   * @param broadcast of IPv4
   */
  record Net(InetAddress address, int prefix, Optional<InetAddress> broadcast) {

    boolean contains(InetAddress other) {
      byte[] ours = address.getAddress();
      byte[] theirs = other.getAddress();
      if (ours.length != theirs.length) {
        return false;
      }
      for (int i = 0; i < prefix; i++) {
        int bit = 0x80 >> i % 8;
        if (((ours[i / 8] ^ theirs[i / 8]) & bit) != 0) {
          return false;
        }
      }
      return true;
    }
  }

  LocalInterface {
    nets = List.copyOf(nets);
  }

  /** Whether an address is in a network of this interface, or is one that never leaves the link. */
  boolean near(InetAddress other) {
    return loopback
        ? other.isLoopbackAddress()
        : other.isLinkLocalAddress() || nets.stream().anyMatch(net -> net.contains(other));
  }

  boolean has(InetAddress address) {
    return nets.stream().anyMatch(net -> net.address().equals(address));
  }

  List<InetAddress> addresses(boolean ipv6) {
    return nets.stream()
        .map(Net::address)
        .filter(address -> address instanceof Inet4Address != ipv6)
        .toList();
  }

  /** Those that are up now; none if the system does not say. */
  static List<LocalInterface> all() {
    List<LocalInterface> all = new ArrayList<>();
    try {
      for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
        if (all.size() < MOST && each.isUp()) {
          all.add(of(each));
        }
      }
    } catch (SocketException e) {
      // One has gone while we looked; the next look shows what is left.
      return all;
    }
    return all;
  }

  private static LocalInterface of(NetworkInterface from) throws SocketException {
    List<Net> nets = new ArrayList<>();
    for (InterfaceAddress each : from.getInterfaceAddresses()) {
      int bits = 8 * each.getAddress().getAddress().length;
      int prefix = Math.clamp(each.getNetworkPrefixLength(), 0, bits);
      // A prefix of 0 is what some systems say when they do not know.
      nets.add(
          new Net(
              each.getAddress(),
              prefix == 0 ? bits : prefix,
              Optional.ofNullable(each.getBroadcast())));
    }
    return new LocalInterface(
        from.getName(),
        from.isLoopback(),
        from.supportsMulticast() && !from.isPointToPoint(),
        nets);
  }
}
