package dev.clasp.server;

import dev.clasp.router.spi.StateChange;
import dev.clasp.router.spi.StateSink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/**
 * Appends records to a state file. A failure is thrown as an {@link UncheckedIOException}; the file
 * is of no use then. Not thread-safe.
 */
final class StateWriter implements StateSink {

  private final FileChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(2 * StateFormat.MAX_BODY);
  private final CRC32C crc = new CRC32C();
  private long written;
  private long records;

  StateWriter(FileChannel channel) {
    this.channel = channel;
  }

  void head() {
    buffer.putLong(StateFormat.MAGIC);
  }

  void floor(long revision) {
    int start = begin();
    buffer.put(StateFormat.FLOOR).putLong(revision);
    end(start);
  }

  @Override
  public void accept(StateChange change) {
    int start = begin();
    switch (change) {
      case StateChange.Stored s -> {
        buffer.put(StateFormat.STORED).putLong(s.revision());
        putShort(s.address());
        buffer.putLong(s.writtenMicros()).putLong(s.usedMicros());
        buffer.put((byte) (s.ttl().isPresent() ? 1 : 0));
        if (s.ttl().isPresent()) {
          buffer.putInt(s.ttl().getAsInt()).putLong(s.ttlMicros());
        }
        putShort(s.writer());
        buffer.put((byte) s.valueType()).put(s.value());
      }
      case StateChange.Removed(byte[] address, long revision) -> {
        buffer.put(StateFormat.REMOVED).putLong(revision);
        putShort(address);
      }
    }
    end(start);
  }

  private void putShort(byte[] bytes) {
    buffer.putShort((short) bytes.length).put(bytes);
  }

  private int begin() {
    if (buffer.remaining() < StateFormat.RECORD_HEAD + StateFormat.MAX_BODY) {
      write();
    }
    int start = buffer.position();
    buffer.putInt(StateFormat.MARKER).putInt(0).putInt(0);
    return start;
  }

  private void end(int start) {
    int body = start + StateFormat.RECORD_HEAD;
    int length = buffer.position() - body;
    crc.reset();
    crc.update(buffer.array(), body, length);
    buffer.putInt(start + 4, length).putInt(start + 8, (int) crc.getValue());
    records++;
  }

  private void write() {
    buffer.flip();
    try {
      while (buffer.hasRemaining()) {
        written += channel.write(buffer);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      buffer.clear();
    }
  }

  /** Everything so far is on the disk when this returns. */
  void force() {
    write();
    try {
      channel.force(false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Bytes written, those that still wait included. */
  long length() {
    return written + buffer.position();
  }

  long records() {
    return records;
  }

  void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
