package dev.clasp.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pieces of an answer on their way to the connection, or to the stream of HTTP/2, that asked.
 *
 * <p>Pieces wait in a queue for the loop, which takes all that are there and flushes once. Bounded
 * in memory: when {@value #UNSENT_MAX} bytes wait, one more piece ends the answer, and so it does
 * when all answers of the connection together reach {@link Unsent#MAX}. Bounded in time: ended when
 * a peer has read nothing for 30 s though something waits, or nothing was written for 60 s. An
 * answer that was cut off has no proper end, and the peer can tell.
 */
final class StreamedBody implements HttpBody {

  /** How an answer ended. On the loop. */
  interface End {
    /**
     * @param last the end on its way; empty if the answer was cut off or the peer has gone
     */
    void of(Optional<ChannelFuture> last);
  }

  private enum Phase {
    OPEN,
    /** What was written still goes out. */
    ENDING,
    /** Nothing goes out any more. */
    GONE
  }

  /** Bytes of one answer that wait for the peer to read. */
  static final int UNSENT_MAX = 1 << 20;

  /** For a peer to read something while something waits. */
  private static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** For whoever answers to write something: four heartbeats. */
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** Between two looks at the time. */
  private static final long WATCH_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** A longer piece is sent in parts, so that it can be seen that a slow peer reads. */
  private static final int PART = 32 << 10;

  private static final Logger LOG = LoggerFactory.getLogger(StreamedBody.class);

  private final ChannelHandlerContext context;
  private final Unsent all;
  private final ConnectionCounts counts;
  private final End end;
  private final int high;
  private final int low;

  private final Queue<byte[]> pieces = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean awake = new AtomicBoolean();
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.OPEN);
  private final AtomicLong unsent = new AtomicLong();
  private final List<Runnable> whenWritable = new CopyOnWriteArrayList<>();
  private volatile boolean full;

  /** Guarded by this; null once it has ended. */
  private @Nullable List<Runnable> whenEnded = new ArrayList<>();

  // Loop thread.
  private boolean done;
  private @Nullable ScheduledFuture<?> watch;
  private long lastWritten;
  private long lastRead;

  /** Given to the connection and not sent. */
  private long onTheWay;

  /**
   * Behind a head that has been written. On the loop.
   *
   * @param all what waits for the connection as a whole
   */
  StreamedBody(ChannelHandlerContext context, Unsent all, ConnectionCounts counts, End end) {
    this.context = context;
    this.all = all;
    this.counts = counts;
    this.end = end;
    WriteBufferWaterMark marks = context.channel().config().getWriteBufferWaterMark();
    this.high = marks.high();
    this.low = marks.low();
    counts.add(ConnectionCounter.STREAMED);
  }

  /** Lets it be written. On the loop; it may have ended when this returns. */
  void start(Consumer<HttpBody> writer) {
    lastWritten = now();
    lastRead = lastWritten;
    watch =
        context
            .executor()
            .scheduleAtFixedRate(this::watch, WATCH_NANOS, WATCH_NANOS, TimeUnit.NANOSECONDS);
    try {
      writer.accept(this);
    } catch (RuntimeException | StackOverflowError e) {
      LOG.error("an answer failed after its head had been sent", e);
      abort();
    }
  }

  private long now() {
    return context.executor().ticker().nanoTime();
  }

  @Override
  public boolean write(byte[] piece) {
    if (phase.get() != Phase.OPEN) {
      return false;
    }
    if (piece.length == 0) {
      return true;
    }
    if (unsent.get() >= UNSENT_MAX || all.full()) {
      if (phase.compareAndSet(Phase.OPEN, Phase.GONE)) {
        counts.add(ConnectionCounter.STREAM_CUT);
        onLoop(this::abort);
      }
      return false;
    }
    // All of this before the loop can see the piece, and so before it can be sent.
    all.add(piece.length);
    if (unsent.addAndGet(piece.length) > high) {
      full = true;
    }
    pieces.add(piece);
    wake();
    return true;
  }

  @Override
  public boolean writable() {
    return !full && phase.get() == Phase.OPEN;
  }

  @Override
  public void whenWritable(Runnable task) {
    whenWritable.add(task);
  }

  @Override
  public void whenEnded(Runnable task) {
    synchronized (this) {
      List<Runnable> tasks = whenEnded;
      if (tasks != null) {
        tasks.add(task);
        return;
      }
    }
    task.run();
  }

  @Override
  public void end() {
    if (phase.compareAndSet(Phase.OPEN, Phase.ENDING)) {
      wake();
    }
  }

  private void wake() {
    if (awake.compareAndSet(false, true)) {
      onLoop(this::drain);
    }
  }

  /** Always later: what is written in one turn of the loop goes out together. */
  private void onLoop(Runnable task) {
    try {
      context.executor().execute(task);
    } catch (RejectedExecutionException e) {
      // The loop has stopped, and the connection with it.
      phase.set(Phase.GONE);
    }
  }

  // --- loop --------------------------------------------------------------------------------------

  private void drain() {
    awake.set(false);
    if (done) {
      drop();
      return;
    }
    // Before the pieces: those that were written before the end are among them.
    Phase now = phase.get();
    if (now == Phase.GONE) {
      abort();
      return;
    }
    boolean some = false;
    for (byte[] piece = pieces.poll(); piece != null; piece = pieces.poll()) {
      some = true;
      for (int at = 0; at < piece.length; at += PART) {
        int length = Math.min(PART, piece.length - at);
        lastRead = onTheWay == 0 ? now() : lastRead;
        onTheWay += length;
        context
            .write(new DefaultHttpContent(Unpooled.wrappedBuffer(piece, at, length)))
            .addListener(_ -> sent(length));
      }
    }
    if (some) {
      lastWritten = now();
    }
    if (now == Phase.ENDING) {
      // First: writing the end may end the stream, and that is not the peer's doing.
      done = true;
      finish(Optional.of(context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT)));
    } else if (some) {
      context.flush();
    }
  }

  /** So many have been read, or never will be. */
  private void sent(int length) {
    lastRead = now();
    onTheWay -= length;
    all.add(-length);
    if (unsent.addAndGet(-length) <= low && full) {
      full = false;
      if (writable()) {
        whenWritable.forEach(this::run);
      }
    }
  }

  private void watch() {
    long now = now();
    boolean stalled = onTheWay > 0 && now - lastRead >= STALLED_NANOS;
    if (stalled) {
      counts.add(ConnectionCounter.STREAM_CUT);
    }
    if (stalled || now - lastWritten >= QUIET_NANOS) {
      abort();
    }
  }

  /** The peer has gone, or has to go. Idempotent. */
  void abort() {
    if (!done) {
      done = true;
      finish(Optional.empty());
    }
  }

  private void finish(Optional<ChannelFuture> last) {
    phase.set(Phase.GONE);
    if (watch != null) {
      watch.cancel(false);
    }
    drop();
    List<Runnable> tasks;
    synchronized (this) {
      tasks = whenEnded == null ? List.of() : whenEnded;
      whenEnded = null;
    }
    tasks.forEach(this::run);
    end.of(last);
  }

  private void drop() {
    for (byte[] piece = pieces.poll(); piece != null; piece = pieces.poll()) {
      all.add(-piece.length);
      unsent.addAndGet(-piece.length);
    }
  }

  private void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | StackOverflowError e) {
      LOG.error("a task of whoever answers failed", e);
    }
  }
}
