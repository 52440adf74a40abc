package dev.clasp.transport;

import java.net.InetSocketAddress;
import java.util.function.Consumer;

/** Told of the probes of the broadcast discovery that come to a listener's own port. */
@FunctionalInterface
public interface ProbeListener {

  /**
   * A probe. Called on the event loop of the listener; must not block.
   *
   * @param datagram not used by anybody else
   * @param reply sends a datagram to who has asked, from any thread
   */
  void probe(byte[] datagram, InetSocketAddress from, Consumer<byte[]> reply);
}
