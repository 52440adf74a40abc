package dev.clasp.serial;

import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Message;
import dev.clasp.transport.BareCoding;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A device at one end of a pair, which opens its port as a file, as a program in C would. */
final class RawDevice implements AutoCloseable {

  private final FileOutputStream out;
  private final FileInputStream in;
  private final BlockingQueue<Message> received = new LinkedBlockingQueue<>();
  private volatile boolean reading = true;

  RawDevice(String port) throws IOException {
    out = new FileOutputStream(port);
    in = new FileInputStream(port);
    Thread.ofPlatform().daemon().start(this::read);
  }

  private void read() {
    BareCoding coding = new BareCoding(FrameDescriptor.MAX_FRAME);
    byte[] b = new byte[4096];
    try {
      while (true) {
        while (!reading) {
          LockSupport.parkNanos(1_000_000);
        }
        int count = in.read(b);
        if (count < 0) {
          return;
        }
        coding.decode(
            b,
            0,
            count,
            (frame, offset, length) ->
                received.add(FrameCodec.decode(frame, offset, length).message()));
      }
    } catch (IOException e) {
      // Unplugged.
    }
  }

  RawDevice say(byte... bytes) throws IOException {
    out.write(bytes);
    return this;
  }

  /** Reads no more until it is told to. */
  void stopReading() {
    reading = false;
  }

  void readAgain() {
    reading = true;
  }

  <T extends Message> T await(Class<T> kind) throws InterruptedException {
    Message message = received.poll(30, TimeUnit.SECONDS);
    if (!kind.isInstance(message)) {
      throw new AssertionError("expected " + kind.getSimpleName() + ", got " + message);
    }
    return kind.cast(message);
  }

  /** Through HELLO, WELCOME and SNAPSHOT. */
  RawDevice hello() throws Exception {
    say(Lines.HELLO);
    await(Message.Welcome.class);
    await(Message.Snapshot.class);
    return this;
  }

  @Override
  public void close() throws IOException {
    // The input is closed with the other end: it may be in the middle of a read.
    out.close();
  }
}
