package dev.clasp.transport;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The proxies whose word is taken for whom they speak for: the header {@code X-Forwarded-For} or
 * {@code Forwarded} (RFC 7239), or a PROXY header (version 2). From everybody else these are
 * ignored, or refused: they would let a peer choose the address that limits and logs see.
 *
 * @param networks addresses and networks such as {@code 10.0.0.0/8}
 */
public record TrustedProxies(List<Network> networks) {

  /** Nobody. */
  public static final TrustedProxies NONE = new TrustedProxies(List.of());

  /** Entries of a header that are looked at, from its end. */
  private static final int MAX_HOPS = 32;

  public TrustedProxies {
    networks = List.copyOf(networks);
  }

  /**
   * Reads addresses and networks.
   *
   * @throws IllegalArgumentException with a sentence for the user
   */
  public static TrustedProxies of(List<String> texts) {
    return new TrustedProxies(texts.stream().map(Network::parse).toList());
  }

  /** Is this the address of a trusted proxy? */
  public boolean trusts(InetAddress peer) {
    byte[] address = peer.getAddress();
    for (Network network : networks) {
      if (network.contains(address)) {
        return true;
      }
    }
    return false;
  }

  /** Is this the address of a trusted proxy? */
  boolean trusts(InetSocketAddress peer) {
    InetAddress address = peer.getAddress();
    return address != null && trusts(address);
  }

  /**
   * Whose request this is: the peer, or whom a trusted proxy speaks for.
   *
   * @return empty if the proxy contradicts itself
   */
  public Optional<InetAddress> client(HttpQuery query) {
    InetAddress peer =
        query.remote() instanceof InetSocketAddress socket && socket.getAddress() != null
            ? socket.getAddress()
            : InetAddress.getLoopbackAddress();
    if (!trusts(peer)) {
      return Optional.of(peer);
    }
    return switch (origin(lines(query, "x-forwarded-for"), lines(query, "forwarded"))) {
      case Origin.Unsaid() -> Optional.of(peer);
      case Origin.Client(InetAddress address) -> Optional.of(address);
      case Origin.Contradiction(String _) -> Optional.empty();
    };
  }

  private static List<String> lines(HttpQuery query, String header) {
    return query.header(header).map(List::of).orElse(List.of());
  }

  /** What the headers of a request say. */
  sealed interface Origin {
    /** Nothing: the proxy speaks for itself. */
    record Unsaid() implements Origin {}

    /** The client. */
    record Client(InetAddress address) implements Origin {}

    /** Something that cannot be used. */
    record Contradiction(String problem) implements Origin {}
  }

  /**
   * Whom a trusted proxy speaks for: from the right, the first address that is not a trusted proxy
   * itself, because what stands further left was sent by that one and may be invented.
   *
   * <p>A proxy adds to one of the two headers and passes on the other as it came. So when both are
   * there and differ, nobody knows which to believe.
   *
   * @param forwardedFor the lines of {@code X-Forwarded-For}, in order
   * @param forwarded the lines of {@code Forwarded}, in order
   */
  Origin origin(List<String> forwardedFor, List<String> forwarded) {
    if (forwardedFor.isEmpty() && forwarded.isEmpty()) {
      return new Origin.Unsaid();
    }
    if (forwarded.isEmpty()) {
      return last(elements(forwardedFor), "X-Forwarded-For");
    }
    List<String> nodes = elements(forwarded).stream().map(TrustedProxies::node).toList();
    Origin standard = last(nodes, "Forwarded");
    if (forwardedFor.isEmpty()
        || standard.equals(last(elements(forwardedFor), "X-Forwarded-For"))) {
      return standard;
    }
    return new Origin.Contradiction("X-Forwarded-For and Forwarded name different clients");
  }

  private Origin last(List<String> hops, String header) {
    List<String> nearest = hops.subList(Math.max(0, hops.size() - MAX_HOPS), hops.size());
    for (String hop : nearest.reversed()) {
      Optional<InetAddress> address = address(hop);
      if (address.isEmpty()) {
        return new Origin.Contradiction(header + " does not end with an address");
      }
      if (!trusts(address.get())) {
        return new Origin.Client(address.get());
      }
    }
    return new Origin.Unsaid();
  }

  private static List<String> elements(List<String> lines) {
    List<String> elements = new ArrayList<>();
    for (String line : lines) {
      for (String element : line.split(",", -1)) {
        if (!element.isBlank()) {
          elements.add(element.trim());
        }
      }
    }
    return elements;
  }

  /** The {@code for} of a forwarded-element; empty if it has none. */
  private static String node(String element) {
    for (String pair : element.split(";", -1)) {
      String trimmed = pair.trim();
      if (trimmed.regionMatches(true, 0, "for=", 0, 4)) {
        return trimmed.substring(4).trim();
      }
    }
    return "";
  }

  /** {@code 192.0.2.1}, {@code 192.0.2.1:80}, {@code 2001:db8::1}, {@code "[2001:db8::1]:80"}. */
  private static Optional<InetAddress> address(String text) {
    String plain =
        text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")
            ? text.substring(1, text.length() - 1)
            : text;
    int bracket = plain.indexOf(']');
    if (plain.startsWith("[") && bracket > 0) {
      plain = plain.substring(1, bracket);
    } else if (plain.indexOf(':') > 0 && plain.indexOf(':') == plain.lastIndexOf(':')) {
      plain = plain.substring(0, plain.indexOf(':'));
    }
    // Never asks a name server.
    @Nullable InetAddress address = NetUtil.createInetAddressFromIpAddressString(plain);
    return Optional.ofNullable(address);
  }

  /**
   * Addresses that begin alike.
   *
   * @param address 4 or 16 bytes
   * @param bits how many of them count
   */
  public record Network(InetAddress address, int bits) {

    public Network {
      if (bits < 0 || bits > 8 * address.getAddress().length) {
        throw new IllegalArgumentException(
            "a network of "
                + address.getHostAddress()
                + " has 0 to "
                + 8 * address.getAddress().length
                + " bits, not "
                + bits);
      }
    }

    /**
     * Reads {@code 192.0.2.1} or {@code 192.0.2.0/24}, IPv6 likewise.
     *
     * @throws IllegalArgumentException with a sentence for the user
     */
    public static Network parse(String text) {
      int slash = text.indexOf('/');
      InetAddress address =
          NetUtil.createInetAddressFromIpAddressString(slash < 0 ? text : text.substring(0, slash));
      String bits = slash < 0 ? "" : text.substring(slash + 1);
      if (address == null || slash >= 0 && !bits.matches("[0-9]{1,3}")) {
        throw new IllegalArgumentException(
            "'" + text + "' is no address and no network such as 10.0.0.0/8");
      }
      return new Network(
          address, slash < 0 ? 8 * address.getAddress().length : Integer.parseInt(bits));
    }

    public boolean contains(byte[] other) {
      byte[] mine = address.getAddress();
      if (mine.length != other.length) {
        return false;
      }
      for (int i = 0; i < bits; i += 8) {
        int mask = bits - i >= 8 ? 0xFF : 0xFF << 8 - (bits - i);
        if (((mine[i / 8] ^ other[i / 8]) & mask) != 0) {
          return false;
        }
      }
      return true;
    }
  }
}
