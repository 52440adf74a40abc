package dev.clasp.bridgemidi;

import dev.clasp.midi.MidiMessage;
import dev.clasp.midi.MidiParser;
import dev.clasp.midi.MidiSink;
import dev.clasp.midi.MidiWriter;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One open wire: a thread that reads messages out of it, and one that writes at its pace. */
final class WireLink implements AutoCloseable {

  private static final int READ = 4096;
  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(200);

  private final String name;
  private final Wire wire;
  private final PacedLine line;
  private final MidiPort.Listener listener;
  private final LongSupplier clock;
  private volatile boolean closed;
  private volatile @Nullable Thread writer;

  /**
   * @param line what waits for this wire and no other
   */
  WireLink(String name, Wire wire, PacedLine line, MidiPort.Listener listener, LongSupplier clock) {
    this.name = name;
    this.wire = wire;
    this.line = line;
    this.listener = listener;
    this.clock = clock;
  }

  /**
   * Carries until it ends.
   *
   * @return why it ended
   */
  String run(boolean reads, boolean writes) {
    // Platform threads: device files and serial ports hold up who reads from them.
    if (writes) {
      writer = Thread.ofPlatform().daemon().name("midi-out-" + name).start(this::write);
    }
    try {
      if (reads) {
        return readAll();
      }
      Thread thread = writer;
      if (thread != null) {
        thread.join();
      }
      return "closed";
    } catch (IOException e) {
      String why = e.getMessage();
      return why == null ? "it was closed" : why;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    } finally {
      close();
    }
  }

  private String readAll() throws IOException {
    MidiParser parser =
        new MidiParser(
            new MidiSink() {
              @Override
              public void message(MidiMessage message) {
                listener.message(MidiWriter.bytes(message), clock.getAsLong());
              }

              @Override
              public void dropped(String why) {
                listener.lost(name + ": " + why);
              }
            });
    byte[] buffer = new byte[READ];
    while (!closed) {
      int count = wire.read(buffer);
      if (count < 0) {
        return "the other side has closed it";
      }
      if (count > 0) {
        listener.bytes(count, 0);
        parser.feed(buffer, 0, count);
      }
    }
    return "closed";
  }

  private void write() {
    try {
      while (!closed) {
        long now = clock.getAsLong();
        long wait = line.waitNanos(now);
        if (wait == Long.MAX_VALUE) {
          line.awaitMore(LOOK);
        } else if (wait > 0) {
          LockSupport.parkNanos(wait);
        } else {
          byte[] bytes = line.take(now);
          if (bytes.length > 0) {
            wire.write(bytes);
            listener.bytes(0, bytes.length);
          }
        }
      }
    } catch (IOException e) {
      // The reader sees the same; without one this ends the link.
      close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed = true;
    wire.close();
    line.clear();
  }
}
