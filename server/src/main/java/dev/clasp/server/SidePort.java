package dev.clasp.server;

import dev.clasp.transport.ConnectionLimits;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.HttpHandler;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import dev.clasp.transport.PageServer;
import dev.clasp.transport.ServerTls;
import dev.clasp.transport.TrustedProxies;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pages on a port of their own, for whom the main port is not to be reached: health for an
 * orchestrator, metrics for a scraper. Its event loop is its own too, so that it answers when those
 * of the server are stuck.
 */
public final class SidePort implements Companion {

  private static final Logger LOG = LoggerFactory.getLogger(SidePort.class);

  /**
   * Where.
   *
   * @param name in messages: {@code health}
   * @param port 0 = any free one
   */
  public record Place(String name, String host, int port, Optional<ServerTls> tls) {}

  private final Place place;
  private final List<Companion> pages;
  private final EventLoops loops;
  private final PageServer server;

  private SidePort(Place place, List<Companion> pages) {
    this.place = place;
    this.pages = pages;
    this.loops = EventLoops.create("clasp-" + place.name(), 1);
    this.server =
        new PageServer(
            place.host(),
            place.port(),
            loops,
            ConnectionLimits.DEFAULT,
            TrustedProxies.NONE,
            place.tls(),
            new Answers());
  }

  /** The probes of {@code docs/health.md} and nothing else. */
  public static Factory health(Place place) {
    return server -> new SidePort(place, List.of(new HealthOf(server.health())));
  }

  /**
   * What companions serve, there instead of on the main port.
   *
   * @param companions made for this port; {@link Companion#start} and {@link Companion#close} are
   *     called with it
   */
  public static Factory of(Place place, List<Factory> companions) {
    return server ->
        new SidePort(place, companions.stream().map(factory -> factory.create(server)).toList());
  }

  /** The bound address, after {@link #start}. */
  public InetSocketAddress address() {
    return server.address();
  }

  /** What is served there. */
  List<Companion> pages() {
    return pages;
  }

  private record HealthOf(HealthPages pages) implements Companion {
    @Override
    public String name() {
      return "health";
    }

    @Override
    public boolean has(String path) {
      return HealthPages.has(path);
    }

    @Override
    public HttpReply handle(HttpQuery query) {
      return pages.handle(query);
    }

    @Override
    public void close() {}
  }

  private final class Answers implements HttpHandler {
    @Override
    public HttpReply handle(HttpQuery query) {
      return HttpReply.text(404, "there is nothing here\n");
    }

    @Override
    public HttpReply refused(String path, HttpReply refusal) {
      for (Companion companion : pages) {
        if (companion.has(path)) {
          return companion.refused(path, refusal);
        }
      }
      return refusal;
    }

    @Override
    public void handle(HttpQuery query, Consumer<HttpReply> answer) {
      for (Companion companion : pages) {
        if (companion.has(query.path())) {
          companion.handle(query, answer);
          return;
        }
      }
      answer.accept(handle(query));
    }
  }

  @Override
  public String name() {
    return place.name();
  }

  @Override
  public void start() {
    pages.forEach(Companion::start);
    server.start();
    LOG.info("{} on {}", place.name(), server.address());
  }

  @Override
  public void drain() {
    pages.forEach(Companion::drain);
  }

  @Override
  public void close() {
    server.close();
    loops.close();
    pages.forEach(Companion::close);
  }
}
