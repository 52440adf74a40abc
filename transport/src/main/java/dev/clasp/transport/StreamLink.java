package dev.clasp.transport;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Framing;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link over something that only blocking calls reach, such as a serial line. Reading and writing
 * are independent of each other (T-08): whoever reads the device calls {@link #received} from a
 * thread of its own, and a thread of the link writes.
 *
 * <p>Bounded on both sides: {@link #received} waits while more than {@value #MAX_UNREAD} bytes are
 * not handled yet, and {@link #writable} turns false above the high-water mark.
 */
public final class StreamLink implements FrameLink {

  private static final Logger LOG = LoggerFactory.getLogger(StreamLink.class);

  /** Received bytes that the listener has not seen, above which the reader has to wait. */
  static final int MAX_UNREAD = 128 << 10;

  private static final long CLOSE_SECONDS = 2;

  /** Tells the writer to stop. */
  private static final byte[] END = {};

  /**
   * What a transport is.
   *
   * @param name for the status and the log: {@code serial}
   * @param maxFrame longest frame that may be written
   * @param highWater bytes that wait for the device above which the link is not writable; what the
   *     device takes in a tenth of a second, so that values do not get old on the way
   * @param stallNanos a frame whose rest does not come for so long is given up
   * @param nanosPerByte how long a byte takes. A frame is also given up when twice its time and
   *     {@code stallNanos} have passed: where frames follow each other all the time there is never
   *     a pause, and a damaged length would swallow 64 KiB of them. 0 = it may take as long as it
   *     likes
   */
  public record Medium(
      String name, int maxFrame, int highWater, long stallNanos, long nanosPerByte) {
    public Medium(String name, int maxFrame, int highWater, long stallNanos) {
      this(name, maxFrame, highWater, stallNanos, 0);
    }
  }

  private final EventLoop loop;
  private final Medium medium;
  private final SocketAddress remote;
  private final StreamCoding coding;
  private final BytePipe pipe;
  private final LinkedBlockingQueue<byte[]> outgoing = new LinkedBlockingQueue<>();
  private final AtomicLong pending = new AtomicLong();

  /**
   * Guarded by itself: bytes that were received and not handled, and whether anybody wants them.
   */
  private final Object reading = new Object();

  private int unread;
  private boolean paused;
  private boolean over;

  private final Listening listening = new Listening(this);
  private @Nullable CloseReason reason;
  private @Nullable ScheduledFuture<?> stall;
  private @Nullable ScheduledFuture<?> late;

  /** Length of the frame that {@link #late} is for. */
  private int lateFor;

  private long delivered;
  private @Nullable ScheduledFuture<?> drop;

  /** Changed on the loop. */
  private volatile boolean writable = true;

  private boolean closing;
  private boolean ended;

  /**
   * @param coding of this connection alone
   */
  public StreamLink(
      EventLoop loop, Medium medium, SocketAddress remote, StreamCoding coding, BytePipe pipe) {
    this.loop = loop;
    this.medium = medium;
    this.remote = remote;
    this.coding = coding;
    this.pipe = pipe;
  }

  // --- life --------------------------------------------------------------------------------------

  /**
   * Loop. Starts delivering. The acceptor may write and close already.
   *
   * @return false if the acceptor failed; the connection is being closed then
   */
  public boolean open(LinkAcceptor acceptor) {
    Thread.ofPlatform().daemon().name("clasp-" + medium.name + "-write").start(this::writeAll);
    return listening.begin(acceptor);
  }

  /** Calls back on the loop when {@link #established} is called. Once; set before {@link #open}. */
  public void whenEstablished(Runnable task) {
    listening.whenEstablished(task);
  }

  @Override
  public void established() {
    listening.established();
  }

  /**
   * Calls back on the loop when the link has ended and the listener knows. Before {@link #open}.
   */
  public void whenEnded(Runnable task) {
    listening.whenEnded(task);
  }

  @Override
  public void close(CloseReason ours) {
    onLoop(() -> {
      if (!closing && !ended) {
        because(ours);
        closing = true;
        stopReading();
        cancelWaits();
        outgoing.add(END);
        // Also when the device takes nothing any more, and a write does not return.
        drop = loop.schedule(() -> end(ours), CLOSE_SECONDS, TimeUnit.SECONDS);
      }
    });
  }

  /** The device has ended, or the peer has left. Any thread. */
  public void ended(CloseReason why) {
    onLoop(() -> end(why));
  }

  private void end(CloseReason why) {
    if (ended) {
      return;
    }
    because(why);
    ended = true;
    closing = true;
    stopReading();
    cancelWaits();
    cancel(drop);
    outgoing.clear();
    outgoing.add(END);
    pipe.close();
    listening.end(reason == null ? why : reason);
  }

  private void because(CloseReason why) {
    if (reason == null) {
      reason = why;
    }
  }

  private static void cancel(@Nullable ScheduledFuture<?> task) {
    if (task != null) {
      task.cancel(false);
    }
  }

  // --- reading -----------------------------------------------------------------------------------

  /**
   * Bytes have come. One thread, not the loop; they are copied. Waits while the listener has enough
   * to do, or wants nothing.
   */
  public void received(byte[] b, int offset, int length) {
    byte[] copy = new byte[length];
    System.arraycopy(b, offset, copy, 0, length);
    synchronized (reading) {
      while (!over && (paused || unread > MAX_UNREAD)) {
        try {
          reading.wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
      if (over) {
        return;
      }
      unread += length;
    }
    onLoop(() -> handle(copy));
  }

  private void handle(byte[] b) {
    synchronized (reading) {
      unread -= b.length;
      reading.notifyAll();
    }
    if (closing) {
      return;
    }
    long before = delivered;
    try {
      coding.decode(b, 0, b.length, this::deliver);
    } catch (RuntimeException e) {
      listening.failed(e);
      return;
    }
    afterFrames();
    if (delivered > before) {
      cancel(late);
      late = null;
    }
    watchRest();
  }

  /** The rest of a frame must come. */
  private void watchRest() {
    cancel(stall);
    stall = null;
    if (closing || !coding.waiting()) {
      cancelWaits();
      return;
    }
    stall = loop.schedule(this::givesUp, medium.stallNanos, TimeUnit.NANOSECONDS);
    int length = coding.announced();
    if (medium.nanosPerByte > 0 && length > 0 && (late == null || length != lateFor)) {
      cancel(late);
      lateFor = length;
      late =
          loop.schedule(
              this::givesUp,
              medium.stallNanos + 2 * medium.nanosPerByte * length,
              TimeUnit.NANOSECONDS);
    }
  }

  private void cancelWaits() {
    cancel(stall);
    cancel(late);
    stall = null;
    late = null;
  }

  /** What stands there is no frame, or its rest was lost. */
  private void givesUp() {
    cancelWaits();
    // The reader may be held up, and not the peer.
    if (!closing && !waitingForUs()) {
      coding.stalled(this::deliver);
      afterFrames();
    }
    watchRest();
  }

  private boolean waitingForUs() {
    synchronized (reading) {
      return paused || unread > 0;
    }
  }

  private void deliver(byte[] b, int offset, int length) {
    delivered++;
    if (!closing) {
      listening.frame(b, offset, length);
    }
  }

  private void afterFrames() {
    if (!closing) {
      listening.readComplete();
    }
  }

  @Override
  public void pauseReading() {
    synchronized (reading) {
      paused = true;
    }
  }

  @Override
  public void resumeReading() {
    synchronized (reading) {
      paused = false;
      reading.notifyAll();
    }
  }

  private void stopReading() {
    synchronized (reading) {
      over = true;
      reading.notifyAll();
    }
  }

  // --- writing -----------------------------------------------------------------------------------

  @Override
  public void write(byte[] framed, int offset, int length) {
    if (closing || length == 0) {
      return;
    }
    byte[] coded = coding.encode(framed, offset, length);
    pending.addAndGet(coded.length);
    outgoing.add(coded);
    if (writable && pending.get() > medium.highWater) {
      writable = false;
      // The writer looks at it only after it has counted: if it has just done so, nobody would
      // tell.
      if (pending.get() <= medium.highWater / 2) {
        writable = true;
      } else {
        tellWritable(false);
      }
    }
  }

  /** The writer's thread. */
  private void writeAll() {
    try {
      for (byte[] bytes = outgoing.take(); bytes.length > 0; bytes = outgoing.take()) {
        pipe.write(bytes);
        // The loop looks again: it may have written meanwhile.
        if (pending.addAndGet(-bytes.length) <= medium.highWater / 2 && !writable) {
          onLoop(this::drained);
        }
      }
      onLoop(() -> end(new CloseReason(CloseReason.NORMAL, "")));
    } catch (IOException e) {
      LOG.debug("{}: {}", remote, e.toString());
      ended(new CloseReason(CloseReason.ABNORMAL, String.valueOf(e.getMessage())));
    } catch (InterruptedException e) {
      ended(new CloseReason(CloseReason.ABNORMAL, "interrupted"));
    } catch (Throwable e) {
      LOG.error("{}: unexpected failure of the writer", remote, e);
      ended(new CloseReason(CloseReason.INTERNAL_ERROR, "internal error"));
    }
  }

  private void drained() {
    if (!writable && !closing && pending.get() <= medium.highWater / 2) {
      writable = true;
      tellWritable(true);
    }
  }

  private void tellWritable(boolean now) {
    listening.writabilityChanged(now);
  }

  @Override
  public boolean writable() {
    return writable;
  }

  @Override
  public long pendingBytes() {
    return pending.get();
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
    return medium.name;
  }

  @Override
  public SocketAddress remote() {
    return remote;
  }

  @Override
  public int maxFrame() {
    return medium.maxFrame;
  }

  /** How often the next frame had to be looked for. */
  public long resynchronisations() {
    return coding.resynchronisations();
  }

  private void onLoop(Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
      return;
    }
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("{}: the event loop has stopped, and the connection with it", remote);
      stopReading();
      outgoing.clear();
      outgoing.add(END);
      pipe.close();
    }
  }
}
