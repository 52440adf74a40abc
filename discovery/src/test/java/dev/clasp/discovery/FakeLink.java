package dev.clasp.discovery;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** An interface that keeps what is sent on it. Everybody in 10.0.0.0/8 is near. */
final class FakeLink implements MdnsLink {

  /**
   * A packet of ours.
   *
   * @param to empty = to all
   * @param at milliseconds since the link was made
   */
  record Sent(DnsMessage message, int length, Optional<InetSocketAddress> to, long at) {

    List<Integer> answerTypes() {
      return message.answers().stream().map(DnsRecord::type).toList();
    }

    List<Integer> additionalTypes() {
      return message.additionals().stream().map(DnsRecord::type).toList();
    }
  }

  private final String name;
  private final FakeTime time;
  private final long start;
  private final List<Sent> sent = new ArrayList<>();
  private List<InetAddress> addresses;

  FakeLink(String name, FakeTime time, String... addresses) {
    this.name = name;
    this.time = time;
    this.start = time.nanos();
    this.addresses = List.of();
    setAddresses(addresses);
  }

  void setAddresses(String... values) {
    addresses = Stream.of(values).map(FakeLink::ip).toList();
  }

  static InetAddress ip(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  /** Somebody who speaks multicast DNS. */
  static InetSocketAddress peer(String ip) {
    return new InetSocketAddress(ip(ip), MdnsRole.PORT);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<InetAddress> addresses() {
    return addresses;
  }

  @Override
  public boolean near(InetAddress address) {
    return address.getHostAddress().startsWith("10.");
  }

  @Override
  public void send(byte[] packet) {
    keep(packet, Optional.empty());
  }

  @Override
  public void send(byte[] packet, InetSocketAddress to) {
    keep(packet, Optional.of(to));
  }

  private void keep(byte[] packet, Optional<InetSocketAddress> to) {
    sent.add(
        new Sent(
            DnsReader.read(packet, packet.length),
            packet.length,
            to,
            (time.nanos() - start) / 1_000_000));
  }

  /** What was sent since the last time. */
  List<Sent> take() {
    List<Sent> taken = List.copyOf(sent);
    sent.clear();
    return taken;
  }
}
