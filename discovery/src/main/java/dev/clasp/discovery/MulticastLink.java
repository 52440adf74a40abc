package dev.clasp.discovery;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket for multicast DNS on one interface. It shares the port with the other programs of this
 * machine that do the same, such as avahi.
 */
final class MulticastLink implements MdnsLink, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(MulticastLink.class);

  /** Multicast DNS never leaves the link, and 255 shows that it has not (RFC 6762 section 11). */
  private static final int HOPS = 255;

  private final boolean ipv6;
  private final DatagramChannel channel;
  private final InetSocketAddress group;
  private LocalInterface local;
  private List<InetAddress> addresses;

  private MulticastLink(
      LocalInterface local,
      boolean ipv6,
      List<InetAddress> addresses,
      DatagramChannel channel,
      InetSocketAddress group) {
    this.local = local;
    this.ipv6 = ipv6;
    this.addresses = List.copyOf(addresses);
    this.channel = channel;
    this.group = group;
  }

  /**
   * Opens one.
   *
   * @param addresses to be announced
   * @throws IOException port 5353 is taken by somebody who does not share it, or the interface is
   *     gone
   */
  static MulticastLink open(LocalInterface local, boolean ipv6, List<InetAddress> addresses)
      throws IOException {
    NetworkInterface network = NetworkInterface.getByName(local.name());
    if (network == null) {
      throw new IOException("the interface " + local.name() + " is gone");
    }
    InetAddress group = InetAddress.getByName(ipv6 ? "ff02::fb" : "224.0.0.251");
    DatagramChannel channel =
        DatagramChannel.open(ipv6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
    try {
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      if (channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
        channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      }
      channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, network);
      channel.setOption(StandardSocketOptions.IP_MULTICAST_TTL, HOPS);
      // Others on this machine are to hear us.
      channel.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true);
      channel.bind(
          new InetSocketAddress(InetAddress.getByName(ipv6 ? "::" : "0.0.0.0"), MdnsRole.PORT));
      // The JDK sees to it that a socket hears only the groups that it has joined itself.
      channel.join(group, network);
      channel.configureBlocking(false);
      return new MulticastLink(
          local, ipv6, addresses, channel, new InetSocketAddress(group, MdnsRole.PORT));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  DatagramChannel channel() {
    return channel;
  }

  boolean ipv6() {
    return ipv6;
  }

  /**
   * What the interface has now.
   *
   * @return whether the addresses that are announced are others
   */
  boolean update(LocalInterface now, List<InetAddress> nowAnnounced) {
    if (!ipv6 && !local.equals(now)) {
      sendFromWhatIsThere();
    }
    local = now;
    boolean changed = !addresses.equals(nowAnnounced);
    addresses = List.copyOf(nowAnnounced);
    return changed;
  }

  /**
   * The JDK tells the system which interface to send on by an address that the interface has. When
   * that one is taken away, nothing can be sent until it is told another.
   */
  private void sendFromWhatIsThere() {
    try {
      NetworkInterface network = NetworkInterface.getByName(local.name());
      if (network != null) {
        channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, network);
      }
    } catch (IOException e) {
      LOG.debug("cannot send on {}: {}", name(), e.toString());
    }
  }

  @Override
  public String name() {
    return local.name();
  }

  @Override
  public List<InetAddress> addresses() {
    return addresses;
  }

  @Override
  public boolean near(InetAddress address) {
    return local.near(address) || local.has(address);
  }

  @Override
  public void send(byte[] packet) {
    send(packet, group);
  }

  @Override
  public void send(byte[] packet, InetSocketAddress to) {
    try {
      channel.send(ByteBuffer.wrap(packet), to);
    } catch (IOException e) {
      LOG.debug("cannot send to {} on {}: {}", to, name(), e.toString());
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("cannot close the socket on {}: {}", name(), e.toString());
    }
  }
}
