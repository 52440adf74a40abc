package dev.clasp.server;

import dev.clasp.discovery.RendezvousConfig;
import dev.clasp.discovery.RendezvousGate;
import dev.clasp.discovery.RendezvousServer;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import dev.clasp.transport.PageServer;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A rendezvous server beside a router: on a port of its own, on the router's, or both. It has an
 * event loop of its own: a list of a thousand devices must not delay a signal.
 */
public final class RendezvousCompanion implements Companion {

  private static final Logger LOG = LoggerFactory.getLogger(RendezvousCompanion.class);

  private final ClaspServer server;
  private final RendezvousSettings settings;
  private final EventLoops loops = EventLoops.create("clasp-rendezvous", 1);
  private volatile @Nullable RendezvousServer rendezvous;
  private volatile @Nullable PageServer pages;

  private RendezvousCompanion(ClaspServer server, RendezvousSettings settings) {
    this.server = server;
    this.settings = settings;
  }

  public static Companion.Factory factory(RendezvousSettings settings) {
    return server -> new RendezvousCompanion(server, settings);
  }

  @Override
  public String name() {
    return "rendezvous";
  }

  @Override
  public boolean has(String path) {
    return settings.mainPort() && RendezvousServer.has(path);
  }

  @Override
  public void handle(HttpQuery query, Consumer<HttpReply> answer) {
    RendezvousServer serving = rendezvous;
    if (serving == null) {
      answer.accept(HttpReply.text(503, "the server is starting\n"));
      return;
    }
    try {
      loops.next().execute(() -> serving.handle(query, answer));
    } catch (RejectedExecutionException e) {
      answer.accept(HttpReply.text(503, "the server is stopping\n"));
    }
  }

  @Override
  public void start() {
    ServerConfig config = server.config();
    RendezvousGate gate =
        config.wantsTokens() ? RendezvousStation.gate(server.access()) : RendezvousGate.OPEN;
    RendezvousConfig open =
        RendezvousConfig.DEFAULT
            .withRegistry(settings.registry())
            .withListing(settings.listing())
            .withOrigins(settings.origins())
            .withProxies(config.network().proxies())
            .withGates(gate, settings.guardListing() ? gate : RendezvousGate.OPEN);
    RendezvousServer serving =
        RendezvousServer.create(settings.file().map(open::withFile).orElse(open));
    rendezvous = serving;
    if (settings.port().isPresent()) {
      PageServer own =
          new PageServer(
              settings.host().orElse(config.host()),
              settings.port().getAsInt(),
              loops,
              config.network().limits(),
              config.network().proxies(),
              config.network().tls(),
              serving);
      own.start();
      pages = own;
      LOG.info("rendezvous server on {}", own.address());
    }
  }

  /** Where its own port is, if it has one and has started. */
  public Optional<InetSocketAddress> address() {
    return Optional.ofNullable(pages).map(PageServer::address);
  }

  @Override
  public void drain() {
    Optional.ofNullable(pages).ifPresent(PageServer::stopAccepting);
  }

  @Override
  public Map<String, Long> counters() {
    RendezvousServer serving = rendezvous;
    return serving == null ? Map.of() : serving.counters();
  }

  @Override
  public void close() {
    Optional.ofNullable(pages).ifPresent(PageServer::close);
    Optional.ofNullable(rendezvous).ifPresent(RendezvousServer::close);
    loops.close();
  }
}
