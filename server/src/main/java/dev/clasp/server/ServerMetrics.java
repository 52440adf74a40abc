package dev.clasp.server;

import dev.clasp.protocol.ErrorCode;
import dev.clasp.router.Counter;
import dev.clasp.router.Router;
import dev.clasp.router.RouterMetrics;
import dev.clasp.security.LoginCounts;
import dev.clasp.security.LoginMethod;
import dev.clasp.security.LoginReport;
import dev.clasp.security.TokenAuthenticator;
import dev.clasp.transport.ConnectionCounter;
import dev.clasp.transport.Listener;
import dev.clasp.transport.Lobby;
import dev.clasp.transport.TlsIdentity;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything that a server measures (docs/metrics.md), read from where it is counted anyway when
 * somebody asks. Any thread.
 */
final class ServerMetrics {

  /** Transports whose connections come through the lobby; a serial line does not. */
  private static final Set<String> AT_THE_DOOR =
      Set.of(
          "transport=websocket",
          "transport=websocket+tls",
          "transport=tcp",
          "transport=tcp+tls",
          "transport=quic",
          "transport=udp",
          "transport=mqtt",
          "transport=mqtt+tls",
          "transport=mqtt+websocket",
          "transport=mqtt+websocket+tls");

  private static final String CONNECTIONS_HELP = "Connections, and what became of them";

  /** Of the process, so one for all servers in it; made when somebody asks first. */
  private static final class Jvm {
    static final PrometheusRegistry REGISTRY = new PrometheusRegistry();

    static {
      JvmMetrics.builder().register(REGISTRY);
    }
  }

  private final ClaspServer server;
  private final ConfigReloads reloads;

  ServerMetrics(ClaspServer server, ConfigReloads reloads) {
    this.server = server;
    this.reloads = reloads;
  }

  MetricSnapshots snapshot() {
    MetricFamilies families = new MetricFamilies();
    process(families);
    List<RouterMetrics.Metric> router = RouterMetrics.of(server.router());
    router.forEach(families::add);
    if (router.stream().noneMatch(m -> m.series().equals("clasp_errors_total"))) {
      // So that the first error is an increase.
      families.counter(
          "clasp_errors_total", "code=" + ErrorCode.INTERNAL, "ERROR messages sent", 0);
    }
    connections(families, router);
    limits(families);
    logins(families);
    state(families);
    listeners(families);
    loops(families);
    memory(families);
    pressure(families);
    List<MetricSnapshot> all = new ArrayList<>();
    families.addTo(all);
    Jvm.REGISTRY.scrape().forEach(all::add);
    return new MetricSnapshots(all);
  }

  private void process(MetricFamilies to) {
    to.info(
        "clasp_build",
        "version="
            + Version.number()
            + ",commit="
            + Version.commit()
            + ",runtime=java "
            + Runtime.version().feature(),
        "What this is");
    to.gauge(
        "clasp_start_time_seconds",
        "",
        "When the router started, Unix time",
        server.router().startedMicros() / 1e6);
    to.gauge(
        "clasp_ready",
        "",
        "1 if new clients should come",
        server.phase() == HealthPages.Phase.RUNNING ? 1 : 0);
    String help = "How often the configuration was read again";
    to.counter("clasp_config_reloads_total", "result=ok", help, reloads.successes());
    to.counter("clasp_config_reloads_total", "result=error", help, reloads.failures());
  }

  private void connections(MetricFamilies to, List<RouterMetrics.Metric> router) {
    Lobby door = server.door();
    long carrying = 0;
    long known = 0;
    for (RouterMetrics.Metric metric : router) {
      if (metric instanceof RouterMetrics.Level level
          && level.series().equals("clasp_connections_active")
          && AT_THE_DOOR.contains(level.label())) {
        carrying += level.value();
      }
    }
    for (ConnectionCounter counter :
        List.of(
            ConnectionCounter.WEBSOCKETS,
            ConnectionCounter.TCP,
            ConnectionCounter.QUIC,
            ConnectionCounter.UDP,
            ConnectionCounter.MQTT)) {
      known += door.count(counter);
    }
    // Pages, and those that have not said yet what they want.
    to.gauge(
        "clasp_connections_active",
        "transport=http",
        "Connections that are open",
        Math.max(0, door.open() - carrying));
    to.counter(
        "clasp_connections_total",
        "transport=http,result=accepted",
        CONNECTIONS_HELP,
        Math.max(0, door.count(ConnectionCounter.ACCEPTED) - known));
    for (ConnectionCounter counter : ConnectionCounter.values()) {
      if (counter.label().startsWith("result=") && counter != ConnectionCounter.ACCEPTED) {
        to.counter(
            counter.series(),
            "transport=unknown," + counter.label(),
            CONNECTIONS_HELP,
            door.count(counter));
      }
    }
    to.counter(
        "clasp_tls_connections_total",
        "",
        "Accepted connections inside TLS",
        door.count(ConnectionCounter.TLS));
    to.gauge(
        "clasp_connections_unauthenticated",
        "",
        "Connections that have not been let in yet",
        door.unauthenticated());
    String limited = "What was refused because it came too often";
    to.counter(
        "clasp_rate_limited_total",
        "scope=session",
        limited,
        server.router().count(Counter.RATE_LIMITED));
    to.counter(
        "clasp_rate_limited_total",
        "scope=ip",
        limited,
        door.count(ConnectionCounter.REFUSED_RATE));
  }

