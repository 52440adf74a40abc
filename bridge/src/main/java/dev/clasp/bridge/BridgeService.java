package dev.clasp.bridge;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeProvider;
import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Bridges for another program, as lines of JSON (bridges.md 2.11, operations.md 6.6;
 * docs/service.md): a request in each line that comes in, and a reply, a signal or an event in each
 * line that goes out. A {@code request_id} in a request is in its reply as well.
 *
 * <p>What the published service gets wrong is right here: counters and times are true, an id that
 * is used again stops its first bridge, bundles are told, and every line is whole.
 */
public final class BridgeService implements AutoCloseable {

  /** Of the lines: 1 is that of the published service, 2 has what operations.md 6.6 adds. */
  private static final int PROTOCOL = 2;

  private static final int MAX_LINE = 1 << 20;
  private static final int LEAST_INTERVAL_MILLIS = 100;
  private static final int MOST_INTERVAL_MILLIS = 3_600_000;
  private static final int MAX_ERRORS = 10;
  private static final Duration START = Duration.ofSeconds(10);

  /** What of a configuration is the host's and not the protocol's. */
  private static final List<String> OURS =
      List.of("namespace", "direction", "mapping", "rates", "echo_window", "profile");

  /**
   * What was asked for.
   *
   * @param config as the request had it
   */
  private record Asked(
      String source,
      String sourceAddress,
      String target,
      String targetAddress,
      Map<String, Value> config,
      Instant since) {

    /** The router that the bridge connects to by itself, if it does. */
    Optional<Route> route() {
      if (!target.equalsIgnoreCase("clasp") || !targetAddress.contains("://")) {
        return Optional.empty();
      }
      return Optional.of(
          new Route(
              targetAddress,
              config.get("token") instanceof Value.Text(String token)
                  ? Optional.of(token)
                  : Optional.empty()));
    }
  }

  /**
   * A router to connect a bridge to.
   *
   * @param url such as {@code ws://localhost:7330}
   */
  public record Route(String url, Optional<String> token) {}

  /** What the service needs of the program that it runs in. */
  public interface Surroundings {

    /** For {@code ready}. */
    String version();

    /**
     * The router for bridges whose request names none; empty: none.
     *
     * @param bridge its id
     */
    Optional<Route> standardRoute(String bridge);

    /**
     * Changes the level of the log.
     *
     * @throws IllegalArgumentException there is no such level
     */
    void setLogLevel(String level);

    /** Connects for a bridge, and does not wait for it; patient ({@code awaitRouter}). */
    default CompletableFuture<ClaspClient> connect(String bridge, Route route) {
      ClaspClient.Builder builder =
          ClaspClient.builder(route.url()).name("bridge:" + bridge).awaitRouter(true);
      route.token().ifPresent(builder::token);
      return builder.connect();
    }
  }

  private final InputStream in;
  private final ServiceLines lines;
  private final BridgeHost host;
  private final Instant since = Instant.now();
  private final Surroundings surroundings;

  /** Held while a request is served, so that what is told meanwhile sees whole bridges. */
  private final ReentrantLock serving = new ReentrantLock();

  /** Guarded by {@link #serving}. */
  private final Map<String, Asked> asked = new LinkedHashMap<>();

  /** Of bridges that connect to a router by themselves. */
  private final Map<String, Route> routes = new ConcurrentHashMap<>();

  private @Nullable ScheduledExecutorService telling;
  private final Map<String, Deque<String>> errors = new ConcurrentHashMap<>();

  /** Bridges that are being started, and how it ended; empty: it works. */
  private final Map<String, CompletableFuture<Optional<String>>> starting =
      new ConcurrentHashMap<>();

  /**
   * @param in requests
   * @param out replies and what happens
   */
  public BridgeService(
      List<BridgeProvider> providers, Surroundings surroundings, InputStream in, OutputStream out) {
    this.surroundings = surroundings;
    this.in = in;
    this.lines = new ServiceLines(out);
    HostClock clock = HostClock.system();
    this.host =
        new BridgeHost(
            providers,
            name -> port(name, clock),
            dev.clasp.transport.Backoff.DEFAULT,
            new java.util.SplittableRandom(),
            clock,
            this::happened);
  }

  private CompletableFuture<RouterPort> port(String name, HostClock clock) {
    Optional<Route> route =
        Optional.ofNullable(routes.get(name)).or(() -> surroundings.standardRoute(name));
    return route.isEmpty()
        ? CompletableFuture.completedFuture(
            new ServicePort(signal -> told(name, signal), Optional.empty(), clock))
        : surroundings
            .connect(name, route.get())
            .thenApply(client ->
                new ServicePort(
                    signal -> told(name, signal),
                    Optional.of(new ClientPort(client, true)),
                    clock));
  }

