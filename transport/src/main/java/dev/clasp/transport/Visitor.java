package dev.clasp.transport;

import java.net.SocketAddress;

/** Somebody who is connected and has not been let in yet. */
interface Visitor {

  /** Who it is, as far as that is known. */
  SocketAddress peer();

  /** Any thread: has to make room for others, unless it was let in meanwhile. */
  void dismiss();
}
