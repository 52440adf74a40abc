package dev.clasp.serial;

import java.io.IOException;

/** An open serial port. Reading and writing do not wait for each other. */
interface SerialDevice {

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
   * Lets go of the port; whoever reads or writes is told. Any thread, more than once, no waiting.
   */
  void close();

  int READ_MILLIS = 200;
}
