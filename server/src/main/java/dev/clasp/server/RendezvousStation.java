package dev.clasp.server;

import dev.clasp.discovery.RendezvousConfig;
import dev.clasp.discovery.RendezvousException;
import dev.clasp.discovery.RendezvousGate;
import dev.clasp.discovery.RendezvousServer;
import dev.clasp.security.Authenticator;
import dev.clasp.transport.ConnectionLimits;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.HttpReply;
import dev.clasp.transport.Listener;
import dev.clasp.transport.PageServer;
import dev.clasp.transport.ServerTls;
import dev.clasp.transport.TransportException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;

/** A rendezvous server without a router: what {@code clasp rendezvous} starts. Thread-safe. */
public final class RendezvousStation implements AutoCloseable {

  private final EventLoops loops = EventLoops.create("clasp-rendezvous", 1);
  private final RendezvousServer rendezvous;
  private final PageServer pages;
  private final boolean secure;

  /**
   * Starts one; it answers when this returns.
   *
   * @param host address to bind
   * @param port 0 = any free one
   * @param config its gates are not used
   * @param authenticator who may register; {@link Authenticator#OPEN} for everybody
   * @param guardListing whether whoever lists devices is asked for a token too
   * @throws ServerException with a sentence for the user
   */
  public static RendezvousStation start(
      String host,
      int port,
      ConnectionLimits limits,
      Optional<ServerTls> tls,
      RendezvousConfig config,
      Authenticator authenticator,
      boolean guardListing) {
    try {
      RendezvousStation station =
          new RendezvousStation(host, port, limits, tls, config, authenticator, guardListing);
      station.start();
      return station;
    } catch (RendezvousException | TransportException e) {
      throw new ServerException(String.valueOf(e.getMessage()), e);
    }
  }

  private RendezvousStation(
      String host,
      int port,
      ConnectionLimits limits,
      Optional<ServerTls> tls,
      RendezvousConfig config,
      Authenticator authenticator,
      boolean guardListing) {
    RendezvousGate gate =
        authenticator.equals(Authenticator.OPEN)
            ? RendezvousGate.OPEN
            : gate(new ApiAccess(authenticator, (_, _, _) -> {}));
    this.rendezvous =
        RendezvousServer.create(config.withGates(gate, guardListing ? gate : RendezvousGate.OPEN));
    this.pages = new PageServer(host, port, loops, limits, config.proxies(), tls, rendezvous);
    this.secure = tls.isPresent();
  }

  private void start() {
    try {
      pages.start();
    } catch (TransportException e) {
      close();
      throw e;
    }
  }

  /** Whoever has a token. */
  static RendezvousGate gate(ApiAccess access) {
    return (query, to) ->
        access.reader(
            query,
            answer ->
                to.accept(
                    switch (answer) {
                      case ApiAccess.Answer.Granted _ -> Optional.empty();
                      case ApiAccess.Answer.Denied(HttpReply reply) -> Optional.of(reply);
                    }));
  }

  /** The bound address. */
  public InetSocketAddress address() {
    return pages.address();
  }

  /** What clients of this machine are given: {@code http://localhost:7340}. */
  public String url() {
    return (secure ? "https://" : "http://") + Listener.hostAndPort(address());
  }

  /** What it has counted since the start, by name. */
  public Map<String, Long> counters() {
    return rendezvous.counters();
  }

  /** Stops and writes what is kept. Idempotent. */
  @Override
  public void close() {
    pages.close();
    rendezvous.close();
    loops.close();
  }
}
