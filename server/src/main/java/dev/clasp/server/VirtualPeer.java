package dev.clasp.server;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Message;
import java.util.Optional;

/**
 * The foreign end of a {@link VirtualClient}: what an adapter implements for each of its peers.
 * Every method is called on the thread of the client's lane and must not block; none while the
 * router holds a lock, except those that answer a question.
 */
public interface VirtualPeer {

  /** Address of the peer, for logs and the status page. Constant. */
  String peer();

  /** As which transport it is counted: {@code osc-udp}. Constant. */
  String transport();

  /**
   * Nobody of an equal circle hears what another one of it writes, itself included; see {@link
   * dev.clasp.router.spi.Connection#circle}. Constant.
   */
  Optional<Object> circle();

  /**
   * False while the router should keep back (and conflate) what it has for the peer. Whoever said
   * so calls {@link VirtualClient#writabilityChanged} when it is over.
   */
  boolean writable();

  /** HELLO was accepted; again after each. */
  void established();

  /** A message of the router. May send. */
  void received(Message message);

  /** All messages that have come together have been told. May send. */
  void flush();

  /** Whether the router wants more at the moment; what is sent meanwhile is kept, in bounds. */
  void reading(boolean enabled);

  /** The session is over, whoever ended it. Nothing is called any more. */
  void ended(CloseReason reason);
}
