package dev.clasp.cli;

import dev.clasp.server.NetworkConfig;
import dev.clasp.transport.ConnectionLimits;
import dev.clasp.transport.LinkServer.Protocol;
import dev.clasp.transport.ServerTls;
import dev.clasp.transport.TrustedProxies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What {@code clasp server} takes from the network, and from whom. */
final class NetworkOptions {

  /** A protocol by its name. */
  static final class Name implements ITypeConverter<Protocol> {
    @Override
    public Protocol convert(String text) {
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "websocket", "ws" -> Protocol.WEBSOCKET;
        case "tcp" -> Protocol.TCP;
        case "quic", "udp" ->
            throw new TypeConversionException(
                text + " is no protocol of this port: use --" + text.toLowerCase(Locale.ROOT));
        default ->
            throw new TypeConversionException(
                "it must be websocket or tcp, not '"
                    + Printable.escape(text)
                    + "'"
                    + (text.chars().allMatch(Character::isDigit)
                        ? ". The port is -P or --port"
                        : ""));
      };
    }
  }

  /** For the shell. */
  static final class Names extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    Names() {
      super(List.of("websocket", "tcp"));
    }
  }

  /** An address or a network. */
  static final class Proxy implements ITypeConverter<TrustedProxies.Network> {
    @Override
    public TrustedProxies.Network convert(String text) {
      try {
        return TrustedProxies.Network.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(Printable.escape(String.valueOf(e.getMessage())));
      }
    }
  }

  private static final ConnectionLimits DEFAULT = ConnectionLimits.DEFAULT;

  @Option(
      names = {"-p", "--protocol"},
      order = HelpSections.NETWORK,
      paramLabel = "PROTOCOL",
      converter = Name.class,
      completionCandidates = Names.class,
      description =
          "What to listen for: websocket or tcp; may be repeated (default: both, on the one port).")
  private List<Protocol> protocols = new ArrayList<>();

  @Option(
      names = "--max-connections",
      order = HelpSections.NETWORK + 1,
      paramLabel = "N",
      description = "Connections at once; 0 = unlimited (default: ${DEFAULT-VALUE}).")
  private int maxConnections = DEFAULT.maxConnections();

  @Option(
      names = "--max-connections-per-ip",
      order = HelpSections.NETWORK + 2,
      paramLabel = "N",
      description = {
        "Of those, from one address; 0 = unlimited (default: ${DEFAULT-VALUE}).",
        "An IPv6 network of 64 bits counts as one address."
      })
  private int maxPerAddress = DEFAULT.maxPerAddress();

  @Option(
      names = "--max-unauthenticated",
      order = HelpSections.NETWORK + 3,
      paramLabel = "N",
      description =
          "Connections that were not let in yet; one more takes the place of the one that has been"
              + " quiet for longest (default: ${DEFAULT-VALUE}).")
  private int maxUnauthenticated = DEFAULT.maxUnauthenticated();

  @Option(
      names = "--max-unauthenticated-per-ip",
      order = HelpSections.NETWORK + 4,
      paramLabel = "N",
      description = "Of those, from one address; 0 = unlimited (default: ${DEFAULT-VALUE}).")
  private int maxUnauthenticatedPerAddress = DEFAULT.maxUnauthenticatedPerAddress();

  @Option(
      names = "--connection-rate",
      order = HelpSections.NETWORK + 5,
      paramLabel = "N",
      description =
          "New connections a second from one address; 0 = unlimited (default: ${DEFAULT-VALUE}).")
  private int rate = DEFAULT.ratePerAddress();

  @Option(
      names = "--connection-burst",
      order = HelpSections.NETWORK + 6,
      paramLabel = "N",
      description = "As many at once before the rate counts (default: ${DEFAULT-VALUE}).")
  private int burst = DEFAULT.burstPerAddress();

  @Option(
      names = "--limit-loopback",
      order = HelpSections.NETWORK + 7,
      description = "Limit connections from this machine by address too.")
  private boolean limitLoopback;

  @Option(
      names = "--accept-rate",
      order = HelpSections.NETWORK + 7,
      paramLabel = "N",
      description =
          "New connections a second of everybody together; more of them wait; 0 = unlimited"
              + " (default: ${DEFAULT-VALUE}).")
  private int acceptRate = DEFAULT.acceptRate();

  @Option(
      names = "--max-message-size",
      order = HelpSections.NETWORK + 7,
      paramLabel = "BYTES",
      description =
          "Longest message; whoever sends a longer one is disconnected (default: ${DEFAULT-VALUE}).")
  private int maxMessage = DEFAULT.maxMessage();

  @Option(
      names = "--upgrade-timeout",
      order = HelpSections.NETWORK + 8,
      paramLabel = "TIME",
      description = "For a connection to say what it wants (default: 5s).")
  private Duration handshake = DEFAULT.handshake();

  @Option(
      names = "--trusted-proxy",
      order = HelpSections.NETWORK + 9,
      paramLabel = "NETWORK",
      converter = Proxy.class,
      description = {
        "Believe this proxy whom it speaks for: X-Forwarded-For, Forwarded, PROXY version 2.",
        "May be repeated. Example: 10.0.0.0/8"
      })
  private List<TrustedProxies.Network> proxies = new ArrayList<>();

  @Option(
      names = "--small-frame",
      order = HelpSections.NETWORK + 10,
      paramLabel = "BYTES",
      description =
          "Longest frame for small nodes over TCP, such as Arduinos; 0 = no such limit"
              + " (default: ${DEFAULT-VALUE}).")
  private int smallFrame = NetworkConfig.DEFAULT.smallFrame();

  @Mixin private ServerTlsOptions tlsOptions = new ServerTlsOptions();

  @Mixin private ListenerOptions listeners = new ListenerOptions();

  /**
   * The settings.
   *
   * @param host address to bind
   * @throws IllegalArgumentException an option is out of its range, with a sentence for the user
   * @throws CommandException a file cannot be used
   */
  NetworkConfig config(String host) {
    range("--max-connections", maxConnections, 0, 1_000_000);
    range("--max-connections-per-ip", maxPerAddress, 0, 1_000_000);
    range("--max-unauthenticated", maxUnauthenticated, 1, 1_000_000);
    range("--max-unauthenticated-per-ip", maxUnauthenticatedPerAddress, 0, 1_000_000);
    range("--connection-rate", rate, 0, 1_000_000);
    range("--connection-burst", burst, 1, 1_000_000);
    range("--accept-rate", acceptRate, 0, 1_000_000);
    range("--max-message-size", maxMessage, 1024, DEFAULT.maxMessage());
    if (smallFrame != 0) {
      range("--small-frame", smallFrame, 64, 65_536);
    }
    if (!handshake.isPositive() || handshake.compareTo(Duration.ofMinutes(5)) > 0) {
      throw new IllegalArgumentException("--upgrade-timeout must be more than 0 and up to 5m");
    }
    Set<Protocol> chosen =
        protocols.isEmpty() ? EnumSet.allOf(Protocol.class) : EnumSet.copyOf(protocols);
    Optional<ServerTls> tls = tlsOptions.tls();
    return new NetworkConfig(
        chosen,
        new ConnectionLimits(
            maxConnections,
            maxPerAddress,
            maxUnauthenticated,
            maxUnauthenticatedPerAddress,
            rate,
            burst,
            limitLoopback,
            acceptRate,
            maxMessage,
            DEFAULT.maxBody(),
            handshake,
            DEFAULT.keepAlive()),
        new TrustedProxies(proxies),
        smallFrame,
        tls,
        tlsOptions.only(),
        listeners.factories(host, tls, tlsOptions.only()));
  }

  /** The option that lets in whoever is in range of the radio, if there is one. */
  Optional<String> openRadio() {
    return listeners.openRadio();
  }

  static void range(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          option + " must be " + min + " to " + max + ", not " + value);
    }
  }
}
