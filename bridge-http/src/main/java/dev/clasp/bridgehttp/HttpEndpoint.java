package dev.clasp.bridgehttp;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridgehttp.HttpConfig.Action;
import dev.clasp.bridgehttp.HttpConfig.InletSpec;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import dev.clasp.transport.Backoff;
import dev.clasp.transport.ConnectionLimits;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.HttpHandler;
import dev.clasp.transport.OriginPolicy;
import dev.clasp.transport.PageServer;
import dev.clasp.transport.ServerTls;
import dev.clasp.transport.TlsFileException;
import dev.clasp.transport.TransportException;
import dev.clasp.transport.TrustedProxies;
import dev.clasp.web.HttpApi;
import dev.clasp.web.RouterSessions;
import dev.clasp.web.SessionLimits;
import dev.clasp.web.WebClock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;

/** One bridge: what it asks, what it sends, what it serves. */
final class HttpEndpoint implements Endpoint {

  /** From a failure to the next attempt, at first and at most. */
  private static final Backoff PAUSES =
      new Backoff(Duration.ofMillis(500), 2, Duration.ofSeconds(60), false, 0);

  /** Bytes of a request that comes in: a CLASP value has at most 65,535, JSON writes it longer. */
  private static final int MAX_REQUEST = 1 << 20;

  private final HttpConfig config;
  private final EndpointContext context;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Shown shown = new Shown();
  private final List<AutoCloseable> parts = new ArrayList<>();
  private final List<Poller> pollers = new CopyOnWriteArrayList<>();
  private volatile Optional<Outbox> outbox = Optional.empty();
  private volatile Optional<PageServer> pages = Optional.empty();

  HttpEndpoint(
      HttpConfig config, EndpointContext context, InstantSource clock, SplittableRandom random) {
    this.config = config;
    this.context = context;
    this.clock = clock;
    this.random = new Shared(random);
  }

  /** A generator that several threads may ask. */
  private record Shared(SplittableRandom random) implements RandomGenerator {
    @Override
    public long nextLong() {
      synchronized (random) {
        return random.nextLong();
      }
    }
  }

  @Override
  public void start() {
    List<String> how = new ArrayList<>();
    if (config.listen().isPresent()) {
      how.add("listening on " + listen(config.listen().get()));
    }
    if (!config.send().isEmpty() || !config.polls().isEmpty() || !config.streams().isEmpty()) {
      Caller made =
          new Caller(config.tls(), config.timeout(), config.maxBody(), config.redirects());
      parts.add(made);
      Outbox out =
          new Outbox(
              context,
              made,
              new RetryPlan(config.attempts(), PAUSES, random),
              config.queue(),
              config.concurrency(),
              clock);
      outbox = Optional.of(out);
      parts.add(out);
      if (!config.send().isEmpty()) {
        how.add(config.base().map(url -> "sending to " + Caller.shown(url)).orElse("sending"));
      }
      if (!config.polls().isEmpty()) {
        how.add("asking " + counted(config.polls().size(), "URL"));
      }
      if (!config.streams().isEmpty()) {
        how.add("reading " + counted(config.streams().size(), "stream"));
      }
      boolean more = config.listen().isPresent() || !config.send().isEmpty();
      Sources sources = new Sources(context, more, String.join(", ", how));
      List<Runnable> starts = new ArrayList<>();
      config
          .polls()
          .forEach(spec -> {
            Poller poller = new Poller(spec, made, context, sources, random, clock);
            parts.add(poller);
            pollers.add(poller);
            starts.add(poller::start);
          });
      config
          .streams()
          .forEach(spec -> {
            EventStream stream =
                new EventStream(spec, made, context, sources, random, clock, config.maxBody());
            parts.add(stream);
            starts.add(stream::start);
          });
      context.up(String.join(", ", how));
      starts.forEach(Runnable::run);
    } else {
      context.up(String.join(", ", how));
    }
  }

  private static String counted(int count, String thing) {
    return count + " " + thing + (count == 1 ? "" : "s");
  }

