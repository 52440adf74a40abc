package dev.clasp.server;

import dev.clasp.router.MemoryPressure;
import dev.clasp.router.spi.RouterClock;
import dev.clasp.transport.LinkServer;
import dev.clasp.transport.Listener;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** How a server is, for {@link HealthPages}. */
record ServerHealth(ClaspServer server, LoopWatch watch, RouterClock clock)
    implements HealthPages.Source {

  /** Nobody has to know of a disk that is full for a moment. */
  private static final long FAILING_MICROS = 30_000_000L;

  @Override
  public HealthPages.Phase phase() {
    return server.phase();
  }

  @Override
  public boolean turning() {
    return watch.turning();
  }

  @Override
  public long uptimeSeconds() {
    return (clock.unixMicros() - server.router().startedMicros()) / 1_000_000L;
  }

  @Override
  public Map<String, String> checks() {
    Map<String, String> checks = new LinkedHashMap<>();
    String listening =
        switch (phase()) {
          case STARTING -> "not bound yet";
          case RUNNING -> HealthPages.OK;
          case DRAINING -> "closed";
        };
    for (LinkServer.Protocol protocol : server.config().network().protocols()) {
      checks.put("listener." + protocol.name().toLowerCase(Locale.ROOT), listening);
    }
    for (Listener listener : server.others()) {
      checks.put("listener." + listener.transport(), listening);
    }
    checks.put("loops", watch.turning() ? HealthPages.OK : "stuck");
    checks.put(
        "memory", server.memory().pressure() == MemoryPressure.NONE ? HealthPages.OK : "short");
    server
        .stateStatus()
        .ifPresent(state ->
            checks.put(
                "state",
                state.failingSinceMicros() > 0
                        && clock.unixMicros() - state.failingSinceMicros() >= FAILING_MICROS
                    ? "cannot be written"
                    : HealthPages.OK));
    return checks;
  }
}
