package dev.clasp.discovery;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where multicast DNS is spoken. Immutable.
 *
 * @param interfaces names of those to use; empty = all that are up and take part in multicast
 * @param only the one address to announce, on the interface that has it; empty = all addresses
 * @param ipv6 announce and use IPv6 where there is IPv4 too. Published clients pick an address at
 *     random and cannot use IPv6 (discovery.md 2.5 item 5); where there is no IPv4, IPv6 is used
 *     anyway
 * @param look how often it is looked whether interfaces or addresses have changed
 */
public record MdnsNetwork(
    Set<String> interfaces, Optional<InetAddress> only, boolean ipv6, Duration look) {

  /** All interfaces, looked at every 2 s, IPv4 where there is IPv4. */
  public static final MdnsNetwork ALL =
      new MdnsNetwork(Set.of(), Optional.empty(), false, Duration.ofSeconds(2));

  public MdnsNetwork {
    interfaces = Set.copyOf(interfaces);
    if (!look.isPositive()) {
      throw new IllegalArgumentException("look must be more than 0");
    }
  }

  public MdnsNetwork withInterfaces(Set<String> value) {
    return new MdnsNetwork(value, only, ipv6, look);
  }

  public MdnsNetwork withOnly(InetAddress value) {
    return new MdnsNetwork(interfaces, Optional.of(value), ipv6, look);
  }

  public MdnsNetwork withIpv6(boolean value) {
    return new MdnsNetwork(interfaces, only, value, look);
  }

  public MdnsNetwork withLook(Duration value) {
    return new MdnsNetwork(interfaces, only, ipv6, value);
  }

  /** Addresses that are announced on an interface; none if it is not used. */
  List<InetAddress> addresses(LocalInterface local) {
    boolean used =
        local.multicast()
            && !local.loopback()
            && (interfaces.isEmpty() || interfaces.contains(local.name()));
    if (!used) {
      return List.of();
    }
    if (only.isPresent()) {
      return local.has(only.get()) ? List.of(only.get()) : List.of();
    }
    List<InetAddress> ipv4 = local.addresses(false);
    if (ipv4.isEmpty()) {
      return local.addresses(true);
    }
    return ipv6 ? Stream.concat(ipv4.stream(), local.addresses(true).stream()).toList() : ipv4;
  }
}