  /** Serves until a shutdown is asked for or the input ends; then all bridges are stopped. */
  public void run() throws IOException {
    try {
      Map<String, Value> ready = new LinkedHashMap<>();
      ready.put("type", Value.of("ready"));
      ready.put("protocol", Value.of(PROTOCOL));
      ready.put("version", Value.of(surroundings.version()));
      ready.put(
          "protocols",
          Value.of(
              host.providers().stream()
                  .map(BridgeProvider::protocol)
                  .sorted()
                  .map(Value::of)
                  .toList()));
      lines.put(ready);
      while (true) {
        Optional<String> line = line();
        if (line.isEmpty() || (!line.get().isBlank() && !serve(line.get()))) {
          return;
        }
      }
    } finally {
      close();
    }
  }

  /** Stops all bridges and writes what waits to be told. Any thread; does nothing if it has. */
  @Override
  public void close() {
    ScheduledExecutorService last;
    synchronized (this) {
      last = telling;
      telling = null;
    }
    if (last != null) {
      last.shutdownNow();
    }
    host.close();
    lines.close();
  }

  /** The next line; one that is too long becomes an empty object, which is refused. */
  private Optional<String> line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    boolean tooLong = false;
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        return line.size() == 0
            ? Optional.empty()
            : Optional.of(line.toString(StandardCharsets.UTF_8));
      }
      if (line.size() < MAX_LINE) {
        line.write(b);
      } else {
        tooLong = true;
      }
    }
    return Optional.of(tooLong ? "" + MAX_LINE : line.toString(StandardCharsets.UTF_8));
  }

  /** False after a shutdown. */
  private boolean serve(String line) {
    Optional<Value> tree = JsonValues.parse(line);
    if (tree.isEmpty() || !(tree.get() instanceof Value.Map)) {
      reply(
          Value.NULL,
          "error",
          "message",
          Value.of("Invalid JSON: a request is one object in one line of at most 1 MiB"));
      return true;
    }
    Tree request = Tree.of(tree.get(), "");
    Value id = request.value("request_id");
    try {
      String type = request.text("type").orElseThrow(() -> request.missing("type"));
      Value data = answered(type, request);
      reply(id, "ok", "data", data);
      return !type.equals("shutdown");
    } catch (BridgeException e) {
      reply(id, "error", "message", Value.of(String.valueOf(e.getMessage())));
      return true;
    }
  }

  private Value answered(String type, Tree request) {
    serving.lock();
    try {
      return switch (type) {
        case "create_bridge" -> create(request);
        case "update_bridge" -> update(request);
        case "restart_bridge" -> restart(text(request, "id"));
        case "delete_bridge" -> delete(text(request, "id"));
        case "list_bridges" -> list();
        case "get_diagnostics" -> diagnostics(request.text("bridge_id"));
        case "health_check" -> health();
        case "send_signal" -> send(request);
        case "ping" -> Value.of(Map.of("pong", Value.TRUE));
        case "shutdown" -> Value.of(Map.of("shutdown", Value.TRUE));
        case "subscribe_metrics" -> subscribeMetrics(request);
        case "set_log_level" -> setLogLevel(text(request, "level"));
        default -> throw BridgeException.lasting("Unknown request type: " + type);
      };
    } finally {
      serving.unlock();
    }
  }

  private void reply(Value id, String type, String name, Value content) {
    Map<String, Value> reply = new LinkedHashMap<>();
    reply.put("type", Value.of(type));
    reply.put(name, content);
    if (!id.equals(Value.NULL)) {
      reply.put("request_id", id);
    }
    lines.put(reply);
  }

  private static String text(Tree request, String name) {
    return request.text(name).orElseThrow(() -> request.missing(name));
  }

  // --- requests ----------------------------------------------------------------------------------

  private Value create(Tree request) {
    String source = text(request, "source");
    provider(source);
    String id = request.text("id").orElseGet(() -> UUID.randomUUID().toString());
    Asked wanted =
        new Asked(
            source,
            request.text("source_addr").orElse(""),
            request.text("target").orElse(""),
            request.text("target_addr").orElse(""),
            request.child("config").entries(),
            Instant.now());
    BridgeDefinition definition = checked(id, wanted);
    if (asked.containsKey(id)) {
      if (!request.flag("replace").orElse(true)) {
        throw BridgeException.lasting("Bridge exists: " + id);
      }
      remove(id);
    }
    start(id, wanted, definition);
    return info(id);
  }

  private BridgeProvider provider(String source) {
    return host.provider(source)
        .orElseThrow(() -> BridgeException.lasting("Unsupported source protocol: " + source));
  }

  private BridgeDefinition checked(String id, Asked wanted) {
    try {
      wanted.route().ifPresent(BridgeService::check);
      BridgeDefinition definition = definition(provider(wanted.source()), id, wanted);
      host.check(definition);
      return definition;
    } catch (BridgeException e) {
      throw BridgeException.lasting("Failed to start bridge: " + e.getMessage());
    }
  }

  /** That a client can be made for it; whether anybody is there is another matter. */
  private static void check(Route route) {
    try {
      ClaspClient.builder(URI.create(route.url()).toString());
    } catch (RuntimeException e) {
      throw BridgeException.lasting("target_addr: " + e.getMessage());
    }
  }

  private void start(String id, Asked wanted, BridgeDefinition definition) {
    CompletableFuture<Optional<String>> started = new CompletableFuture<>();
    starting.put(id, started);
    errors.put(id, new ArrayDeque<>());
    asked.put(id, wanted);
    wanted.route().ifPresent(route -> routes.put(id, route));
    try {
      host.add(definition);
      Optional<String> failure = started.get(START.toNanos(), TimeUnit.NANOSECONDS);
      if (failure.isPresent()) {
        remove(id);
        throw BridgeException.passing("Failed to start bridge: " + failure.get());
      }
    } catch (TimeoutException | ExecutionException e) {
      // It goes on; the caller sees what becomes of it.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (BridgeException e) {
      asked.remove(id);
      routes.remove(id);
      throw e;
    } finally {
      starting.remove(id);
    }
  }

  /** What the request does not say stays as it was; a {@code config} stands for all of the old. */
  private Value update(Tree request) {
    String id = text(request, "id");
    known(id);
    Asked old = Objects.requireNonNull(asked.get(id));
    Asked wanted =
        new Asked(
            request.text("source").orElse(old.source()),
            request.text("source_addr").orElse(old.sourceAddress()),
            request.text("target").orElse(old.target()),
            request.text("target_addr").orElse(old.targetAddress()),
            request.value("config").equals(Value.NULL)
                ? old.config()
                : request.child("config").entries(),
            old.since());
    BridgeDefinition definition = checked(id, wanted);
    if (wanted.route().equals(old.route()) && wanted.source().equals(old.source())) {
      host.replace(id, definition);
      asked.put(id, wanted);
    } else {
      remove(id);
      start(id, wanted, definition);
    }
    return info(id);
  }

  private Value restart(String id) {
    known(id);
    host.restart(id);
    return info(id);
  }

  private static BridgeDefinition definition(BridgeProvider provider, String id, Asked wanted) {
    Map<String, Value> tree = new LinkedHashMap<>();
    Map<String, Value> theirs = new LinkedHashMap<>(wanted.config());
    if (wanted.route().isPresent()) {
      theirs.remove("token");
    }
    for (String name : OURS) {
      Value value = theirs.remove(name);
      if (value != null) {
        tree.put(name, value);
      }
    }
    String target = wanted.target().equals(wanted.source()) ? wanted.targetAddress() : "";
    tree.put("name", Value.of(id));
    tree.put("protocol", Value.of(wanted.source()));
    tree.put("settings", Value.of(provider.fromService(wanted.sourceAddress(), target, theirs)));
    return BridgeDefinition.parse(Value.of(tree), "");
  }

  private void remove(String id) {
    asked.remove(id);
    routes.remove(id);
    errors.remove(id);
    try {
      // So that the port is free when the reply is there.
      host.remove(id).get(START.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw BridgeException.passing("the bridge " + id + " takes long to stop");
    }
  }

  private void known(String id) {
    if (!asked.containsKey(id)) {
      throw BridgeException.lasting("Bridge not found: " + id);
    }
  }

  private Value delete(String id) {
    known(id);
    remove(id);
    return Value.of(Map.of("deleted", Value.of(id)));
  }

  private Value list() {
    return Value.of(List.copyOf(asked.keySet()).stream().map(this::info).toList());
  }

  private Value send(Tree request) {
    boolean ofDesktop = request.value("signal") instanceof Value.Map;
    String id = ofDesktop ? meant(request) : text(request, "bridge_id");
    known(id);
    Tree signal = ofDesktop ? request.child("signal") : request;
    host.deliver(
        id, new MappedSignal(text(signal, "address"), SignalType.PARAM, signal.value("value")));
    return Value.of(Map.of("sent", Value.TRUE));
  }

  /** Of a signal that the desktop application sends to try a bridge: it names no bridge. */
  private String meant(Tree request) {
    Optional<String> id = request.text("bridge_id");
    if (id.isPresent()) {
      return id.get();
    }
    String protocol = text(request, "protocol");
    String address = text(request, "target_addr");
    return asked.entrySet().stream()
        .filter(each -> each.getValue().source().equals(protocol))
        .filter(each ->
            each.getValue().targetAddress().equals(address)
                || each.getValue().sourceAddress().equals(address))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(
            () -> BridgeException.lasting("Bridge not found: " + protocol + " at " + address));
  }

  private Value setLogLevel(String level) {
    try {
      surroundings.setLogLevel(level);
    } catch (IllegalArgumentException e) {
      throw BridgeException.lasting(
          "level must be trace, debug, info, warn, error or off, not '" + level + "'");
    }
    return Value.of(Map.of("level", Value.of(level.toLowerCase(Locale.ROOT))));
  }

  private Value subscribeMetrics(Tree request) {
    long millis =
        switch (request.value("interval_ms")) {
          case Value.Int(long number) -> number;
          default -> throw BridgeException.lasting("interval_ms must be a whole number");
        };
    if (millis != 0 && (millis < LEAST_INTERVAL_MILLIS || millis > MOST_INTERVAL_MILLIS)) {
      throw BridgeException.lasting(
          "interval_ms must be 0, to end it, or "
              + LEAST_INTERVAL_MILLIS
              + " to "
              + MOST_INTERVAL_MILLIS
              + ", not "
              + millis);
    }
    synchronized (this) {
      if (telling != null) {
        telling.shutdownNow();
        telling = null;
      }
      if (millis > 0) {
        telling =
            Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("clasp-service-metrics").factory());
        var _ =
            telling.scheduleAtFixedRate(this::tellMetrics, millis, millis, TimeUnit.MILLISECONDS);
      }
    }
    return Value.of(Map.of("interval_ms", Value.of(millis)));
  }

  /** Not while a request is served, which may take its time: the next one comes soon. */
  private void tellMetrics() {
    if (!serving.tryLock()) {
      return;
    }
    try {
      Map<String, Value> line = new LinkedHashMap<>();
      line.put("type", Value.of("metrics"));
      line.put("bridges", diagnostics(Optional.empty()));
      lines.offer(line);
    } catch (BridgeException e) {
      // One has just gone.
    } finally {
      serving.unlock();
    }
  }

  private Value info(String id) {
    Asked of = asked.get(id);
    Optional<BridgeStatus> status = host.status(id);
    if (of == null || status.isEmpty()) {
      throw BridgeException.lasting("Bridge not found: " + id);
    }
    BridgeStatus now = status.get();
    Map<String, Value> info = new LinkedHashMap<>();
    info.put("id", Value.of(id));
    info.put("source", Value.of(of.source()));
    info.put("source_addr", Value.of(of.sourceAddress()));
    info.put("target", Value.of(of.target()));
    info.put("target_addr", Value.of(of.targetAddress()));
    info.put("active", Value.of(works(now)));
    info.put("started_at", Value.of(of.since().getEpochSecond()));
    info.put("uptime_secs", Value.of(seconds(of.since())));
    info.put("last_error", now.lastError().map(Value::of).orElse(Value.NULL));
    info.put("messages_sent", Value.of(now.counts().out()));
    info.put("messages_received", Value.of(now.counts().received()));
    return Value.of(info);
  }

  private static boolean works(BridgeStatus status) {
    return status.state() == BridgeState.RUNNING || status.state() == BridgeState.DEGRADED;
  }

  private static long seconds(Instant since) {
    return Math.max(0, Duration.between(since, Instant.now()).toSeconds());
  }

  private Value diagnostics(Optional<String> id) {
    if (id.isPresent()) {
      known(id.get());
      return diagnostics(id.get());
    }
    return Value.of(List.copyOf(asked.keySet()).stream().map(this::diagnostics).toList());
  }

  private Value diagnostics(String id) {
    Asked of = asked.get(id);
    Optional<BridgeStatus> status = host.status(id);
    if (of == null || status.isEmpty()) {
      throw BridgeException.lasting("Bridge not found: " + id);
    }
    BridgeStatus now = status.get();
    BridgeStatus.Counts counts = now.counts();
    Map<String, Value> all = new LinkedHashMap<>();
    all.put("id", Value.of(id));
    all.put("protocol", Value.of(of.source()));
    all.put(
        "status",
        Value.of(
            switch (now.state()) {
              case RUNNING -> "running";
              case STARTING -> "starting";
              case DEGRADED, WAITING -> "reconnecting";
              case FAILED -> "error";
              case STOPPED -> "stopped";
            }));
    all.put(
        "config",
        Value.of(
            Map.of(
                "source_addr", Value.of(of.sourceAddress()),
                "target", Value.of(of.target()),
                "target_addr", Value.of(of.targetAddress()))));
    Map<String, Value> metrics = new LinkedHashMap<>();
    metrics.put("messages_sent", Value.of(counts.out()));
    metrics.put("messages_received", Value.of(counts.received()));
    metrics.put("bytes_sent", Value.of(counts.bytesOut()));
    metrics.put("bytes_received", Value.of(counts.bytesIn()));
    metrics.put("errors", Value.of(counts.errors()));
    metrics.put("reconnects", Value.of(counts.reconnects() + counts.restarts()));
    all.put("metrics", Value.of(metrics));
    all.put(
        "last_activity",
        now.lastActivity().map(at -> Value.of(at.getEpochSecond())).orElse(Value.NULL));
    all.put("recent_errors", Value.of(recent(id).stream().map(Value::of).toList()));
    return Value.of(all);
  }

  private List<String> recent(String id) {
    Deque<String> recent = errors.get(id);
    if (recent == null) {
      return List.of();
    }
    synchronized (recent) {
      return new ArrayList<>(recent);
    }
  }

  private Value health() {
    List<BridgeStatus> all = host.status();
    long running = all.stream().filter(BridgeService::works).count();
    Map<String, Value> health = new LinkedHashMap<>();
    health.put(
        "status", Value.of(running == 0 ? "idle" : running == all.size() ? "healthy" : "degraded"));
    health.put("bridges_total", Value.of(all.size()));
    health.put("bridges_running", Value.of(running));
    health.put("bridges_stopped", Value.of(all.size() - running));
    health.put(
        "total_errors", Value.of(all.stream().mapToLong(each -> each.counts().errors()).sum()));
    health.put("uptime_secs", Value.of(seconds(since)));
    return Value.of(health);
  }

  // --- what happens by itself --------------------------------------------------------------------

  private boolean told(String id, MappedSignal signal) {
    Map<String, Value> line = new LinkedHashMap<>();
    line.put("type", Value.of("signal"));
    line.put("bridge_id", Value.of(id));
    line.put("address", Value.of(signal.address()));
    line.put("value", signal.value());
    signal
        .gesture()
        .ifPresent(step -> {
          line.put("gesture_id", Value.of(Integer.toUnsignedLong(step.id())));
          line.put("phase", Value.of(step.phase().wireName()));
        });
    return lines.offer(line);
  }

  private void happened(BridgeEvent event) {
    switch (event) {
      case BridgeEvent.StateChanged(var id, var from, var to, var detail) -> {
        if (to == BridgeState.RUNNING) {
          event(id, "connected", detail.isEmpty() ? Value.NULL : Value.of(detail));
        } else if (from == BridgeState.RUNNING) {
          event(id, "disconnected", detail.isEmpty() ? Value.NULL : Value.of(detail));
        }
        CompletableFuture<Optional<String>> start = starting.get(id);
        if (start != null) {
          switch (to) {
            case RUNNING, DEGRADED -> start.complete(Optional.empty());
            case WAITING, FAILED -> start.complete(Optional.of(detail));
            case STOPPED, STARTING -> {}
          }
        }
      }
      case BridgeEvent.Problem(var id, var what, _) -> {
        Deque<String> recent = errors.get(id);
        if (recent != null) {
          synchronized (recent) {
            recent.addLast(what);
            if (recent.size() > MAX_ERRORS) {
              recent.removeFirst();
            }
          }
        }
        event(id, "error", Value.of(what));
      }
      case BridgeEvent.Defined _, BridgeEvent.Removed _ -> {}
    }
  }

  private void event(String id, String what, Value data) {
    Map<String, Value> line = new LinkedHashMap<>();
    line.put("type", Value.of("bridge_event"));
    line.put("bridge_id", Value.of(id));
    line.put("event", Value.of(what));
    line.put("data", data);
    lines.put(line);
  }
}
