package dev.clasp.bridgemidi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A device file: {@code /dev/snd/midiC1D0}, {@code /dev/midi1}, a pseudo-terminal, a FIFO. */
final class FileWire implements Wire {

  private static final int TYPE = 0170000;
  private static final int FIFO = 0010000;

  /** One for each way: reading from a channel holds up who writes to it. */
  private final FileChannel in;

  private final FileChannel out;

  private FileWire(FileChannel in, FileChannel out) {
    this.in = in;
    this.out = out;
  }

  static FileWire open(Path path, boolean reads, boolean writes) throws IOException {
    if (!Files.exists(path)) {
      throw new IOException("there is no " + path + "; is the device plugged in?");
    }
    if (Files.isRegularFile(path) || Files.isDirectory(path)) {
      throw new IOException(
          path + " is no device; raw: is for device files, pseudo-terminals and FIFOs");
    }
    if ((reads && !Files.isReadable(path)) || (writes && !Files.isWritable(path))) {
      throw new IOException(
          "no permission for " + path + "; devices of sound belong to the group audio");
    }
    if (isFifo(path)) {
      if (reads && writes) {
        throw new IOException(path + " is a FIFO, which goes one way: say ?in or ?out behind it");
      }
      // Opened both ways it does not wait for somebody at its other end, and never ends.
      FileChannel both = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      return new FileWire(both, both);
    }
    FileChannel in =
        FileChannel.open(path, reads ? StandardOpenOption.READ : StandardOpenOption.WRITE);
    if (!reads || !writes) {
      return new FileWire(in, in);
    }
    try {
      return new FileWire(in, FileChannel.open(path, StandardOpenOption.WRITE));
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  private static boolean isFifo(Path path) {
    try {
      return Files.getAttribute(path, "unix:mode") instanceof Integer mode && (mode & TYPE) == FIFO;
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return false;
    }
  }

  @Override
  public int read(byte[] into) throws IOException {
    return in.read(ByteBuffer.wrap(into));
  }

  @Override
  public void write(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      out.write(buffer);
    }
  }

  @Override
  public void close() {
    try {
      in.close();
      out.close();
    } catch (IOException e) {
      // It is gone anyway.
    }
  }
}
