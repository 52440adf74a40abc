package dev.clasp.server;

import dev.clasp.router.RouterConfig;
import dev.clasp.security.Authenticator;
import dev.clasp.transport.OriginPolicy;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Settings of a server. Immutable.
 *
 * @param host address to bind; loopback unless the user says otherwise (D18)
 * @param port 0 = any free port
 * @param allowOpen accept a host that is not loopback although everybody may do everything
 * @param origins which web pages may connect and see the status, if not the default: see {@link
 *     #effectiveOrigins}
 * @param loops event loops; 0 = chosen by the number of cores
 * @param drain when stopping, how long slow clients have to take what waits for them
 * @param network what it takes from the network, and from whom
 * @param persistence where values are kept; empty = they end with the server
 * @param router settings of the router itself
 * @param authenticator who may come in; {@link Authenticator#OPEN} for everybody
 * @param pairing how clients get a token for a code, if they can
 */
public record ServerConfig(
    String host,
    int port,
    boolean allowOpen,
    Optional<OriginPolicy> origins,
    int loops,
    Duration drain,
    NetworkConfig network,
    Optional<Persistence> persistence,
    RouterConfig router,
    Authenticator authenticator,
    Optional<PairingConfig> pairing) {

  /** The port that every CLASP client tries first. */
  public static final int DEFAULT_PORT = 7330;

  public static final ServerConfig DEFAULT =
      new ServerConfig(
          "127.0.0.1",
          DEFAULT_PORT,
          false,
          Optional.empty(),
          0,
          Duration.ofSeconds(3),
          NetworkConfig.DEFAULT,
          Optional.empty(),
          RouterConfig.DEFAULT,
          Authenticator.OPEN,
          Optional.empty());

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
    return new ServerConfig(
        value,
        port,
        allowOpen,
        origins,
        loops,
        drain,
        network,
        persistence,
        router,
        authenticator,
        pairing);
  }

  public ServerConfig withPort(int value) {
    return new ServerConfig(
        host,
        value,
        allowOpen,
        origins,
        loops,
        drain,
        network,
        persistence,
        router,
        authenticator,
        pairing);
  }

  public ServerConfig withAllowOpen(boolean value) {
    return new ServerConfig(
        host,
        port,
        value,
        origins,
        loops,
        drain,
        network,
        persistence,
        router,
        authenticator,
        pairing);
  }

  public ServerConfig withOrigins(OriginPolicy value) {
    return new ServerConfig(
        host,
        port,
        allowOpen,
        Optional.of(value),
        loops,
        drain,
        network,
        persistence,
        router,
        authenticator,
        pairing);
  }

  public ServerConfig withLoops(int value) {
    return new ServerConfig(
        host,
        port,
        allowOpen,
        origins,
        value,
        drain,
        network,
        persistence,
        router,
        authenticator,
        pairing);
  }

  public ServerConfig withDrain(Duration value) {
    return new ServerConfig(
        host,
        port,
        allowOpen,
        origins,
        loops,
        value,
        network,
        persistence,
        router,
        authenticator,
        pairing);
  }

  public ServerConfig withNetwork(NetworkConfig value) {
    return new ServerConfig(
        host,
        port,
        allowOpen,
        origins,
        loops,
        drain,
        value,
        persistence,
        router,
        authenticator,
        pairing);
  }

  public ServerConfig withPersistence(Persistence value) {
    return new ServerConfig(
        host,
        port,
        allowOpen,
        origins,
        loops,
        drain,
        network,
        Optional.of(value),
        router,
        authenticator,
        pairing);
  }

  public ServerConfig withRouter(RouterConfig value) {
    return new ServerConfig(
        host,
        port,
        allowOpen,
        origins,
        loops,
        drain,
        network,
        persistence,
        value,
        authenticator,
        pairing);
  }

  public ServerConfig withAuthenticator(Authenticator value) {
    return new ServerConfig(
        host, port, allowOpen, origins, loops, drain, network, persistence, router, value, pairing);
  }

  public ServerConfig withPairing(PairingConfig value) {
    return new ServerConfig(
        host,
        port,
        allowOpen,
        origins,
        loops,
        drain,
        network,
        persistence,
        router,
        authenticator,
        Optional.of(value));
  }

  /** Whoever connects needs a token. */
  public boolean wantsTokens() {
    return !authenticator.equals(Authenticator.OPEN);
  }

  /**
   * Which web pages may connect: those of this machine and network, or any if tokens are wanted,
   * which a browser does not send by itself (D19).
   */
  public OriginPolicy effectiveOrigins() {
    return origins.orElse(wantsTokens() ? OriginPolicy.ANY : OriginPolicy.LOCAL);
  }

  /**
   * Event loops in use. One serves two cores best: a second loop competes with the clients' own
   * work and adds hand-offs between loops; beyond, half of the cores.
   */
  public int effectiveLoops() {
    return loops > 0 ? loops : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }
}
