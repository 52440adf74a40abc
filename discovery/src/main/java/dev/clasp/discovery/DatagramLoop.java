package dev.clasp.discovery;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One socket for datagrams, and the thread that reads it and runs a {@link Timetable}. */
final class DatagramLoop implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DatagramLoop.class);

  /** Bytes of a datagram that are read; whoever sends more sends nothing for us. */
  private static final int LONGEST = 2048;

  private static final long LONGEST_WAIT_MILLIS = 60_000;

  /** A socket that fails rests for so long. */
  private static final long REST_MILLIS = 50;

  /** What is done with datagrams, on the thread of the loop. */
  @FunctionalInterface
  interface Receiver {
    /**
     * @param datagram valid during the call
     */
    void received(byte[] datagram, int length, InetSocketAddress from);
  }

  private final String name;
  private final DatagramChannel channel;
  private final Selector selector;
  private final Timetable timetable;
  private final Receiver receiver;
  private final ByteBuffer buffer = ByteBuffer.allocate(LONGEST);
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean closing;
  private volatile @Nullable Thread thread;

  /**
   * @param channel bound; belongs to the loop from now on
   */
  DatagramLoop(String name, DatagramChannel channel, Timetable timetable, Receiver receiver)
      throws IOException {
    this.name = name;
    this.channel = channel;
    this.timetable = timetable;
    this.receiver = receiver;
    this.selector = Selector.open();
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ);
  }

  void start() {
    thread = Thread.ofPlatform().daemon().name(name).start(this::turn);
  }

  /**
   * Sends, from any thread.
   *
   * @return whether the system took it; if not, it is in the log for those who look closely
   */
  boolean send(byte[] datagram, InetSocketAddress to) {
    try {
      channel.send(ByteBuffer.wrap(datagram), to);
      return true;
    } catch (IOException e) {
      LOG.debug("{}: cannot send to {}: {}", name, to, e.toString());
      return false;
    }
  }

  private void turn() {
    try {
      while (!closing) {
        long next = Math.min(timetable.next() / 1_000_000 + 1, LONGEST_WAIT_MILLIS);
        if (timetable.next() > 0) {
          selector.select(_ -> {}, next);
        }
        if (!closing) {
          receive();
          timetable.run();
        }
      }
    } catch (ClosedChannelException e) {
      LOG.debug("{} is closed", name);
    } catch (IOException | RuntimeException e) {
      LOG.error("{} has ended", name, e);
    } finally {
      try {
        channel.close();
        selector.close();
      } catch (IOException e) {
        LOG.debug("{}: {}", name, e.toString());
      }
      ended.countDown();
    }
  }

  /** As many as are there, within reason. */
  private void receive() throws ClosedChannelException {
    for (int i = 0; i < 64; i++) {
      buffer.clear();
      InetSocketAddress from;
      try {
        from = (InetSocketAddress) channel.receive(buffer);
      } catch (ClosedChannelException e) {
        throw e;
      } catch (IOException e) {
        LOG.debug("{}: cannot receive: {}", name, e.toString());
        rest();
        return;
      }
      if (from == null) {
        return;
      }
      try {
        receiver.received(buffer.array(), buffer.position(), from);
      } catch (RuntimeException e) {
        LOG.error("{}: a datagram from {}", name, from, e);
      }
    }
  }

  private void rest() {
    try {
      TimeUnit.MILLISECONDS.sleep(REST_MILLIS);
    } catch (InterruptedException e) {
      closing = true;
    }
  }

  /** Ends the thread and frees the socket; waits for that unless it is called on the thread. */
  @Override
  public void close() {
    closing = true;
    Thread t = thread;
    if (t == null) {
      try {
        channel.close();
        selector.close();
      } catch (IOException e) {
        LOG.debug("{}: {}", name, e.toString());
      }
      return;
    }
    selector.wakeup();
    if (t != Thread.currentThread()) {
      try {
        if (!ended.await(2, TimeUnit.SECONDS)) {
          LOG.warn("{} does not end", name);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
