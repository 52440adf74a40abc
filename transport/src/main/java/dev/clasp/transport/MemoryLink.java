package dev.clasp.transport;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Framing;
import dev.clasp.transport.TransportException.Kind;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One end of a connection inside a process: frames go from event loop to event loop, without
 * sockets and system calls. Made in pairs.
 *
 * <p>What one end writes is copied once and waits in the inbox of the other, whose loop is woken
 * once for everything that waits. Bounded like a socket: above the high-water mark the writer is
 * not {@link #writable}, until the reader has taken most of it. The frames are our own, so they are
 * not parsed here; both listeners check what they read, as with any other transport.
 */
public final class MemoryLink implements FrameLink {

  private static final Logger LOG = LoggerFactory.getLogger(MemoryLink.class);

  /** Bytes on their way, as for sockets. */
  static final int HIGH_WATER = 256 << 10;

  static final int LOW_WATER = 64 << 10;

  /** Bytes delivered before the loop gets back to its other connections. */
  private static final int TURN = 256 << 10;

  private static final long CLOSE_SECONDS = 2;

  /**
   * @param end empty while frames come
   */
  private record Chunk(byte[] frames, @Nullable CloseReason end) {}

  private static final byte[] NOTHING = {};

  private final EventLoop loop;
  private final SocketAddress remote;
  private final Listening listening = new Listening(this);

  /** Set once, before anybody else sees this end. */
  private @Nullable MemoryLink other;

  /** What the other end wrote: its loop adds, ours takes. */
  private final Queue<Chunk> inbox = new ConcurrentLinkedQueue<>();

  private final AtomicLong inboxBytes = new AtomicLong();
  private final AtomicBoolean woken = new AtomicBoolean();

  private volatile boolean paused;

  /** Changed on the loop. */
  private volatile boolean writable = true;

  private boolean open;
  private boolean closing;
  private boolean ended;
  private @Nullable CloseReason reason;
  private @Nullable ScheduledFuture<?> drop;

  private MemoryLink(EventLoop loop, SocketAddress remote) {
    this.loop = loop;
    this.remote = remote;
  }

  /**
   * Connects two loops, which may be the same.
   *
   * @param name of the near end, as the far end sees it
   * @param far gives the listener of the far end, on its loop, before the near one is asked
   * @return the near end; fails with {@link TransportException} if a loop has stopped. Cancelling
   *     it ends the connection
   */
  public static CompletableFuture<FrameLink> connect(
      String name, EventLoop nearLoop, LinkAcceptor near, EventLoop farLoop, LinkAcceptor far) {
    return connect(new LocalAddress(name), nearLoop, near, farLoop, far);
  }

  /**
   * The same for somebody who came from elsewhere by another protocol.
   *
   * @param peer where from, as the far end sees it: {@code host:port}
   */
  public static CompletableFuture<FrameLink> connectFor(
      String peer, EventLoop nearLoop, LinkAcceptor near, EventLoop farLoop, LinkAcceptor far) {
    return connect(new ForeignAddress(peer), nearLoop, near, farLoop, far);
  }

  private static CompletableFuture<FrameLink> connect(
      SocketAddress name,
      EventLoop nearLoop,
      LinkAcceptor near,
      EventLoop farLoop,
      LinkAcceptor far) {
    MemoryLink here = new MemoryLink(nearLoop, new LocalAddress("router"));
    MemoryLink there = new MemoryLink(farLoop, name);
    here.other = there;
    there.other = here;
    CompletableFuture<FrameLink> result = new CompletableFuture<>();
    boolean taken =
        there.execute(() -> {
          there.begin(far);
          boolean alive =
              here.execute(() -> {
                here.begin(near);
                if (!result.complete(here)) {
                  here.close(new CloseReason(CloseReason.NORMAL, ""));
                }
              });
          if (!alive) {
            there.end(new CloseReason(CloseReason.ABNORMAL, "the client's event loop has stopped"));
            result.completeExceptionally(stopped());
          }
        });
    if (!taken) {
      result.completeExceptionally(stopped());
    }
    return result;
  }

  private static TransportException stopped() {
    return new TransportException(
        Kind.UNREACHABLE, "cannot connect inside this process: an event loop was closed");
  }

  private MemoryLink other() {
    MemoryLink o = other;
    if (o == null) {
      throw new IllegalStateException("an end without the other");
    }
    return o;
  }

  private void begin(LinkAcceptor acceptor) {
    open = true;
    listening.begin(acceptor);
    if (ended) {
      // Before anybody listened.
      listening.end(reason == null ? new CloseReason(CloseReason.ABNORMAL, "") : reason);
    } else {
      wake();
    }
  }

  // --- reading -----------------------------------------------------------------------------------

  /**
   * Lets the loop look at the inbox. Any thread.
   *
   * @return false if there is no loop any more
   */
  private boolean wake() {
    return !woken.compareAndSet(false, true) || execute(this::drain);
  }

  private void drain() {
    // Before looking: what comes from now on wakes us again.
    woken.set(false);
    int taken = 0;
    while (open && !ended && (!paused || closing)) {
      if (taken >= TURN) {
        wake();
        break;
      }
      Chunk chunk = inbox.poll();
      if (chunk == null) {
        break;
      }
      if (chunk.end() != null) {
        if (taken > 0 && !closing) {
          listening.readComplete();
        }
        end(chunk.end());
        return;
      }
      int length = chunk.frames().length;
      if (!closing) {
        listening.frame(chunk.frames(), 0, length);
      }
      taken += length;
      taken(length);
    }
    if (taken > 0 && !closing) {
      listening.readComplete();
    }
  }

  private void taken(int length) {
    if (inboxBytes.addAndGet(-length) <= LOW_WATER && !other().writable) {
      // The writer looks again: it may have written meanwhile.
      other().execute(other()::drained);
    }
  }

  @Override
  public void pauseReading() {
    paused = true;
  }

  @Override
  public void resumeReading() {
    paused = false;
    wake();
  }

  // --- writing -----------------------------------------------------------------------------------

  @Override
  public void write(byte[] framed, int offset, int length) {
    if (closing || ended || length == 0) {
      return;
    }
    put(new Chunk(Arrays.copyOfRange(framed, offset, offset + length), null));
    if (writable && pendingBytes() > HIGH_WATER) {
      writable = false;
      // The reader looks at it only after it has counted: if it has just done so, nobody would
      // tell.
      if (pendingBytes() <= LOW_WATER) {
        writable = true;
      } else {
        listening.writabilityChanged(false);
      }
    }
  }

  private void put(Chunk chunk) {
    MemoryLink reader = other();
    reader.inboxBytes.addAndGet(chunk.frames().length);
    reader.inbox.add(chunk);
    if (!reader.wake()) {
      // Not from here: the caller may be in the middle of something.
      execute(() -> end(new CloseReason(CloseReason.ABNORMAL, "the other side has stopped")));
    }
  }

  private void drained() {
    if (!writable && !closing && pendingBytes() <= LOW_WATER) {
      writable = true;
      listening.writabilityChanged(true);
    }
  }

  @Override
  public boolean writable() {
    return writable;
  }

  @Override
  public long pendingBytes() {
    return other().inboxBytes.get();
  }

  // --- closing -----------------------------------------------------------------------------------

  @Override
  public void close(CloseReason ours) {
    if (loop.inEventLoop()) {
      sayGoodbye(ours);
    } else {
      execute(() -> sayGoodbye(ours));
    }
  }

  private void sayGoodbye(CloseReason ours) {
    if (closing || ended) {
      return;
    }
    closing = true;
    because(ours);
    put(new Chunk(NOTHING, ours));
    // The other end may have put its own goodbye behind what nobody reads any more.
    wake();
    try {
      drop = loop.schedule(() -> end(ours), CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("{}: the event loop has stopped, and the connection with it", remote);
    }
  }

  /** Loop. Over for both ends; each has its own first reason. */
  private void end(CloseReason why) {
    if (ended) {
      return;
    }
    because(why);
    ended = true;
    closing = true;
    if (drop != null) {
      drop.cancel(false);
    }
    inbox.clear();
    listening.end(reason == null ? why : reason);
    other().execute(() -> other().end(why));
  }

  private void because(CloseReason why) {
    if (reason == null) {
      reason = why;
    }
  }

  private boolean execute(Runnable task) {
    try {
      loop.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      LOG.debug("{}: the event loop has stopped, and the connection with it", remote);
      return false;
    }
  }

  // --- what it is --------------------------------------------------------------------------------

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public Framing framing() {
    return Framing.BARE;
  }

  @Override
  public String transport() {
    return "local";
  }

  @Override
  public SocketAddress remote() {
    return remote;
  }

  @Override
  public int maxFrame() {
    return FrameDescriptor.MAX_FRAME;
  }
}
