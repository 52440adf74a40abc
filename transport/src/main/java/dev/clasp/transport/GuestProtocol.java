package dev.clasp.transport;

import java.util.Set;

/**
 * A protocol besides CLASP that comes in where CLASP does: connections that begin like it, also
 * inside TLS, and WebSockets that ask for it. What speaks it is nobody's business here.
 */
public interface GuestProtocol {

  /** Names under which WebSockets ask for it (RFC 6455 section 1.9). */
  Set<String> subprotocols();

  /**
   * A connection that speaks it. On its loop; the first bytes follow when this returns. Adds a
   * handler at the end of the channel's pipeline, which gets and writes buffers with bytes, and
   * from now on watches the time that the peer has.
   */
  void enter(Guest guest);
}
