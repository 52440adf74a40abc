package dev.clasp.discovery;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What others in the network can connect to: URLs with addresses of this machine. */
public final class ReachableUrls {

  /** Up to the host, the host, and the rest. */
  private static final Pattern URL =
      Pattern.compile("([a-z0-9+.-]+://)(\\[[^\\]]*]|[^/:?#]*)(.*)", Pattern.CASE_INSENSITIVE);

  /** Networks inside this machine, which nobody else is in. */
  private static final Pattern INSIDE =
      Pattern.compile("(docker|veth|br-|virbr|cni|podman|lxc|vmnet|vboxnet).*");

  private ReachableUrls() {}

  /**
   * The URLs of a listener as others reach it, the best first. Those of a listener that only this
   * machine reaches, or that has one address, stay as they are.
   *
   * @param bound where it listens
   */
  public static List<String> of(InetSocketAddress bound, List<String> urls) {
    InetAddress address = bound.getAddress();
    return address != null && address.isAnyLocalAddress() ? with(addresses(), urls) : urls;
  }

  static List<String> with(List<InetAddress> addresses, List<String> urls) {
    if (addresses.isEmpty()) {
      return urls;
    }
    List<String> all = new ArrayList<>();
    for (InetAddress address : addresses) {
      String text = address.getHostAddress();
      String host = text.contains(":") ? "[" + text.replaceFirst("%.*", "") + "]" : text;
      for (String url : urls) {
        Matcher parts = URL.matcher(url);
        if (parts.matches()) {
          all.add(parts.group(1) + host + parts.group(3));
        }
      }
    }
    return List.copyOf(all);
  }

  /**
   * Addresses of this machine that others may reach: IPv4 before IPv6, networks of others before
   * those inside this machine. No loopback and no link-local ones.
   */
  public static List<InetAddress> addresses() {
    record Candidate(InetAddress address, boolean inside) {}
    List<Candidate> candidates = new ArrayList<>();
    try {
      for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
        if (network.isUp() && !network.isLoopback()) {
          boolean inside = INSIDE.matcher(network.getName()).matches();
          network
              .inetAddresses()
              .filter(a -> !a.isLinkLocalAddress() && !a.isLoopbackAddress())
              .forEach(a -> candidates.add(new Candidate(a, inside)));
        }
      }
    } catch (SocketException e) {
      // Then nobody knows.
      return List.of();
    }
    return candidates.stream()
        .sorted(
            Comparator.comparing(Candidate::inside)
                .thenComparing(c -> !(c.address() instanceof Inet4Address)))
        .map(Candidate::address)
        .toList();
  }
}
