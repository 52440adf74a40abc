package dev.clasp.ble;

import dev.clasp.transport.BytePipe;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.freedesktop.dbus.exceptions.DBusExecutionException;

/**
 * To a central, by notifications. Waits until somebody has subscribed, because BlueZ throws away
 * what nobody listens to, and keeps a pace. Thread-safe.
 */
final class NotifyPipe implements BytePipe {

  private final Consumer<byte[]> notify;
  private final Pace pace;
  private final long subscribeNanos;
  private final Runnable whenClosed;

  // Guarded by this.
  private boolean subscribed;
  private int mtu;
  private boolean closed;

  /**
   * @param notify sends a notification
   * @param subscribeNanos how long a central that has written may take to subscribe
   * @param whenClosed ends the connection; must not wait, may be called more than once
   */
  NotifyPipe(Consumer<byte[]> notify, Pace pace, long subscribeNanos, Runnable whenClosed) {
    this.notify = notify;
    this.pace = pace;
    this.subscribeNanos = subscribeNanos;
    this.whenClosed = whenClosed;
  }

  synchronized void subscribed(boolean now) {
    subscribed = now;
    notifyAll();
  }

  synchronized void mtu(int value) {
    mtu = value;
  }

  private synchronized int mtu() {
    return mtu;
  }

  @Override
  public void write(byte[] frames) throws IOException {
    Pieces.cut(frames, this::mtu, (value, _) -> piece(value));
  }

  private void piece(byte[] value) throws IOException {
    waitFor(pace.delayNanos(System.nanoTime(), value.length));
    try {
      notify.accept(value);
    } catch (DBusExecutionException e) {
      throw new IOException("cannot notify: " + Bluez.text(e), e);
    }
  }

  private synchronized void waitFor(long paceNanos) throws IOException {
    long start = System.nanoTime();
    try {
      for (long left = paceNanos; left > 0 && !closed; ) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
        left = start + paceNanos - System.nanoTime();
      }
      while (!subscribed && !closed) {
        long left = start + paceNanos + subscribeNanos - System.nanoTime();
        if (left <= 0) {
          throw new IOException("the device has not subscribed to the characteristic 7332");
        }
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    if (closed) {
      throw new IOException("closed");
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    whenClosed.run();
  }
}
