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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Bridges for another program, as lines of JSON (bridges.md 2.11): a request in each line that
 * comes in, and a reply, a signal or an event in each line that goes out. A {@code request_id} in a
 * request is in its reply as well.
 *
 * <p>What the published service gets wrong is right here: counters and times are true, an id that
 * is used again stops its first bridge, bundles are told, and every line is whole.
 */
public final class BridgeService {

  private static final int MAX_LINE = 1 << 20;
  private static final int MAX_ERRORS = 10;
  private static final Duration START = Duration.ofSeconds(10);

  /** What of a configuration is the host's and not the protocol's. */
  private static final List<String> OURS =
      List.of("namespace", "direction", "mapping", "rates", "echo_window", "profile");

  /** What was asked for. */
  private record Asked(
      String source, String sourceAddress, String target, String targetAddress, Instant since) {}

  private final InputStream in;
  private final ServiceLines lines;
  private final BridgeHost host;
  private final Instant since = Instant.now();
  private final Map<String, Asked> asked = new LinkedHashMap<>();
  private final Map<String, Deque<String>> errors = new ConcurrentHashMap<>();

  /** Bridges that are being started, and how it ended; empty: it works. */
  private final Map<String, CompletableFuture<Optional<String>>> starting =
      new ConcurrentHashMap<>();

  /**
   * @param router connects a bridge of that name to a router as well, if there shall be one
   */
  public BridgeService(
      List<BridgeProvider> providers,
      Optional<Function<String, CompletableFuture<ClaspClient>>> router,
      InputStream in,
      OutputStream out) {
    this.in = in;
    this.lines = new ServiceLines(out);
    HostClock clock = HostClock.system();
    this.host =
        new BridgeHost(
            providers,
            name ->
                router.isEmpty()
                    ? CompletableFuture.completedFuture(
                        new ServicePort(signal -> told(name, signal), Optional.empty(), clock))
                    : router
                        .get()
                        .apply(name)
                        .thenApply(client ->
                            new ServicePort(
                                signal -> told(name, signal),
                                Optional.of(new ClientPort(client, true)),
                                clock)),
            dev.clasp.transport.Backoff.DEFAULT,
            new java.util.SplittableRandom(),
            clock,
            this::happened);
  }

  /** Serves until a shutdown is asked for or the input ends; then all bridges are stopped. */
  public void run() throws IOException {
    try {
      lines.put(Map.of("type", Value.of("ready")));
      while (true) {
        Optional<String> line = line();
        if (line.isEmpty() || (!line.get().isBlank() && !serve(line.get()))) {
          return;
        }
      }
    } finally {
      host.close();
      lines.close();
    }
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
      Value data =
          switch (type) {
            case "create_bridge" -> create(request);
            case "delete_bridge" -> delete(text(request, "id"));
            case "list_bridges" -> list();
            case "get_diagnostics" -> diagnostics(request.text("bridge_id"));
            case "health_check" -> health();
            case "send_signal" -> send(request);
            case "ping" -> Value.of(Map.of("pong", Value.TRUE));
            case "shutdown" -> Value.of(Map.of("shutdown", Value.TRUE));
            default -> throw BridgeException.lasting("Unknown request type: " + type);
          };
      reply(id, "ok", "data", data);
      return !type.equals("shutdown");
    } catch (BridgeException e) {
      reply(id, "error", "message", Value.of(String.valueOf(e.getMessage())));
      return true;
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
    BridgeProvider provider =
        host.provider(source)
            .orElseThrow(() -> BridgeException.lasting("Unsupported source protocol: " + source));
    String id = request.text("id").orElseGet(() -> UUID.randomUUID().toString());
    Asked wanted =
        new Asked(
            source,
            request.text("source_addr").orElse(""),
            request.text("target").orElse(""),
            request.text("target_addr").orElse(""),
            Instant.now());
    BridgeDefinition definition;
    try {
      definition = definition(provider, id, wanted, request.child("config").entries());
      host.check(definition);
    } catch (BridgeException e) {
      throw BridgeException.lasting("Failed to start bridge: " + e.getMessage());
    }
    if (asked.containsKey(id)) {
      remove(id);
    }
    CompletableFuture<Optional<String>> started = new CompletableFuture<>();
    starting.put(id, started);
    errors.put(id, new ArrayDeque<>());
    asked.put(id, wanted);
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
      throw e;
    } finally {
      starting.remove(id);
    }
    return info(id);
  }

  private static BridgeDefinition definition(
      BridgeProvider provider, String id, Asked wanted, Map<String, Value> config) {
    Map<String, Value> tree = new LinkedHashMap<>();
    Map<String, Value> theirs = new LinkedHashMap<>(config);
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
    String id = text(request, "bridge_id");
    known(id);
    host.deliver(
        id, new MappedSignal(text(request, "address"), SignalType.PARAM, request.value("value")));
    return Value.of(Map.of("sent", Value.TRUE));
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
