package dev.clasp.serial;

import dev.clasp.transport.TransportException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Ports without a system. Thread-safe. */
final class FakePorts implements SerialPorts {

  final BlockingQueue<Device> opened = new LinkedBlockingQueue<>();
  final AtomicInteger tries = new AtomicInteger();
  volatile @Nullable TransportException refusal;

  @Override
  public SerialDevice open(SerialSettings settings) {
    tries.incrementAndGet();
    TransportException e = refusal;
    if (e != null) {
      throw e;
    }
    Device device = new Device();
    opened.add(device);
    return device;
  }

  @Override
  public List<SerialPortInfo> list() {
    return List.of();
  }

  Device awaitOpened() throws InterruptedException {
    Device device = opened.poll(20, TimeUnit.SECONDS);
    if (device == null) {
      throw new AssertionError("no port was opened");
    }
    return device;
  }

  /** One end of a wire. */
  static final class Device implements SerialDevice {
    private final Queue<byte[]> coming = new ArrayDeque<>();
    private final BlockingQueue<byte[]> written = new LinkedBlockingQueue<>();
    private boolean gone;
    private boolean closed;
    private boolean deaf;

    /** What the other end says. */
    synchronized void say(byte[]... pieces) {
      coming.addAll(Arrays.asList(pieces));
      notifyAll();
    }

    synchronized void unplug() {
      gone = true;
      notifyAll();
    }

    /** Takes nothing more, until it is closed. */
    synchronized void takeNothing() {
      deaf = true;
    }

    synchronized boolean closed() {
      return closed;
    }

    synchronized void awaitClosed() throws InterruptedException {
      while (!closed) {
        wait();
      }
    }

    byte[] awaitWritten() throws InterruptedException {
      byte[] bytes = written.poll(20, TimeUnit.SECONDS);
      if (bytes == null) {
        throw new AssertionError("nothing was written");
      }
      return bytes;
    }

    int writes() {
      return written.size();
    }

    @Override
    public synchronized int read(byte[] into) throws IOException {
      // A read without bytes ends in time, but no test needs to see that.
      try {
        while (coming.isEmpty() && !gone && !closed) {
          wait();
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      if (gone || closed) {
        throw new IOException(closed ? "the port was closed" : "the device is gone");
      }
      byte[] next = coming.remove();
      System.arraycopy(next, 0, into, 0, next.length);
      return next.length;
    }

    @Override
    public synchronized void write(byte[] bytes) throws IOException {
      try {
        while (deaf && !closed && !gone) {
          wait();
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      if (gone || closed) {
        throw new IOException("the device is gone");
      }
      written.add(bytes);
    }

    @Override
    public synchronized void close() {
      closed = true;
      notifyAll();
    }
  }
}
