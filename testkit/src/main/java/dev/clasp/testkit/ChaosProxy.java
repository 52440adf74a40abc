package dev.clasp.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A bad network between one client and a server of this machine: passes bytes on for a while, and
 * then does to the connection what its seed has chosen. The client has one connection at a time: a
 * new one waits until the server has read what it is going to get of the old one. Thread-safe.
 */
public final class ChaosProxy implements AutoCloseable {

  /** What becomes of a connection when its bytes are used up. */
  public enum Fate {
    /** Nothing; it lives. */
    PASS,
    /** Closed in the middle of a message. */
    CUT,
    /** Reset in the middle of a message, for the client. */
    RESET,
    /** Half open: stays, and swallows everything. */
    SWALLOW,
    /** A few bytes at a time; then cut. */
    TRICKLE,
    /** Every piece comes late; then cut. */
    DELAY,
    /**
     * Cut for the client; but the last that it sent is held back on the way, and reaches the server
     * when the next connection is in use.
     */
    LATE
  }

  private static final int MAX_BYTES = 30_000;
  private static final int CHUNK = 4096;
  private static final int DRAIN_MILLIS = 30_000;

  /** How long what a client sends is held back before it is cut off. */
  private static final int HOLD_MILLIS = 20;

  /** Bytes of a connection after which it is in use: HELLO and some writes. */
  private static final int IN_USE = 600;

  private final int port;
  private final List<Fate> fates;
  private final SplittableRandom random;
  private final ServerSocket listener;
  private final Set<Passage> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger deliveredLate = new AtomicInteger();
  private final AtomicInteger refusedLate = new AtomicInteger();
  private final Map<Fate, Integer> counts = new EnumMap<>(Fate.class);

  private volatile boolean calm;

