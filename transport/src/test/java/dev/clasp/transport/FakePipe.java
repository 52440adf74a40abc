package dev.clasp.transport;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A device that takes bytes when a test lets it. Thread-safe. */
final class FakePipe implements BytePipe {

  final BlockingQueue<byte[]> written = new LinkedBlockingQueue<>();
  final AtomicInteger closes = new AtomicInteger();
  final CountDownLatch asked = new CountDownLatch(1);
  private final Semaphore permits;
  private final boolean deaf;
  private volatile boolean broken;

  private FakePipe(int permits, boolean deaf) {
    this.permits = new Semaphore(permits);
    this.deaf = deaf;
  }

  static FakePipe quick() {
    return new FakePipe(1_000_000, false);
  }

  /** Takes as many writes as it is told to. */
  static FakePipe slow() {
    return new FakePipe(0, false);
  }

  /** Takes nothing, and does not notice that it is closed. */
  static FakePipe stuck() {
    return new FakePipe(0, true);
  }

  void take(int writes) {
    permits.release(writes);
  }

  void breakDown() {
    broken = true;
    permits.release(1);
  }

  @Override
  public void write(byte[] bytes) throws IOException {
    asked.countDown();
    permits.acquireUninterruptibly();
    if (broken || !deaf && closes.get() > 0) {
      throw new IOException("the device is gone");
    }
    written.add(bytes);
  }

  @Override
  public void close() {
    closes.incrementAndGet();
    if (!deaf) {
      permits.release(1);
    }
  }

  byte[] awaitWrite() throws InterruptedException {
    byte[] bytes = written.poll(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
    if (bytes == null) {
      throw new AssertionError("nothing was written");
    }
    return bytes;
  }
}
