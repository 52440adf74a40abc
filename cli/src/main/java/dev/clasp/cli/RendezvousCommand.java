package dev.clasp.cli;

import dev.clasp.discovery.RegistryConfig;
import dev.clasp.discovery.RendezvousConfig;
import dev.clasp.discovery.RendezvousConfig.Listing;
import dev.clasp.security.Authenticator;
import dev.clasp.security.TokenAuthenticator;
import dev.clasp.security.TokenConfig;
import dev.clasp.security.TokenFormatException;
import dev.clasp.server.RendezvousStation;
import dev.clasp.server.ServerException;
import dev.clasp.transport.ConnectionLimits;
import dev.clasp.transport.OriginPolicy;
import dev.clasp.transport.ServerTls;
import dev.clasp.transport.TrustedProxies;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code clasp rendezvous}: a rendezvous server without a router, until it is interrupted. */
@Command(
    name = "rendezvous",
    description = {
      "Run a rendezvous server: routers tell it where they are, and clients ask.",
      "",
      "Prints one line with its URL when it is ready, and runs until Ctrl-C. With tokens, whoever"
          + " registers needs one; everybody may list, unless --guard-listing.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp rendezvous",
      "  clasp rendezvous --host 0.0.0.0 --token-file tokens.json --persist devices.json",
      "  clasp rendezvous --host 0.0.0.0 --allow-open     everybody may register",
      "  clasp discover --rendezvous http://localhost:7340 --wan",
    })
final class RendezvousCommand implements Callable<Integer> {