  private String listen(HostPort where) {
    EventLoops loops = EventLoops.create("http-" + context.name(), 1);
    parts.add(loops);
    try {
      WebClock time = WebClock.of(context);
      Optional<RouterSessions> sessions =
          context
              .router()
              .map(door -> new RouterSessions(door, "http", SessionLimits.DEFAULT, time));
      sessions.ifPresent(parts::add);
      Optional<HttpHandler> api = Optional.empty();
      if (config.server()) {
        OriginPolicy hosts = new OriginPolicy(Set.copyOf(config.origins()));
        HttpApi made =
            new HttpApi(
                sessions.orElseThrow(() ->
                    BridgeException.lasting(
                        "the HTTP API needs a way to the router for callers, and this host of"
                            + " bridges has none")),
                config.api(),
                () -> hosts,
                time);
        parts.add(made);
        api = Optional.of(made);
      }
      Inlets inlets =
          new Inlets(config.inlets(), config.origins(), context, clock, shown, api, sessions);
      PageServer server =
          new PageServer(
              where.host().isEmpty() ? "0.0.0.0" : where.host(),
              where.port(),
              loops,
              ConnectionLimits.DEFAULT.withMaxBody(MAX_REQUEST),
              TrustedProxies.NONE,
              config.serverTls().map(ServerTls::of),
              inlets);
      server.start();
      parts.add(server);
      pages = Optional.of(server);
      String scheme = config.serverTls().isPresent() ? "https" : "http";
      return scheme
          + "://"
          + new HostPort(where.host(), server.address().getPort())
          + (config.server() ? config.api().basePath() : "");
    } catch (TransportException e) {
      throw BridgeException.passing("cannot listen on " + where + ": " + e.getMessage());
    } catch (TlsFileException e) {
      throw BridgeException.lasting(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public boolean sends() {
    return !config.send().isEmpty() || reads();
  }

  private boolean reads() {
    return config.inlets().stream().anyMatch(spec -> spec.action() == Action.READ);
  }

  /** Whoever reads here wants the values that were there before. */
  @Override
  public boolean stateful() {
    return config.initial() || reads();
  }

  @Override
  public boolean repeats(String path) {
    return config.initial()
        || config.send().stream().noneMatch(rule -> rule.match().match(path, false).isPresent());
  }

  @Override
  public void send(Parcel parcel) {
    for (MappedSignal signal : parcel.signals()) {
      if (signal.type() == dev.clasp.protocol.SignalType.PARAM && reads()) {
        shown.put(signal.address(), signal.value());
      }
      for (OutRule rule : config.send()) {
        try {
          rule.letter(signal).ifPresent(letter -> outbox.ifPresent(box -> box.offer(letter)));
        } catch (IllegalArgumentException | dev.clasp.protocol.EncodeException e) {
          context.dropped(signal.address() + ": " + e.getMessage());
        }
      }
    }
  }

  /** A router that was restarted has forgotten what has not changed since. */
  @Override
  public void routerConnected(boolean connected) {
    if (connected) {
      pollers.forEach(Poller::forget);
    }
  }

  @Override
  public Map<String, Value> details() {
    Map<String, Value> details = new LinkedHashMap<>();
    pages.ifPresent(server -> details.put("port", Value.of(server.address().getPort())));
    config.base().ifPresent(url -> details.put("url", Value.of(Caller.shown(url))));
    if (!config.send().isEmpty()) {
      outbox.ifPresent(box -> {
        details.put("requests", Value.of(box.sent()));
        details.put("retries", Value.of(box.retried()));
        details.put("waiting", Value.of(box.waiting()));
      });
    }
    if (!config.inlets().isEmpty()) {
      details.put(
          "endpoints",
          Value.of(config.inlets().stream().map(HttpEndpoint::line).map(Value::of).toList()));
    }
    return details;
  }

  private static String line(InletSpec spec) {
    return String.join(",", spec.methods().stream().sorted().toList())
        + " "
        + spec.path()
        + (spec.description().isEmpty() ? "" : ": " + spec.description());
  }

  @Override
  public void close() {
    // The last first: the loops of the listener end behind it.
    for (AutoCloseable part : parts.reversed()) {
      try {
        part.close();
      } catch (Exception e) {
        context.error("closing: " + e.getMessage());
      }
    }
    parts.clear();
  }
}
