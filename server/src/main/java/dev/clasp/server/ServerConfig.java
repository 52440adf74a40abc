package dev.clasp.server;

import dev.clasp.router.RouterConfig;
import dev.clasp.transport.OriginPolicy;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Settings of a server. Immutable.
 *
 * @param host address to bind; loopback unless the user says otherwise (D18)
 * @param port 0 = any free port
 * @param allowOpen accept a host that is not loopback although there is no authentication yet
 * @param origins which web pages may connect and see the status
 * @param loops event loops; 0 = chosen by the number of cores
 * @param drain when stopping, how long slow clients have to take what waits for them
 * @param persistence where values are kept; empty = they end with the server
 * @param router settings of the router itself
 */
public record ServerConfig(
    String host,
    int port,
    boolean allowOpen,
    OriginPolicy origins,
    int loops,
    Duration drain,
    Optional<Persistence> persistence,
    RouterConfig router) {

  /** The port that every CLASP client tries first. */
  public static final int DEFAULT_PORT = 7330;

  public static final ServerConfig DEFAULT =
      new ServerConfig(
          "127.0.0.1",
          DEFAULT_PORT,
          false,
          OriginPolicy.LOCAL,
          0,
          Duration.ofSeconds(3),
          Optional.empty(),
          RouterConfig.DEFAULT);

  public ServerConfig {
    Objects.requireNonNull(host);
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port must be 0 to 65535, not " + port);
    }
    if (loops < 0 || loops > 256) {
      throw new IllegalArgumentException("loops must be 0 to 256, not " + loops);
    }
    if (drain.isNegative()) {
      throw new IllegalArgumentException("drain must not be negative: " + drain);
    }
  }

  public ServerConfig withHost(String value) {
    return new ServerConfig(value, port, allowOpen, origins, loops, drain, persistence, router);
  }

  public ServerConfig withPort(int value) {
    return new ServerConfig(host, value, allowOpen, origins, loops, drain, persistence, router);
  }

  public ServerConfig withAllowOpen(boolean value) {
    return new ServerConfig(host, port, value, origins, loops, drain, persistence, router);
  }

  public ServerConfig withOrigins(OriginPolicy value) {
    return new ServerConfig(host, port, allowOpen, value, loops, drain, persistence, router);
  }

  public ServerConfig withLoops(int value) {
    return new ServerConfig(host, port, allowOpen, origins, value, drain, persistence, router);
  }

  public ServerConfig withDrain(Duration value) {
    return new ServerConfig(host, port, allowOpen, origins, loops, value, persistence, router);
  }

  public ServerConfig withPersistence(Persistence value) {
    return new ServerConfig(
        host, port, allowOpen, origins, loops, drain, Optional.of(value), router);
  }

  public ServerConfig withRouter(RouterConfig value) {
    return new ServerConfig(host, port, allowOpen, origins, loops, drain, persistence, value);
  }

  /**
   * Event loops in use. One serves two cores best: a second loop competes with the clients' own
   * work and adds hand-offs between loops; beyond, half of the cores.
   */
  public int effectiveLoops() {
    return loops > 0 ? loops : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }
}
