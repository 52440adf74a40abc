package dev.clasp.discovery;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** A network interface with IPv4 or IPv6 on which multicast DNS is spoken. Of one thread. */
interface MdnsLink {

  /** Of the interface: {@code eth0}. */
  String name();

  /** Our addresses that are announced here. */
  List<InetAddress> addresses();

  /** Whether an address belongs to the network behind this interface. */
  boolean near(InetAddress address);

  /** To all. A failure is nobody's business: the next packet may get through. */
  void send(byte[] packet);

  void send(byte[] packet, InetSocketAddress to);
}
