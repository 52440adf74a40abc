package dev.clasp.bridgedmx;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * An ENTTEC DMX USB Pro at one end of a pair of ports, written from its published interface alone:
 * uses nothing of ours. OLA takes it for one (see {@link OlaTest}).
 */
final class WidgetEmulator implements AutoCloseable {

  /** A message as it came. */
  record Said(int label, byte[] data) {}

  private static final int PATIENCE_SECONDS = 60;

  private final RandomAccessFile port;
  private final Thread thread;

  // Guarded by this.
  private final List<Said> said = new ArrayList<>();
  private int receiveMode = -1;
  private int breakTime = 9;
  private int markTime = 1;
  private int rate = 40;
  private boolean answersNames = true;

  WidgetEmulator(String path) throws IOException {
    port = new RandomAccessFile(path, "rw");
    thread = Thread.ofPlatform().daemon().name("emulator").start(this::run);
  }

  /** As the first Pro, which has no names. */
  synchronized void beOld() {
    answersNames = false;
  }

  private void run() {
    try {
      while (true) {
        int first = port.read();
        if (first < 0) {
          return;
        }
        if (first != 0x7E) {
          continue;
        }
        int label = port.read();
        int length = port.read() | port.read() << 8;
        byte[] data = new byte[length];
        port.readFully(data);
        int end = port.read();
        if (end != 0xE7) {
          throw new AssertionError("a message to the widget ends with " + end);
        }
        hear(label, data);
      }
    } catch (IOException e) {
      // Unplugged.
    }
  }

  private synchronized void hear(int label, byte[] data) throws IOException {
    said.add(new Said(label, data));
    notifyAll();
    switch (label) {
      case 3 -> say(3, new byte[] {44, 1, (byte) breakTime, (byte) markTime, (byte) rate});
      case 4 -> {
        breakTime = data[2];
        markTime = data[3];
        rate = data[4];
      }
      case 8 -> receiveMode = data[0];
      case 10 -> say(10, new byte[] {0x78, 0x56, 0x34, 0x12});
      case 77 -> {
        if (answersNames) {
          say(77, "EN" + "ENTTEC");
        }
      }
      case 78 -> {
        if (answersNames) {
          say(78, "\u0001\u0000DMX USB PRO");
        }
      }
      default -> {}
    }
  }

  private void say(int label, String text) throws IOException {
    say(label, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  synchronized void say(int label, byte[] data) throws IOException {
    byte[] message = new byte[data.length + 5];
    message[0] = 0x7E;
    message[1] = (byte) label;
    message[2] = (byte) (data.length % 256);
    message[3] = (byte) (data.length / 256);
    System.arraycopy(data, 0, message, 4, data.length);
    message[message.length - 1] = (byte) 0xE7;
    port.write(message);
  }

  /** A console on the line sends these levels. */
  void receive(int... slots) throws IOException {
    byte[] data = new byte[2 + slots.length];
    for (int i = 0; i < slots.length; i++) {
      data[2 + i] = (byte) slots[i];
    }
    say(5, data);
  }

  void noise(byte[] bytes) throws IOException {
    port.write(bytes);
  }

  /** Waits for a message. */
  synchronized Said await(String what, Predicate<Said> wanted) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      for (Said each : said) {
        if (wanted.test(each)) {
          return each;
        }
      }
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError(
            "the widget is never told "
                + what
                + ", only "
                + said.stream().map(Said::label).toList());
      }
      wait(left);
    }
  }

  /** Waits for a frame of levels whose first slots are these; returns all of the message's data. */
  byte[] awaitLevels(int... slots) throws InterruptedException {
    byte[] wanted = new byte[1 + slots.length];
    for (int i = 0; i < slots.length; i++) {
      wanted[1 + i] = (byte) slots[i];
    }
    return await(
            "levels " + Arrays.toString(slots),
            each ->
                each.label() == 6
                    && each.data().length >= wanted.length
                    && Arrays.equals(Arrays.copyOf(each.data(), wanted.length), wanted))
        .data();
  }

  synchronized int receiveMode() {
    return receiveMode;
  }

  /** How many messages of a kind it has been told. */
  synchronized long count(int label) {
    return said.stream().filter(each -> each.label() == label).count();
  }

  synchronized void forget() {
    said.clear();
  }

  @Override
  public void close() throws IOException {
    port.close();
    thread.interrupt();
  }
}
