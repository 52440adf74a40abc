package dev.clasp.serial;

import com.fazecast.jSerialComm.SerialPort;
import java.io.IOException;
import java.util.Arrays;

/**
 * A port that the library has opened. It is closed by whoever leaves it last: closing it under
 * somebody who reads would free what he reads into.
 */
final class SystemDevice implements SerialDevice {

  private static final long FLUSH_MILLIS = 50;

  private final SerialPort port;
  private final Object table;
  private final int piece;

  // Guarded by this.
  private int inside;
  private boolean closing;

  /**
   * @param table held while the port is closed
   * @param piece bytes to give to the system at once: what waits in its buffers gets old there
   */
  SystemDevice(SerialPort port, Object table, int piece) {
    this.port = port;
    this.table = table;
    this.piece = piece;
  }

  @Override
  public int read(byte[] into) throws IOException {
    enter();
    try {
      int count = port.readBytes(into, into.length);
      if (count < 0) {
        throw gone();
      }
      return count;
    } finally {
      leave();
    }
  }

  @Override
  public void write(byte[] bytes) throws IOException {
    enter();
    try {
      for (int at = 0; at < bytes.length; ) {
        byte[] next = Arrays.copyOfRange(bytes, at, Math.min(at + piece, bytes.length));
        int count = port.writeBytes(next, next.length);
        if (count < 0 || isClosing()) {
          throw gone();
        }
        at += count;
      }
    } finally {
      leave();
    }
  }

  @Override
  public void setBreak(boolean on) throws IOException {
    enter();
    try {
      if (!(on ? port.setBreak() : port.clearBreak())) {
        throw gone();
      }
    } finally {
      leave();
    }
  }

  private IOException gone() {
    return new IOException(isClosing() ? "the port was closed" : "the device is gone");
  }

  private synchronized boolean isClosing() {
    return closing;
  }

  private synchronized void enter() throws IOException {
    if (closing) {
      throw new IOException("the port was closed");
    }
    inside++;
  }

  private void leave() {
    boolean last;
    synchronized (this) {
      inside--;
      last = closing && inside == 0;
      notifyAll();
    }
    if (last) {
      release();
    }
  }

  @Override
  public void close() {
    boolean last;
    synchronized (this) {
      if (closing) {
        return;
      }
      closing = true;
      last = inside == 0;
    }
    // Closing may take as long as the driver likes.
    Thread.ofPlatform()
        .daemon()
        .name("clasp-serial-close")
        .start(last ? this::release : this::urge);
  }

  /** A device that does not take what was written keeps the writer: throws that away. */
  private void urge() {
    try {
      synchronized (this) {
        // A reader leaves by itself in time.
        wait(SerialDevice.READ_MILLIS + FLUSH_MILLIS);
        while (inside > 0) {
          port.flushIOBuffers();
          wait(FLUSH_MILLIS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void release() {
    synchronized (table) {
      port.closePort();
    }
  }
}
