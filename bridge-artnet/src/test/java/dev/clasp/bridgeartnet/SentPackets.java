package dev.clasp.bridgeartnet;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** A wire that remembers. */
final class SentPackets implements Wire {

  record Sent(ArtNetPacket packet, InetSocketAddress to) {}

  final List<Sent> all = new ArrayList<>();

  @Override
  public void send(ArtNetPacket packet, InetSocketAddress to) {
    // As others get it.
    byte[] octets = ArtNetEncoder.encode(packet);
    all.add(new Sent(ArtNetDecoder.decode(octets, octets.length), to));
  }

  <P extends ArtNetPacket> List<P> of(Class<P> kind) {
    return all.stream().map(Sent::packet).filter(kind::isInstance).map(kind::cast).toList();
  }

  static InetSocketAddress at(String address) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), ArtNetConfig.PORT);
  }
}
