package dev.clasp.transport;

import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** The place of a peer of a foreign protocol among the connections of a router. Thread-safe. */
public final class Admission implements Visitor {

  private final InetSocketAddress peer;
  private final Doorkeeper.Pass pass;
  private final WaitingRoom waiting;
  private final Runnable dismiss;

  Admission(InetSocketAddress peer, Doorkeeper.Pass pass, WaitingRoom waiting, Runnable dismiss) {
    this.peer = peer;
    this.pass = pass;
    this.waiting = waiting;
    this.dismiss = dismiss;
  }

  @Override
  public SocketAddress peer() {
    return peer;
  }

  @Override
  public void dismiss() {
    dismiss.run();
  }

  /** It has been let in. */
  public void established() {
    waiting.leave(this);
    pass.established();
  }

  /** It is gone. Idempotent. */
  public void leave() {
    waiting.leave(this);
    pass.leave();
  }
}
