package dev.clasp.bridgedmx;

import dev.clasp.serial.SerialDevice;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes to a widget on a thread of its own, so that nobody waits for a slow port: what is said
 * once in its order, and of the levels of each line the newest.
 */
final class WireWriter {

  private static final int LINES = 2;
  private static final int MAX_WAITING = 1000;

  private final SerialDevice device;
  private final IntConsumer written;
  private final Thread thread;

  // Guarded by this.
  private final Queue<byte[]> once = new ArrayDeque<>();
  private final byte[] @Nullable [] levels = new byte[LINES][];
  private boolean writing;
  private boolean ended;

  /**
   * @param written told how many bytes have been
   */
  WireWriter(SerialDevice device, String name, IntConsumer written) {
    this.device = device;
    this.written = written;
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  synchronized void once(WidgetMessage message) {
    if (once.size() < MAX_WAITING) {
      once.add(message.encode());
    }
    notifyAll();
  }

  synchronized void levels(int line, WidgetMessage message) {
    levels[line] = message.encode();
    notifyAll();
  }

  private void run() {
    try {
      for (Optional<byte[]> next = next(); next.isPresent(); next = next()) {
        device.write(next.get());
        written.accept(next.get().length);
      }
    } catch (IOException e) {
      // Whoever reads is told by the device itself.
      device.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      end();
    }
  }

  private synchronized Optional<byte[]> next() throws InterruptedException {
    writing = false;
    notifyAll();
    while (true) {
      if (ended) {
        return Optional.empty();
      }
      byte[] next = once.poll();
      for (int line = 0; next == null && line < LINES; line++) {
        next = levels[line];
        levels[line] = null;
      }
      if (next != null) {
        writing = true;
        return Optional.of(next);
      }
      wait();
    }
  }

  /** Waits until everything is written, or so long. */
  synchronized void drain(long millis) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (!ended && (writing || !once.isEmpty() || levels[0] != null || levels[1] != null)) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        return;
      }
      wait(left);
    }
  }

  synchronized void end() {
    ended = true;
    notifyAll();
  }
}
