package dev.clasp.discovery;

import java.net.InetSocketAddress;

/** One who takes part in multicast DNS. Of one thread, which also runs its {@link Timetable}. */
interface MdnsRole {

  int PORT = 5353;

  DnsName SERVICE = DnsName.of("_clasp", "_tcp", "local");

  void up(MdnsLink link);

  /** Our addresses on this interface are others than before. */
  void changed(MdnsLink link);

  void down(MdnsLink link);

  /**
   * @param from somebody in the network of an interface of this machine
   */
  void received(MdnsLink link, InetSocketAddress from, DnsMessage message);
}