  private static final RegistryConfig REGISTRY = RegistryConfig.DEFAULT;

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-b", "--host", "--bind"},
      paramLabel = "ADDRESS",
      description = "Address to listen on (default: ${DEFAULT-VALUE}).")
  private String host = "127.0.0.1";

  @Option(
      names = {"-P", "--port"},
      paramLabel = "PORT",
      description = "Port to listen on; 0 = any free one (default: ${DEFAULT-VALUE}).")
  private int port = RendezvousConfig.DEFAULT_PORT;

  @Option(
      names = "--allow-open",
      description = "Listen on an address that others can reach although everybody may register.")
  private boolean allowOpen;

  @Option(
      names = "--ttl",
      paramLabel = "TIME",
      description = "A device ends after so long without a refresh (default: 300s).")
  private Duration ttl = REGISTRY.ttl();

  @Option(
      names = "--max-devices",
      paramLabel = "N",
      description = "In all; one more takes the place of another (default: ${DEFAULT-VALUE}).")
  private int maxDevices = REGISTRY.maxDevices();

  @Option(
      names = "--max-per-address",
      paramLabel = "N",
      description =
          "From one address; one more takes the place of its oldest. This machine has no limit"
              + " (default: ${DEFAULT-VALUE}).")
  private int maxPerAddress = REGISTRY.maxPerSource();

  @Option(
      names = "--max-registrations",
      paramLabel = "N",
      description = "A minute from one address; 0 = unlimited (default: ${DEFAULT-VALUE}).")
  private int maxRegistrations = REGISTRY.registrationsPerMinute();

  @Option(
      names = "--max-requests",
      paramLabel = "N",
      description =
          "Of all other kinds a minute from one address; 0 = unlimited (default: ${DEFAULT-VALUE}).")
  private int maxRequests = REGISTRY.requestsPerMinute();

  @Option(
      names = "--strict",
      description = "Refuse what an address has too many of, instead of dropping its oldest.")
  private boolean strict;

  @Option(
      names = "--tagged-only",
      description = "Who asks without a tag sees nothing: only who knows a tag finds its devices.")
  private boolean taggedOnly;

  @Option(names = "--guard-listing", description = "Who lists devices needs a token too.")
  private boolean guardListing;

  @Option(
      names = "--persist",
      paramLabel = "FILE",
      description = "Keep the devices in this file over a restart.")
  private @Nullable Path file;

  @Option(
      names = "--allow-origin",
      paramLabel = "ORIGIN",
      description =
          "Let pages of this origin register devices; all pages may list them. May be given several"
              + " times.")
  private List<String> origins = new ArrayList<>();

  @Option(
      names = "--trusted-proxy",
      paramLabel = "ADDRESS",
      converter = NetworkOptions.Proxy.class,
      description = "Believe this proxy whom it speaks for. May be given several times.")
  private List<TrustedProxies.Network> proxies = new ArrayList<>();

  @Mixin private ServerTlsOptions tlsOptions = new ServerTlsOptions();

  @Mixin private AuthOptions authOptions = new AuthOptions();

  RendezvousCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    RendezvousConfig config = config();
    Optional<ServerTls> tls;
    Optional<TokenConfig> tokens;
    try {
      tls = tlsOptions.tls();
      tokens = authOptions.config();
    } catch (AuthOptions.Mistake | IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
    if (guardListing && tokens.isEmpty()) {
      throw wrong("--guard-listing needs tokens: --token-file");
    }
    if (tokens.isEmpty() && !allowOpen && !loopback()) {
      throw wrong(
          "refusing to listen on "
              + host
              + ": there is no authentication, so everybody who reaches this address could register"
              + " devices. Ask for tokens with --token-file, or add --allow-open if that is what you"
              + " want");
    }
    clasp.startLogging(Clasp.LogLevel.INFO);
    CountDownLatch interrupted = new CountDownLatch(1);
    try (Interrupts.Registration _ =
            clasp.terminal().interrupts().onInterrupt(interrupted::countDown);
        TokenAuthenticator authenticator = tokens.map(this::authenticator).orElse(null);
        RendezvousStation station =
            start(config, tls, authenticator == null ? Authenticator.OPEN : authenticator)) {
      if (authenticator != null) {
        // A token that ends has no session here that would have to end.
        authenticator.start(_ -> {});
      }
      clasp
          .terminal()
          .out()
          .println(
              clasp.json()
                  ? new JsonLine()
                      .put("url", station.url())
                      .put("port", station.address().getPort())
                      .end()
                  : "CLASP rendezvous server ready: " + station.url());
      clasp.terminal().out().flush();
      interrupted.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ExitStatus.OK;
  }

  private RendezvousStation start(
      RendezvousConfig config, Optional<ServerTls> tls, Authenticator authenticator) {
    try {
      return RendezvousStation.start(
          host, port, ConnectionLimits.DEFAULT, tls, config, authenticator, guardListing);
    } catch (ServerException e) {
      throw new CommandException(
          ExitStatus.FAILURE, Printable.escape(String.valueOf(e.getMessage())), e);
    }
  }

  private TokenAuthenticator authenticator(TokenConfig tokens) {
    try {
      return new TokenAuthenticator(tokens, clasp.terminal().clock(), _ -> {});
    } catch (TokenFormatException e) {
      throw new CommandException(ExitStatus.FAILURE, String.valueOf(e.getMessage()), e);
    }
  }

  private boolean loopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw wrong("cannot bind to " + Printable.escape(host) + ": unknown host");
    }
  }

  private RendezvousConfig config() {
    try {
      if (port < 0 || port > 65_535) {
        throw new IllegalArgumentException("--port must be 0 to 65535, not " + port);
      }
      RendezvousConfig config =
          RendezvousConfig.DEFAULT
              .withRegistry(
                  REGISTRY
                      .withTtl(ttl)
                      .withMaxDevices(maxDevices)
                      .withMaxPerSource(maxPerAddress, strict)
                      .withRates(maxRegistrations, maxRequests))
              .withListing(taggedOnly ? Listing.TAGGED : Listing.ALL)
              .withProxies(new TrustedProxies(proxies))
              .withOrigins(new OriginPolicy(Set.copyOf(origins)));
      return file == null ? config : config.withFile(file);
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
