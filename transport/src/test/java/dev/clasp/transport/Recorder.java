package dev.clasp.transport;

import dev.clasp.protocol.CloseReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Accepts links and keeps what the last one brings. May be looked at by any thread. */
class Recorder implements LinkAcceptor, FrameListener {

  /** For what happens on other threads; generous, because the machine may be busy. */
  static final long LIMIT_SECONDS = 20;

  final BlockingQueue<byte[]> frames = new LinkedBlockingQueue<>();
  final AtomicInteger reads = new AtomicInteger();
  final AtomicInteger signsOfLife = new AtomicInteger();
  final List<Boolean> writability = new CopyOnWriteArrayList<>();
  final List<CloseReason> ends = new CopyOnWriteArrayList<>();
  private final CompletableFuture<CloseReason> closed = new CompletableFuture<>();
  private volatile @Nullable FrameLink first;
  private volatile @Nullable FrameLink link;

  @Override
  public FrameListener accept(FrameLink accepted) {
    if (first == null) {
      first = accepted;
    }
    link = accepted;
    return this;
  }

  FrameLink link() {
    return Objects.requireNonNull(link, "nothing was accepted");
  }

  /** The one that was accepted before all others. */
  FrameLink first() {
    return Objects.requireNonNull(first, "nothing was accepted");
  }

  @Nullable FrameLink linkOrNull() {
    return link;
  }

  @Override
  public void frame(byte[] buffer, int offset, int length) {
    frames.add(Arrays.copyOfRange(buffer, offset, offset + length));
  }

  @Override
  public void readComplete() {
    reads.incrementAndGet();
  }

  @Override
  public void writabilityChanged(boolean writable) {
    writability.add(writable);
  }

  @Override
  public void alive() {
    signsOfLife.incrementAndGet();
  }

  @Override
  public void closed(CloseReason reason) {
    ends.add(reason);
    closed.complete(reason);
  }

  /** What has arrived so far; forgets it. */
  List<byte[]> taken() {
    List<byte[]> all = new ArrayList<>();
    frames.drainTo(all);
    return all;
  }

  byte[] awaitFrame() throws InterruptedException {
    byte[] frame = frames.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
    if (frame == null) {
      throw new AssertionError("no frame within " + LIMIT_SECONDS + " s");
    }
    return frame;
  }

  CloseReason awaitEnd() throws Exception {
    return closed.get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }
}
