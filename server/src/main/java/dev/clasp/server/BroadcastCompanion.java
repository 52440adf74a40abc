package dev.clasp.server;

import dev.clasp.discovery.BroadcastResponder;
import dev.clasp.discovery.DiscoveryException;
import dev.clasp.discovery.ProbeAnswerer;
import dev.clasp.discovery.ProbeCounter;
import dev.clasp.transport.Listener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers for a server the probes that are broadcast (discovery.md 3): on a socket of its own, or,
 * if the server listens for QUIC or UDP on that port, by what comes there. Where neither can be,
 * the server goes on without, and the log says why.
 */
public final class BroadcastCompanion implements Companion {

  private static final Logger LOG = LoggerFactory.getLogger(BroadcastCompanion.class);

  /** Probes of a shared socket that wait for their reply. */
  private static final int WAITING_MAX = 256;

  /** Replies come within this, so that many servers do not answer at once. */
  private static final int LONGEST_DELAY_MILLIS = 50;

  private final ClaspServer server;
  private final UUID id;
  private final Optional<String> shownName;
  private final int port;

  /** For a shared socket. */
  private volatile @Nullable ScheduledThreadPoolExecutor replies;

  private volatile @Nullable BroadcastResponder responder;
  private volatile @Nullable ProbeAnswerer answerer;
  private volatile boolean silent;

  private BroadcastCompanion(ClaspServer server, UUID id, Optional<String> shownName, int port) {
    this.server = server;
    this.id = id;
    this.shownName = shownName;
    this.port = port;
  }

  /**
   * For a server that is about to start.
   *
   * @param id of this server, the same for all mechanisms
   * @param shownName in replies, if not the name of the router
   * @param port where probes are sent to: {@link BroadcastResponder#DEFAULT_PORT}
   */
  public static Factory factory(UUID id, Optional<String> shownName, int port) {
    return server -> new BroadcastCompanion(server, id, shownName, port);
  }

  @Override
  public String name() {
    return "broadcast";
  }

  @Override
  public void start() {
    Optional<InetAddress> only = ServerAdvertisement.only(server);
    var what = ServerAdvertisement.of(server, id, shownName);
    for (Listener other : server.others()) {
      if (other.shareProbes(port, this::probe)) {
        replies =
            new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("clasp-broadcast").factory());
        answerer = BroadcastResponder.answerer(what, only);
        LOG.info("UDP port {} is for {} and for discovery by broadcast", port, other.transport());
        return;
      }
    }
    BroadcastResponder made = new BroadcastResponder(what, port, only);
    try {
      made.start();
      responder = made;
    } catch (DiscoveryException e) {
      String advice =
          "not found by broadcast: {}. Use another port for what is there, or do without";
      if (only.isPresent() && only.get().isLoopbackAddress()) {
        // Several servers for this machine alone are nothing unusual.
        LOG.info(advice, e.getMessage());
      } else {
        LOG.warn(advice, e.getMessage());
      }
    }
  }

  /** Off the event loop: who is near, the system has to be asked. */
  private void probe(byte[] datagram, InetSocketAddress from, Consumer<byte[]> reply) {
    ScheduledThreadPoolExecutor executor = replies;
    ProbeAnswerer a = answerer;
    if (silent || executor == null || a == null || executor.getQueue().size() >= WAITING_MAX) {
      return;
    }
    long delay =
        from.getAddress().isLoopbackAddress()
            ? 0
            : ThreadLocalRandom.current().nextInt(LONGEST_DELAY_MILLIS);
    try {
      executor.schedule(
          () -> a.answer(datagram, datagram.length, from.getAddress()).ifPresent(reply),
          delay,
          TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // The server is stopping.
    }
  }

  /** Where probes are answered, if on a socket of its own. */
  Optional<InetSocketAddress> address() {
    return Optional.ofNullable(responder).map(BroadcastResponder::address);
  }

  @Override
  public void drain() {
    silent = true;
    BroadcastResponder r = responder;
    if (r != null) {
      r.withdraw();
    }
  }

  @Override
  public Map<String, Long> counters() {
    BroadcastResponder r = responder;
    ProbeAnswerer a = answerer;
    Map<String, Long> all = new LinkedHashMap<>();
    for (ProbeCounter counter : ProbeCounter.values()) {
      all.put(counter.toString(), r != null ? r.count(counter) : a != null ? a.count(counter) : 0L);
    }
    return all;
  }

  @Override
  public void close() {
    silent = true;
    BroadcastResponder r = responder;
    if (r != null) {
      r.close();
    }
    ScheduledThreadPoolExecutor executor = replies;
    if (executor != null) {
      executor.shutdownNow();
    }
  }
}
