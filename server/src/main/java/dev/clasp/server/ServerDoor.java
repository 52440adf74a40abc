package dev.clasp.server;

import dev.clasp.protocol.CloseReason;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.FrameLink;
import dev.clasp.transport.LinkAcceptor;
import dev.clasp.transport.LocalDoor;
import dev.clasp.transport.MemoryLink;
import dev.clasp.transport.TransportException;
import dev.clasp.transport.TransportException.Kind;
import io.netty.channel.EventLoop;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Into a server from the same process.
 *
 * @param peer where whoever comes through it comes from, if not from this process
 * @param passes makes a token for one connection
 * @param open whether the server still takes anybody
 * @param far who listens on the server's side
 */
record ServerDoor(
    String name,
    Optional<String> peer,
    Supplier<String> passes,
    BooleanSupplier open,
    EventLoops serverLoops,
    LinkAcceptor far)
    implements LocalDoor {

  private static final CloseReason STOPPING =
      new CloseReason(CloseReason.GOING_AWAY, "server is stopping");

  @Override
  public String pass() {
    return passes.get();
  }

  @Override
  public CompletableFuture<FrameLink> connect(EventLoops loops, LinkAcceptor acceptor) {
    if (!open.getAsBoolean()) {
      return CompletableFuture.failedFuture(
          new TransportException(Kind.UNREACHABLE, "the router of this process is stopping"));
    }
    EventLoop near = loops.next();
    CompletableFuture<FrameLink> link =
        peer.isPresent()
            ? MemoryLink.connectFor(peer.get(), near, acceptor, serverLoops.next(), far)
            : MemoryLink.connect(name, near, acceptor, serverLoops.next(), far);
    return link.whenComplete((opened, _) -> {
      // It may have begun to stop after we looked.
      if (opened != null && !open.getAsBoolean()) {
        opened.close(STOPPING);
      }
    });
  }
}