  private ChaosProxy(int port, long seed, List<Fate> fates) {
    this.port = port;
    this.fates = fates;
    this.random = new SplittableRandom(seed);
    try {
      this.listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("chaos").start(this::accept);
  }

  /**
   * @param port of the server, on the loopback address
   * @param seed of everything that is random here; what the clients do meanwhile is not
   * @param fates to choose from
   */
  public static ChaosProxy before(int port, long seed, Fate... fates) {
    return new ChaosProxy(port, seed, List.of(fates));
  }

  /** Where clients connect. */
  public int port() {
    return listener.getLocalPort();
  }

  /** How many connections had which fate. */
  public Map<Fate, Integer> fates() {
    synchronized (counts) {
      return Map.copyOf(counts);
    }
  }

  /** How often something of an old connection came behind what the next one had brought. */
  public int deliveredLate() {
    return deliveredLate.get();
  }

  /** How often the server had ended that connection by then. */
  public int refusedLate() {
    return refusedLate.get();
  }

  /** From now on connections live; those with another fate meet it now. */
  public void calm() {
    calm = true;
    for (Passage passage : open) {
      if (passage.fate != Fate.PASS) {
        Thread.ofVirtual().name("chaos-calm").start(passage::end);
      }
    }
  }

  @Override
  public void close() {
    calm = true;
    closeQuietly(listener);
    open.forEach(Passage::end);
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Fate fate;
        long seed;
        synchronized (counts) {
          fate = calm ? Fate.PASS : fates.get(random.nextInt(fates.size()));
          seed = random.nextLong();
          counts.merge(fate, 1, Integer::sum);
        }
        open(client, fate, seed);
      } catch (IOException e) {
        return;
      }
    }
  }

  private void open(Socket client, Fate fate, long seed) {
    List<Passage> late = open.stream().filter(Passage::isLate).toList();
    open.stream().filter(passage -> !late.contains(passage)).forEach(Passage::end);
    while (!late.containsAll(open)) {
      LockSupport.parkNanos(1_000_000);
    }
    try {
      Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      Passage passage = new Passage(client, server, fate, new SplittableRandom(seed));
      open.add(passage);
      passage.start();
      late.forEach(old -> Thread.ofVirtual().name("chaos-late").start(() -> old.deliver(passage)));
      if (calm && fate != Fate.PASS) {
        passage.end();
      }
    } catch (IOException e) {
      closeQuietly(client);
    }
  }

  private static void closeQuietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      // It is gone all the same.
    }
  }

  /** One connection and the one behind it. */
  private final class Passage {
    private final Socket client;
    private final Socket server;
    private final Fate fate;
    private final SplittableRandom random;
    private final AtomicLong left;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile boolean swallowing;

    /** What is held back; guarded by itself. */
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();

    private volatile boolean late;
    private final AtomicBoolean delivered = new AtomicBoolean();

    /** What the client has sent on this connection. */
    private final AtomicLong passedThere = new AtomicLong();

    Passage(Socket client, Socket server, Fate fate, SplittableRandom random) {
      this.client = client;
      this.server = server;
      this.fate = fate;
      this.random = random;
      this.left = new AtomicLong(fate == Fate.PASS ? Long.MAX_VALUE : random.nextInt(MAX_BYTES));
    }

    void start() {
      SplittableRandom there = random.split();
      SplittableRandom back = random.split();
      Thread.ofVirtual().name("chaos-there").start(() -> pump(client, server, there));
      Thread.ofVirtual().name("chaos-back").start(() -> pump(server, client, back));
    }

    private void pump(Socket from, Socket to, SplittableRandom dice) {
      byte[] bytes = new byte[CHUNK];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        while (true) {
          int length = in.read(bytes, 0, fate == Fate.TRICKLE ? 1 + dice.nextInt(7) : CHUNK);
          if (length < 0) {
            end();
            return;
          }
          if (swallowing) {
            continue;
          }
          if (fate == Fate.DELAY) {
            LockSupport.parkNanos(dice.nextLong(10_000_000));
          }
          long before = left.getAndAdd(-length);
          int passed = Math.clamp(before, 0, length);
          if (late && from.equals(server)) {
            continue;
          }
          if (!over.get()) {
            out.write(bytes, 0, passed);
          }
          if (from.equals(client)) {
            passedThere.addAndGet(passed);
          }
          if (passed < length) {
            if (fate == Fate.LATE && from.equals(client)) {
              holdBack(bytes, passed, length, in);
              return;
            }
            strike();
          }
        }
      } catch (IOException e) {
        end();
      }
    }

    /** Takes from the client for a while what is not passed on, then cuts it off. */
    private void holdBack(byte[] bytes, int from, int to, InputStream in) throws IOException {
      held.write(bytes, from, to - from);
      client.setSoTimeout(HOLD_MILLIS);
      try {
        for (int n = in.read(bytes); n >= 0 && held.size() < MAX_BYTES; n = in.read(bytes)) {
          held.write(bytes, 0, n);
        }
      } catch (SocketTimeoutException e) {
        // It waits for answers.
      }
      late = true;
      closeQuietly(client);
    }

    boolean isLate() {
      return late && !over.get();
    }

    /** The next connection is there: when it is in use, the server gets what was held back. */
    void deliver(Passage next) {
      if (!delivered.compareAndSet(false, true)) {
        return;
      }
      while (next.passedThere.get() < IN_USE && !next.over.get() && !calm) {
        LockSupport.parkNanos(1_000_000);
      }
      try {
        server.getOutputStream().write(held.toByteArray());
        deliveredLate.incrementAndGet();
      } catch (IOException e) {
        // The server has ended the old connection.
        refusedLate.incrementAndGet();
      }
      end();
    }

    private void strike() throws IOException {
      switch (fate) {
        case SWALLOW -> swallowing = true;
        case RESET -> {
          client.setSoLinger(true, 0);
          end();
        }
        // What the server says does not arrive any more.
        case LATE -> late = true;
        case PASS, CUT, TRICKLE, DELAY -> end();
      }
    }

    /** Ends both sides; the server may read what it was sent. */
    void end() {
      if (over.compareAndSet(false, true)) {
        try {
          closeQuietly(client);
          server.shutdownOutput();
          server.setSoTimeout(DRAIN_MILLIS);
          InputStream rest = server.getInputStream();
          byte[] bytes = new byte[CHUNK];
          while (rest.read(bytes) >= 0) {
            // Nobody is there to get it.
          }
        } catch (IOException e) {
          // The server has closed it first.
        } finally {
          closeQuietly(server);
          open.remove(this);
        }
      }
    }
  }
}
