package dev.clasp.serial;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.transport.Backoff;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.LinkAcceptor;
import dev.clasp.transport.Listener;
import dev.clasp.transport.ListenerFactory;
import dev.clasp.transport.OpenLinks;
import dev.clasp.transport.StreamLink;
import dev.clasp.transport.TransportException;
import dev.clasp.transport.TransportException.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The device at the end of a serial line as a client of the router. A wire has no connections:
 *
 * <ul>
 *   <li>a session begins when HELLO comes, and whatever stands in front of that means nothing; a
 *       message that is no HELLO is answered with ERROR 400, at most once a second;
 *   <li>a device that starts again says HELLO again, in the session that is there;
 *   <li>when the router has ended a session the port stays open, and the next HELLO begins another
 *       one;
 *   <li>when the device is unplugged its session ends, and the port is opened again as soon as it
 *       is there.
 * </ul>
 *
 * <p>Thread-safe. One thread reads the port.
 */
public final class SerialListener implements Listener {

  private static final Logger LOG = LoggerFactory.getLogger(SerialListener.class);

  /** A device is plugged in again by hand, so it is looked for often. */
  static final Backoff REOPEN =
      new Backoff(Duration.ofMillis(250), 2, Duration.ofSeconds(5), false, 0);

  /**
   * Between the end of a session and the next one: who is sent away again and again shall not be
   * too fast.
   */
  static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private static final int READ_BYTES = 4096;

  /** Reads without a byte after which nothing goes on that has begun: 600 ms. */
  private static final int QUIET_READS = 3;

  private static final long HINT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Does something later, on a thread that must not wait. */
  interface Alarm {
    void after(long nanos, Runnable task);
  }

  private final SerialSettings settings;
  private final SerialPorts ports;
  private final LinkAcceptor acceptor;
  private final EventLoops loops;
  private final Alarm alarm;
  private final OpenLinks links = new OpenLinks();
  private final SplittableRandom random = new SplittableRandom();

  // Guarded by this.
  private boolean started;
  private boolean accepting = true;
  private boolean closed;
  private boolean resting;
  private @Nullable SerialDevice device;
  private @Nullable StreamLink session;

  // The reading thread, one after the other.
  private int attempts;
  private boolean troubleTold;
  private long lastHint = System.nanoTime() - HINT_NANOS;

  SerialListener(
      SerialSettings settings,
      SerialPorts ports,
      LinkAcceptor acceptor,
      EventLoops loops,
      Alarm alarm) {
    this.settings = settings;
    this.ports = ports;
    this.acceptor = acceptor;
    this.loops = loops;
    this.alarm = alarm;
  }

  /** For a router: listens on this port. */
  public static ListenerFactory factory(SerialSettings settings) {
    return (lobby, loops) -> of(settings, lobby.acceptor(), loops);
  }

  /**
   * Listens on a port for whoever is to have the links.
   *
   * @param acceptor called on a loop for each session
   */
  static SerialListener of(SerialSettings settings, LinkAcceptor acceptor, EventLoops loops) {
    var loop = loops.next();
    return new SerialListener(
        settings,
        SystemPorts.INSTANCE,
        acceptor,
        loops,
        (nanos, task) -> loop.schedule(task, nanos, TimeUnit.NANOSECONDS));
  }

  @Override
  public String transport() {
    return SerialScheme.NAME;
  }

  @Override
  public List<String> urls() {
    return List.of(settings.toString());
  }

  /**
   * Opens the port. One that is not there, or that somebody else has, is waited for: a device that
   * is plugged in late must not keep the router from starting.
   *
   * @throws TransportException of kind BIND: no permission, or serial ports do not work here
   */
  @Override
  public void start() {
    synchronized (this) {
      if (started) {
        throw new IllegalStateException("already started");
      }
      started = true;
    }
    Optional<SerialDevice> first = open();
    reading(() -> serve(first));
  }

  private static void reading(Runnable task) {
    Thread.ofPlatform().daemon().name("clasp-serial-read").start(task);
  }

