package dev.clasp.discovery;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Announces a server by mDNS as {@code _clasp._tcp} (discovery.md 2), or another service, until it
 * is withdrawn. Follows the interfaces of the machine as they come, go and change.
 *
 * <p>Thread-safe; has one thread, and a socket for each interface.
 */
public final class MdnsAdvertiser implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(MdnsAdvertiser.class);

  /** The goodbye is said again after this: a packet may get lost. */
  private static final long AGAIN = TimeUnit.MILLISECONDS.toNanos(250);

  /** How long a thread of others waits for ours. */
  private static final long PATIENCE_MILLIS = 500;

  /** With its timetable, which comes with the loop. */
  private record Role(MdnsResponder responder, Timetable timetable) {}

  private final MdnsLoop loop;
  private final Role role;
  private final AtomicBoolean withdrawn = new AtomicBoolean();
  private final CountDownLatch saidAgain = new CountDownLatch(1);
  private volatile boolean running;

  /**
   * @param times how long others may remember it
   */
  public MdnsAdvertiser(Advertisement what, MdnsNetwork network, MdnsTimes times) {
    this(MdnsService.of(what), network, times);
  }

  /** A service of another protocol, with the usual times. */
  public MdnsAdvertiser(ServiceAnnouncement what, MdnsNetwork network) {
    this(MdnsService.of(what), network, MdnsTimes.DEFAULT);
  }

  private MdnsAdvertiser(MdnsService what, MdnsNetwork network, MdnsTimes times) {
    Role[] made = new Role[1];
    this.loop =
        new MdnsLoop(
            "clasp-mdns-advertiser",
            network,
            LocalInterface::all,
            timetable -> {
              MdnsResponder responder =
                  new MdnsResponder(what, times, timetable, RandomGenerator.getDefault());
              made[0] = new Role(responder, timetable);
              return responder;
            });
    this.role = made[0];
  }

  /** On all interfaces, with the usual times. */
  public MdnsAdvertiser(Advertisement what) {
    this(what, MdnsNetwork.ALL, MdnsTimes.DEFAULT);
  }

  /**
   * Begins to announce: the name is free or changed, and known to all, about a second later.
   *
   * @throws DiscoveryException with a sentence for the user: the port is taken
   */
  public void start() {
    loop.start();
    running = true;
    if (!loop.hasLinks()) {
      LOG.info("mDNS: no network interface to announce on yet");
    }
  }

  /** The name under which it is announced; with a number if somebody else has the plain one. */
  public String name() {
    return role.responder.name();
  }

  /**
   * What the record of a server says, as {@code key=value}: what {@link #start} announces.
   *
   * @param name under which it is announced
   */
  public static List<String> text(Advertisement what, String name) {
    return ServiceText.of(what, name).stream().map(DnsName::text).toList();
  }

  /** Whether it is announced somewhere. */
  public boolean announced() {
    return role.responder.announced();
  }

  /** Queries that asked for it, since the start. */
  public long queries() {
    return role.responder.queries();
  }

  /** Answers, since the start. */
  public long replies() {
    return role.responder.replies();
  }

  /** Says goodbye, at once and again a moment later, and answers nobody any more. Idempotent. */
  public void withdraw() {
    if (running && withdrawn.compareAndSet(false, true)) {
      loop.execute(() -> {
        role.responder.withdraw();
        role.timetable.in(
            AGAIN,
            () -> {
              role.responder.goodbye();
              saidAgain.countDown();
            });
      });
    }
  }

  /** Withdraws it and frees sockets and thread, within half a second. Idempotent. */
  @Override
  public void close() {
    if (running) {
      withdraw();
      try {
        if (!saidAgain.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
          LOG.debug("the second goodbye came too late");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      running = false;
    }
    loop.close();
  }
}
