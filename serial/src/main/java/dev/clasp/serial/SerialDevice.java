package dev.clasp.serial;

import dev.clasp.transport.TransportException;
import java.io.IOException;

/**
 * An open serial port as plain bytes, for what is not CLASP too. Reading and writing do not wait
 * for each other.
 */
public interface SerialDevice extends AutoCloseable {

  /**
   * Opens a port of this machine for us alone; framing and CRC of the settings are left to the
   * caller. May wait.
   *
   * @throws IOException with a sentence for the user: there is no such port, somebody else has it,
   *     no permission
   */
  static SerialDevice open(SerialSettings settings) throws IOException {
    try {
      return SystemPorts.INSTANCE.open(settings);
    } catch (TransportException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Waits a short time, at most {@link #READ_MILLIS}, for bytes. One thread.
   *
   * @return how many; 0 if none came
   * @throws IOException the device is gone, or was closed
   */
  int read(byte[] into) throws IOException;

  /**
   * Writes everything; returns when it is on the line. One thread.
   *
   * @throws IOException the device is gone, or was closed
   */
  void write(byte[] bytes) throws IOException;

  /**
   * Holds the line in BREAK (a space for longer than a byte), or lets it go. By the thread that
   * writes.
   *
   * @throws IOException the device is gone, was closed, or has no such thing
   */
  default void setBreak(boolean on) throws IOException {
    throw new IOException("this port cannot send BREAK");
  }

  /**
   * Lets go of the port; whoever reads or writes is told. Any thread, more than once, no waiting.
   */
  @Override
  void close();

  int READ_MILLIS = 200;
}