  private Optional<SerialDevice> open() {
    SerialDevice opened;
    try {
      opened = ports.open(settings);
    } catch (TransportException e) {
      if (e.kind() == Kind.BIND && attempts == 0 && !troubleTold) {
        throw e;
      }
      trouble(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
    synchronized (this) {
      if (closed) {
        opened.close();
        return Optional.empty();
      }
      device = opened;
    }
    return Optional.of(opened);
  }

  /** Once until it works again: it may be unplugged for a week. */
  private void trouble(String what) {
    if (!troubleTold) {
      troubleTold = true;
      LOG.warn("{}. Trying again until it is there", what);
    }
  }

  private void serve(Optional<SerialDevice> opened) {
    if (opened.isPresent()) {
      SerialDevice d = opened.get();
      try {
        read(d);
      } catch (IOException e) {
        if (!isClosed()) {
          trouble(settings.port() + ": " + e.getMessage());
        }
      } catch (RuntimeException e) {
        LOG.error("{}: unexpected failure", settings.port(), e);
      }
      StreamLink s = session();
      if (s != null) {
        s.ended(new CloseReason(CloseReason.ABNORMAL, "the device is gone"));
      }
      d.close();
    }
    if (isClosed()) {
      return;
    }
    long delay = REOPEN.delayNanos(Math.min(attempts++, 30), random).orElseThrow();
    later(delay, () -> reading(() -> serve(open())));
  }

  private void later(long nanos, Runnable task) {
    try {
      alarm.after(nanos, task);
    } catch (RejectedExecutionException e) {
      LOG.debug("{}: the event loops have stopped", settings.port());
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private synchronized @Nullable StreamLink session() {
    return session;
  }

  // --- what the device says ----------------------------------------------------------------------

  private void read(SerialDevice d) throws IOException {
    HelloFinder finder = settings.helloFinder();
    byte[] b = new byte[READ_BYTES];
    int quiet = 0;
    while (!isClosed()) {
      int count = d.read(b);
      if (count == 0) {
        if (++quiet == QUIET_READS) {
          finder.quiet();
        }
        continue;
      }
      quiet = 0;
      alive();
      StreamLink s = session();
      if (s != null) {
        s.received(b, 0, count);
      } else {
        Optional<HelloFinder.Found> found = finder.take(b, 0, count);
        if (found.isPresent()) {
          begin(d, found.get());
        } else if (finder.strangers() > 0) {
          hint(d);
        }
      }
    }
  }

  private void alive() {
    attempts = 0;
    if (troubleTold) {
      troubleTold = false;
      LOG.info("{} is there again", settings.port());
    }
  }

  private void begin(SerialDevice d, HelloFinder.Found found) {
    StreamLink link =
        new StreamLink(
            loops.next(),
            settings.medium(),
            new SerialAddress(settings.port()),
            settings.coding(),
            new DevicePipe(d, false));
    link.whenEnded(() -> ended(link));
    synchronized (this) {
      awaitRest();
      if (closed || !accepting) {
        return;
      }
      session = link;
    }
    links.add(link);
    try {
      link.loop().execute(() -> link.open(acceptor));
    } catch (RejectedExecutionException e) {
      LOG.debug("{}: the event loops have stopped", settings.port());
      return;
    }
    byte[] hello = settings.coding().encode(found.hello(), 0, found.hello().length);
    link.received(hello, 0, hello.length);
    if (found.rest().length > 0) {
      link.received(found.rest(), 0, found.rest().length);
    }
  }

  /** Held by the caller: this. What comes meanwhile waits in the system. */
  private void awaitRest() {
    try {
      while (resting && !closed) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void ended(StreamLink link) {
    synchronized (this) {
      if (session == link) {
        session = null;
      }
      resting = true;
    }
    links.remove(link);
    later(REST_NANOS, this::rested);
  }

  private synchronized void rested() {
    resting = false;
    notifyAll();
  }

  /** The device speaks as if it had a session; maybe it had one with the router before this one. */
  private void hint(SerialDevice d) throws IOException {
    long now = System.nanoTime();
    if (now - lastHint < HINT_NANOS) {
      return;
    }
    lastHint = now;
    byte[] error =
        FrameCodec.encode(
            new Message.Error(
                ErrorCode.BAD_REQUEST,
                "the first message must be HELLO",
                Optional.empty(),
                OptionalInt.empty()));
    d.write(settings.coding().encode(error, 0, error.length));
  }

  // --- the end -----------------------------------------------------------------------------------

  @Override
  public synchronized void stopAccepting() {
    accepting = false;
  }

  @Override
  public void close() {
    stopAccepting();
    links.close();
    if (!loops.onLoop()) {
      // What was written goes out first.
      links.awaitNone();
    }
    SerialDevice d;
    synchronized (this) {
      closed = true;
      d = device;
      notifyAll();
    }
    if (d != null) {
      d.close();
    }
  }
}