  private void limits(MetricFamilies to) {
    Router router = server.router();
    to.gauge(
        "clasp_sessions_limit",
        "",
        "Sessions that there may be at once; 0 = any number",
        router.config().maxSessions());
    to.gauge(
        "clasp_state_params_limit",
        "",
        "Parameters that may be stored",
        router.config().maxParameters());
    to.gauge(
        "clasp_state_bytes_limit",
        "",
        "Bytes that stored parameters may have",
        router.config().maxStateBytes());
  }

  private void logins(MetricFamilies to) {
    if (!(server.config().authenticator() instanceof TokenAuthenticator authenticator)) {
      return;
    }
    LoginCounts counts = authenticator.counts();
    for (LoginMethod method : LoginMethod.values()) {
      for (LoginReport.Outcome outcome : LoginReport.Outcome.values()) {
        long count = counts.of(method, outcome);
        boolean always = method == LoginMethod.CPSK && outcome != LoginReport.Outcome.NO_TOKEN;
        if (count > 0 || always) {
          to.counter(
              "clasp_auth_attempts_total",
              "method=" + method.label() + ",result=" + result(outcome),
              "Tokens that were shown, and what became of that",
              count);
        }
      }
    }
  }

  private static String result(LoginReport.Outcome outcome) {
    return switch (outcome) {
      case ADMITTED -> "ok";
      case NO_TOKEN -> "missing";
      case INVALID -> "invalid";
      case EXPIRED -> "expired";
      case THROTTLED -> "limited";
    };
  }

  private void state(MetricFamilies to) {
    server
        .keeper()
        .ifPresent(keeper -> {
          StateKeeper.Status status = keeper.status();
          Timings.Sample took = keeper.timings().sample();
          String kind = "kind=state";
          to.histogram(
              "clasp_persist_seconds",
              kind,
              "How long it took to write what had changed",
              Timings.BOUNDS,
              took.counts(),
              took.sum());
          to.counter("clasp_persist_failures_total", kind, "Writes that failed", keeper.failures());
          to.gauge(
              "clasp_persist_last_success_timestamp_seconds",
              kind,
              "Up to when everything is on the disk, Unix time; 0 = never",
              status.writtenMicros() / 1e6);
          to.gauge("clasp_persist_bytes", kind, "Length of the file", status.bytes());
          to.gauge(
              "clasp_persist_interval_seconds",
              kind,
              "How often it is written",
              server.config().persistence().map(p -> p.interval().toNanos() / 1e9).orElse(0.0));
        });
  }

  private void listeners(MetricFamilies to) {
    for (Listener listener : server.others()) {
      for (Map.Entry<String, Long> counter : listener.counters().entrySet()) {
        to.counter(
            "clasp_listener_events_total",
            "transport=" + listener.transport() + ",event=" + counter.getKey(),
            "What a listener counts beside its connections",
            counter.getValue());
      }
    }
    for (Companion companion : server.companions()) {
      for (Map.Entry<String, Long> counter : companion.counters().entrySet()) {
        to.counter(
            "clasp_companion_events_total",
            "companion=" + companion.name() + ",event=" + counter.getKey(),
            "What lives beside the router counts",
            counter.getValue());
      }
      companion.measure(to);
    }
    server
        .config()
        .network()
        .tls()
        .ifPresent(tls -> {
          List<TlsIdentity> identities = tls.identities();
          for (int i = 0; i < identities.size(); i++) {
            to.gauge(
                "clasp_tls_certificate_expiry_timestamp_seconds",
                "listener=main,certificate=" + i,
                "End of a certificate, Unix time; they are numbered as they were named",
                identities.get(i).chain().getFirst().getNotAfter().getTime() / 1000.0);
          }
        });
  }

  private void pressure(MetricFamilies to) {
    to.gauge(
        "clasp_memory_needed_ratio",
        "",
        "Heap that the last collection left, as a share of what it may have",
        server.memory().used());
    to.gauge(
        "clasp_memory_pressure",
        "",
        "0 = none, 1 = nothing new is taken, 2 = slow consumers are dropped too",
        server.memory().pressure().ordinal());
  }

  private void loops(MetricFamilies to) {
    LoopWatch watch = server.watch();
    Timings.Sample delays = watch.delays().sample();
    to.histogram(
        "clasp_loop_delay_seconds",
        "",
        "How long a task waits for its event loop, looked at once a second",
        Timings.BOUNDS,
        delays.counts(),
        delays.sum());
    to.counter("clasp_loop_stalls_total", "", "Event loops that were found stuck", watch.stalls());
    to.gauge("clasp_loops", "", "Event loops", watch.status().size());
    to.gauge(
        "clasp_loops_stuck",
        "",
        "Event loops that are stuck now",
        watch.status().stream().filter(LoopWatch.Status::stuck).count());
  }

  private static void memory(MetricFamilies to) {
    if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider) {
      ByteBufAllocatorMetric metric = provider.metric();
      String help = "Bytes that the network buffers hold, in use or pooled";
      to.gauge("clasp_network_buffer_bytes", "area=heap", help, metric.usedHeapMemory());
      to.gauge("clasp_network_buffer_bytes", "area=direct", help, metric.usedDirectMemory());
    }
    to.gauge("clasp_memory_used_ratio", "", "Heap in use, as a share of what it may have", used());
  }

  private static double used() {
    var heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    return heap.getMax() > 0 ? (double) heap.getUsed() / heap.getMax() : 0;
  }
}
