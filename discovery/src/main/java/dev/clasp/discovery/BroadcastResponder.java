package dev.clasp.discovery;

import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Answers probes that are broadcast for (discovery.md 3). Thread-safe; has one thread and one
 * socket.
 *
 * <p>Whether a datagram was broadcast the JDK does not say: every reply to another machine waits
 * for a random moment, so that many servers do not answer at once.
 */
public final class BroadcastResponder implements AutoCloseable {

  /** Where probes are sent to. */
  public static final int DEFAULT_PORT = 7331;

  /** Replies come within this, so that many servers do not answer at once. */
  private static final long LONGEST_DELAY = TimeUnit.MILLISECONDS.toNanos(50);

  private final int port;
  private final Optional<InetAddress> only;
  private final ProbeAnswerer answerer;
  private final RandomGenerator random;
  private @Nullable DatagramLoop loop;
  private @Nullable InetSocketAddress address;
  private volatile boolean silent;

  /**
   * @param port 0 = any free one
   * @param only the one address at which the server can be reached, if it is one. If that is a
   *     loopback address, only this machine is answered
   */
  public BroadcastResponder(Advertisement what, int port, Optional<InetAddress> only) {
    this.port = port;
    this.only = only;
    this.answerer = answerer(what, only);
    this.random = RandomGenerator.getDefault();
  }

  /** What this responder uses, for those who have a socket of their own on that port. */
  public static ProbeAnswerer answerer(Advertisement what, Optional<InetAddress> only) {
    return new ProbeAnswerer(
        what,
        new Neighbourhood(only, LocalInterface::all, System::nanoTime),
        InstantSource.system(),
        System::nanoTime);
  }

  /**
   * Begins to answer.
   *
   * @throws DiscoveryException with a sentence for the user: the port is taken
   */
  public synchronized void start() {
    if (loop != null) {
      throw new IllegalStateException("already started");
    }
    Timetable timetable = new Timetable(System::nanoTime);
    DatagramChannel channel = null;
    try {
      channel = DatagramChannel.open(StandardProtocolFamily.INET);
      // A socket that is bound to one address hears no broadcast; and the port is not shared,
      // because only one of those who share it would hear probes that are sent to it alone.
      boolean local = only.isPresent() && only.get().isLoopbackAddress();
      channel.bind(
          new InetSocketAddress(
              local && only.get() instanceof Inet4Address
                  ? only.get()
                  : InetAddress.getByName(local ? "127.0.0.1" : "0.0.0.0"),
              port));
      address = (InetSocketAddress) channel.getLocalAddress();
      DatagramLoop[] made = new DatagramLoop[1];
      made[0] =
          new DatagramLoop(
              "clasp-broadcast",
              channel,
              timetable,
              (datagram, length, from) -> received(made[0], timetable, datagram, length, from));
      loop = made[0];
      made[0].start();
    } catch (IOException e) {
      close(channel);
      throw new DiscoveryException(
          "cannot listen on UDP port "
              + port
              + ": "
              + (e instanceof BindException
                  ? "it is in use, by another server on this machine or by QUIC"
                  : e.getMessage()),
          e);
    }
  }

  private static void close(@Nullable DatagramChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // The first failure is the one to tell.
      }
    }
  }

  private void received(
      DatagramLoop from, Timetable timetable, byte[] datagram, int length, InetSocketAddress who) {
    if (silent) {
      return;
    }
    answerer
        .answer(datagram, length, who.getAddress())
        .ifPresent(reply -> {
          if (who.getAddress().isLoopbackAddress()) {
            from.send(reply, who);
          } else {
            timetable.in(random.nextLong(LONGEST_DELAY), () -> from.send(reply, who));
          }
        });
  }

  /** The bound address. */
  public synchronized InetSocketAddress address() {
    if (address == null) {
      throw new IllegalStateException("not started");
    }
    return address;
  }

  /** What became of datagrams, since the start. */
  public long count(ProbeCounter counter) {
    return answerer.count(counter);
  }

  /** Answers nobody any more. */
  public void withdraw() {
    silent = true;
  }

  @Override
  public void close() {
    DatagramLoop open;
    synchronized (this) {
      open = loop;
    }
    silent = true;
    if (open != null) {
      open.close();
    }
  }
}
