package dev.clasp.server;

import dev.clasp.router.RouterConfig;
import dev.clasp.security.AuditEvent;
import dev.clasp.security.Authenticator;
import dev.clasp.transport.InheritedSocket;
import dev.clasp.transport.OriginPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Settings of a server. Immutable.
 *
 * @param host address to bind; loopback unless the user says otherwise (D18)
 * @param port 0 = any free port
 * @param inherited a socket that listens at this host and port already, if somebody hands it over
 * @param allowOpen accept a host that is not loopback although everybody may do everything
 * @param origins which web pages may connect and see the status, if not the default: see {@link
 *     #effectiveOrigins}
 * @param loops event loops; 0 = chosen by the number of cores
 * @param drain when stopping, how long slow clients have to take what waits for them
 * @param network what it takes from the network, and from whom
 * @param persistence where values are kept; empty = they end with the server
 * @param router settings of the router itself
 * @param memory from where on it takes nothing new
 * @param authenticator who may come in; {@link Authenticator#OPEN} for everybody
 * @param pairing how clients get a token for a code, if they can
 * @param companions what lives beside the server: announcements, further pages
 * @param audit told who does what, from any thread; must not block
 */
public record ServerConfig(
    String host,
    int port,
    Optional<InheritedSocket> inherited,
    boolean allowOpen,
    Optional<OriginPolicy> origins,
    int loops,
    Duration drain,
    NetworkConfig network,
    Optional<Persistence> persistence,
    RouterConfig router,
    MemoryConfig memory,
    Authenticator authenticator,
    Optional<PairingConfig> pairing,
    List<Companion.Factory> companions,
    Consumer<AuditEvent> audit) {

  /** Nobody wants to know. */
  public static final Consumer<AuditEvent> NO_AUDIT = _ -> {};

  /** The port that every CLASP client tries first. */
  public static final int DEFAULT_PORT = 7330;

  public static final ServerConfig DEFAULT =
      new ServerConfig(
          "127.0.0.1",
          DEFAULT_PORT,
          Optional.empty(),
          false,
          Optional.empty(),
          0,
          Duration.ofSeconds(3),
          NetworkConfig.DEFAULT,
          Optional.empty(),
          RouterConfig.DEFAULT,
          MemoryConfig.DEFAULT,
          Authenticator.OPEN,
          Optional.empty(),
          List.of(),
          NO_AUDIT);

  public ServerConfig {
    Objects.requireNonNull(host);
    companions = List.copyOf(companions);
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
    return with(b -> b.host = value);
  }

  public ServerConfig withPort(int value) {
    return with(b -> b.port = value);
  }

  public ServerConfig withInherited(InheritedSocket value) {
    return with(b -> {
      b.inherited = Optional.of(value);
      b.host = value.address().getAddress().getHostAddress();
      b.port = value.address().getPort();
    });
  }

  public ServerConfig withAllowOpen(boolean value) {
    return with(b -> b.allowOpen = value);
  }

  public ServerConfig withOrigins(OriginPolicy value) {
    return with(b -> b.origins = Optional.of(value));
  }

  public ServerConfig withLoops(int value) {
    return with(b -> b.loops = value);
  }

  public ServerConfig withDrain(Duration value) {
    return with(b -> b.drain = value);
  }

  public ServerConfig withNetwork(NetworkConfig value) {
    return with(b -> b.network = value);
  }

  public ServerConfig withPersistence(Persistence value) {
    return with(b -> b.persistence = Optional.of(value));
  }

  public ServerConfig withRouter(RouterConfig value) {
    return with(b -> b.router = value);
  }

  public ServerConfig withMemory(MemoryConfig value) {
    return with(b -> b.memory = value);
  }

  public ServerConfig withAuthenticator(Authenticator value) {
    return with(b -> b.authenticator = value);
  }

  public ServerConfig withPairing(PairingConfig value) {
    return with(b -> b.pairing = Optional.of(value));
  }

  public ServerConfig withCompanions(List<Companion.Factory> value) {
    return with(b -> b.companions = value);
  }

  public ServerConfig withAudit(Consumer<AuditEvent> value) {
    return with(b -> b.audit = value);
  }

  /** These settings, with what a running server can change taken from others. */
  ServerConfig withLive(ServerConfig next) {
    return with(b -> {
      b.drain = next.drain;
      b.origins = next.origins;
      b.router = b.router.withLive(next.router);
      b.memory = next.memory.withSource(b.memory.source());
      b.network = b.network.withLimits(next.network.limits());
    });
  }

  private ServerConfig with(Consumer<Copy> change) {
    Copy copy = new Copy(this);
    change.accept(copy);
    return copy.config();
  }

  /** The settings while one of them is changed. */
  private static final class Copy {
    private String host;
    private int port;
    private Optional<InheritedSocket> inherited;
    private boolean allowOpen;
    private Optional<OriginPolicy> origins;
    private int loops;
    private Duration drain;
    private NetworkConfig network;
    private Optional<Persistence> persistence;
    private RouterConfig router;
    private MemoryConfig memory;
    private Authenticator authenticator;
    private Optional<PairingConfig> pairing;
    private List<Companion.Factory> companions;
    private Consumer<AuditEvent> audit;

    Copy(ServerConfig from) {
      host = from.host;
      port = from.port;
      inherited = from.inherited;
      allowOpen = from.allowOpen;
      origins = from.origins;
      loops = from.loops;
      drain = from.drain;
      network = from.network;
      persistence = from.persistence;
      router = from.router;
      memory = from.memory;
      authenticator = from.authenticator;
      pairing = from.pairing;
      companions = from.companions;
      audit = from.audit;
    }

    ServerConfig config() {
      return new ServerConfig(
          host,
          port,
          inherited,
          allowOpen,
          origins,
          loops,
          drain,
          network,
          persistence,
          router,
          memory,
          authenticator,
          pairing,
          companions,
          audit);
    }
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
