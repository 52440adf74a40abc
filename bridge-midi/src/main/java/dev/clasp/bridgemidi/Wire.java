package dev.clasp.bridgemidi;

import java.io.IOException;

/** Something open that carries plain bytes: a device file, a socket, a serial port. */
interface Wire extends AutoCloseable {

  /**
   * Waits for bytes, perhaps only for a while. One thread.
   *
   * @return how many; 0 if none came, -1 at the end
   * @throws IOException it is gone or closed
   */
  int read(byte[] into) throws IOException;

  /**
   * Writes everything. One thread.
   *
   * @throws IOException it is gone or closed
   */
  void write(byte[] bytes) throws IOException;

  /** Who reads or writes is told. Any thread, more than once. */
  @Override
  void close();
}
