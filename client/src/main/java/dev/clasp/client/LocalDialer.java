package dev.clasp.client;

import dev.clasp.transport.EventLoops;
import dev.clasp.transport.FrameLink;
import dev.clasp.transport.LinkAcceptor;
import dev.clasp.transport.LocalDoor;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Goes through the door of a router in the same process. */
final class LocalDialer implements Dialer {

  private final EventLoops loop;
  private final LocalDoor door;
  private final Runnable onClose;

  /**
   * @param loop the client's one loop
   * @param onClose frees the loops, if they are the client's own
   */
  LocalDialer(EventLoops loop, LocalDoor door, Runnable onClose) {
    this.loop = loop;
    this.door = door;
    this.onClose = onClose;
  }

  @Override
  public CompletableFuture<FrameLink> dial(URI uri, Duration timeout, LinkAcceptor acceptor) {
    return door.connect(loop, acceptor);
  }

  @Override
  public void close() {
    onClose.run();
  }
}
