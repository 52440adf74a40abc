package dev.clasp.bridgeosc;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalInt;

/**
 * Who was heard lately over UDP, to answer. Thread-safe. Bounded: of more than 64 the one that was
 * silent longest is forgotten.
 */
final class UdpPeers {

  static final int MAX = 64;

  private final OptionalInt port;
  private final long keepNanos;

  /** Address to answer, and when it was heard; longest silent first. */
  private final LinkedHashMap<InetSocketAddress, Long> heard = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param port where all of them listen; empty: where they send from
   */
  UdpPeers(OptionalInt port, long keepNanos) {
    this.port = port;
    this.keepNanos = keepNanos;
  }

  synchronized void heard(InetSocketAddress from, long nanos) {
    InetSocketAddress to =
        port.isPresent() ? new InetSocketAddress(from.getAddress(), port.getAsInt()) : from;
    heard.put(to, nanos);
    if (heard.size() > MAX) {
      heard.pollFirstEntry();
    }
  }

  synchronized List<InetSocketAddress> present(long nanos) {
    heard.values().removeIf(last -> nanos - last > keepNanos);
    return new ArrayList<>(heard.keySet());
  }
}
