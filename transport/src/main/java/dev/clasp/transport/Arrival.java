package dev.clasp.transport;

import dev.clasp.protocol.CloseReason;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection from accept until it is let in or ends: whose it is, its place in the waiting room,
 * the time it has left, and what it holds of the limits. Loop thread unless said otherwise.
 */
final class Arrival implements Visitor {

  /**
   * After the last answer, for the peer to read it: closing while it still sends would make the
   * system throw the answer away.
   */
  private static final long LINGER_NANOS = 1_000_000_000L;

  private static final CloseReason LATE =
      new CloseReason(CloseReason.PROTOCOL_ERROR, "no frame came in time");

  private final Channel channel;
  private final boolean proxied;
  private final Doorkeeper.Pass pass;
  private final Lobby lobby;
  private final Consumer<CloseReason> ending;

  private SocketAddress peer;
  private @Nullable SocketLink link;
  private @Nullable ScheduledFuture<?> deadline;
  private boolean established;
  private boolean secure;

  /**
   * @param proxied the immediate peer is a trusted proxy
   */
  Arrival(Channel channel, boolean proxied, Doorkeeper.Pass pass, Lobby lobby) {
    this(channel, SocketLink.remoteOf(channel), proxied, pass, lobby, _ -> close(channel));
  }

  /**
   * Over a transport that can tell the peer why it ends.
   *
   * @param ending ends the connection; on its loop
   */
  Arrival(
      Channel channel,
      SocketAddress peer,
      boolean proxied,
      Doorkeeper.Pass pass,
      Lobby lobby,
      Consumer<CloseReason> ending) {
    this.channel = channel;
    this.peer = peer;
    this.proxied = proxied;
    this.pass = pass;
    this.lobby = lobby;
    this.ending = ending;
    channel.closeFuture().addListener(_ -> ended());
  }

  @Override
  public SocketAddress peer() {
    return peer;
  }

  /** Is the word of the immediate peer taken for whom it speaks for? */
  boolean proxied() {
    return proxied;
  }

  /** It is inside TLS from now on. */
  void secured() {
    secure = true;
    lobby.counts().add(ConnectionCounter.TLS);
  }

  /** Is it inside TLS? */
  boolean secure() {
    return secure;
  }

  /**
   * The proxy says whom it speaks for.
   *
   * @return why that one may not come in, if so
   */
  Optional<Refusal> named(InetSocketAddress client) {
    peer = client;
    return pass.named(client.getAddress());
  }

  // --- time --------------------------------------------------------------------------------------

  /** Ends the connection after so long, instead of when was said before, and counts that. */
  void expectWithin(long nanos) {
    closeAfter(
        nanos,
        () -> {
          lobby.counts().add(ConnectionCounter.TIMED_OUT);
          ending.accept(LATE);
        });
  }

  /** Ends the connection after so long, instead of when was said before. */
  void keepFor(long nanos) {
    closeAfter(nanos, () -> close(channel));
  }

  /** No time is set until somebody sets one again: whoever sends an answer watches it. */
  void keep() {
    cancelDeadline();
  }

  /** Something came that shows that the peer is there: others have been quiet for longer. */
  void heard() {
    lobby.waiting().heardFrom(this);
  }

  /** The handlers may say goodbye first. (Not channel.close(): without a socket, it stops time.) */
  private static void close(Channel channel) {
    channel.pipeline().close();
  }

  private void closeAfter(long nanos, Runnable end) {
    cancelDeadline();
    deadline = channel.eventLoop().schedule(end, nanos, TimeUnit.NANOSECONDS);
  }

  private void cancelDeadline() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  /** After our last answer: the peer has a second to read it. */
  void closeBehind(ChannelFuture answer) {
    answer.addListener(written -> {
      if (written.isSuccess() && channel instanceof DuplexChannel duplex) {
        SocketLink.endOutput(duplex);
        keepFor(LINGER_NANOS);
      } else {
        channel.close();
      }
    });
  }

  // --- what becomes of it ------------------------------------------------------------------------

  /** It carries frames from now on; whoever listens to them sets the deadlines. */
  void becomes(SocketLink newLink, ConnectionCounter transport) {
    lobby.counts().add(transport);
    cancelDeadline();
    link = newLink;
    newLink.whenEstablished(this::established);
  }

  /** It carries a protocol of its own from now on, which watches the time. */
  void becomesGuest(ConnectionCounter transport) {
    lobby.counts().add(transport);
    cancelDeadline();
  }

  /** A guest has been let in, or somebody gets an answer that takes its time. */
  void letIn() {
    if (!established) {
      established();
    }
  }

  private void established() {
    established = true;
    lobby.waiting().leave(this);
    pass.established();
  }

  @Override
  public void dismiss() {
    channel
        .eventLoop()
        .execute(() -> {
          if (!established) {
            SocketLink l = link;
            if (l != null) {
              l.close(WaitingRoom.FULL);
            } else {
              ending.accept(WaitingRoom.FULL);
            }
          }
        });
  }

  private void ended() {
    cancelDeadline();
    lobby.waiting().leave(this);
    pass.leave();
  }
}
