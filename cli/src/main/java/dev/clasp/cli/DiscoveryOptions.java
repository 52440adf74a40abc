package dev.clasp.cli;

import dev.clasp.discovery.BroadcastResponder;
import dev.clasp.discovery.Discovery;
import dev.clasp.discovery.DiscoveryConfig;
import dev.clasp.discovery.MdnsNetwork;
import dev.clasp.discovery.RegistryConfig;
import dev.clasp.discovery.RendezvousConfig;
import dev.clasp.discovery.RendezvousException;
import dev.clasp.server.BroadcastCompanion;
import dev.clasp.server.Companion;
import dev.clasp.server.DevicesCompanion;
import dev.clasp.server.MdnsCompanion;
import dev.clasp.server.RegistrationCompanion;
import dev.clasp.server.RegistrationSettings;
import dev.clasp.server.RendezvousCompanion;
import dev.clasp.server.RendezvousSettings;
import dev.clasp.server.ServerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How {@code clasp server} is found, and helps others to be found. */
final class DiscoveryOptions {

  /** What a rendezvous server tells to those who ask for everything. */
  enum Listing {
    ALL,
    TAGGED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--no-mdns",
      order = HelpSections.DISCOVERY,
      description =
          "Do not announce the router by mDNS. It is announced when it listens on an address that others"
              + " can reach.")
  private boolean noMdns;

  @Option(
      names = {"-a", "--announce", "--mdns"},
      hidden = true,
      description = "It is announced anyway.")
  @SuppressWarnings("UnusedVariable")
  private boolean announce;

  @Option(
      names = "--mdns-name",
      order = HelpSections.DISCOVERY,
      paramLabel = "NAME",
      description = "Announce it under this name (default: that of --name).")
  private @Nullable String mdnsName;

  @Option(
      names = "--mdns-interface",
      order = HelpSections.DISCOVERY,
      paramLabel = "NAME",
      description = "Announce it here only, for example eth0; may be repeated.")
  private List<String> interfaces = new ArrayList<>();

  @Option(
      names = "--mdns-ipv6",
      order = HelpSections.DISCOVERY,
      description =
          "Announce IPv6 addresses too. The published clients take any, and fail with these.")
  private boolean ipv6;

  @Option(
      names = "--broadcast",
      negatable = true,
      order = HelpSections.DISCOVERY,
      description =
          "Answer probes that are broadcast in the network, or do not (default: if others can reach the"
              + " router and its port is 7330, because published clients look there and nowhere else).")
  private @Nullable Boolean broadcast;

  @Option(
      names = "--discovery-port",
      order = HelpSections.DISCOVERY,
      paramLabel = "PORT",
      description = "UDP port of those probes (default: ${DEFAULT-VALUE}).")
  private int broadcastPort = BroadcastResponder.DEFAULT_PORT;

  @Option(
      names = "--rendezvous",
      order = HelpSections.DISCOVERY + 1,
      arity = "0..1",
      fallbackValue = "" + RendezvousConfig.DEFAULT_PORT,
      paramLabel = "PORT",
      description =
          "Be a rendezvous server too, where devices register and are found beyond the network (default:"
              + " ${FALLBACK-VALUE}). See docs/rendezvous.md")
  private @Nullable Integer rendezvousPort;

  @Option(
      names = "--rendezvous-ttl",
      order = HelpSections.DISCOVERY + 1,
      paramLabel = "TIME",
      description = "Forget a device that has not been heard of for so long (default: 5m).")
  private Duration rendezvousTtl = RegistryConfig.DEFAULT.ttl();

  @Option(
      names = "--rendezvous-listing",
      order = HelpSections.DISCOVERY + 1,
      paramLabel = "WHAT",
      description =
          "What those are told who ask for everything: all, or nothing but what has a tag that they name:"
              + " tagged (default: ${DEFAULT-VALUE}).")
  private Listing listing = Listing.ALL;

  @Option(
      names = "--rendezvous-guard-listing",
      order = HelpSections.DISCOVERY + 1,
      description = "Where tokens are wanted, want one from those who ask too.")
  private boolean guardListing;

  @Option(
      names = "--rendezvous-file",
      order = HelpSections.DISCOVERY + 1,
      paramLabel = "FILE",
      description = "Keep registered devices here over a restart.")
  private @Nullable Path rendezvousFile;

  @Option(
      names = "--rendezvous-url",
      order = HelpSections.DISCOVERY + 2,
      paramLabel = "URL",
      description = "Register with this rendezvous server. Example: http://meet.example:7340")
  private @Nullable String registrationUrl;

  @Option(
      names = "--rendezvous-tag",
      order = HelpSections.DISCOVERY + 2,
      paramLabel = "TAG",
      description = "To be found by there; may be repeated.")
  private List<String> tags = new ArrayList<>();

  @Option(
      names = "--rendezvous-token",
      order = HelpSections.DISCOVERY + 2,
      paramLabel = "TOKEN",
      description =
          "If that one wants a token. Everybody on this machine can see it here; use"
              + " CLASP_DISCOVERY_REGISTRATION_TOKEN_FILE.")
  private @Nullable String registrationToken;

  @Option(
      names = "--rendezvous-endpoint",
      order = HelpSections.DISCOVERY + 2,
      paramLabel = "URL",
      description =
          "A URL by which others reach this router, if not one of this machine's addresses; may be"
              + " repeated. Example: wss://stage.example/clasp")
  private List<String> endpoints = new ArrayList<>();

  /** Whether anything may be announced by mDNS. */
  boolean mdns() {
    return !noMdns;
  }

  /**
   * What lives beside the server.
   *
   * @param reachable others can reach it
   * @param port of the router
   * @param folder where values are kept, if they are
   * @throws IllegalArgumentException an option is wrong, with a sentence for the user
   */
  List<Companion.Factory> companions(boolean reachable, int port, Optional<Path> folder) {
    // Made when the first of them is: then the folder is there.
    Supplier<UUID> id = once(() -> ServerId.of(folder));
    NetworkOptions.range("--discovery-port", broadcastPort, 1, 65_535);
    List<Companion.Factory> companions = new ArrayList<>();
    if (!noMdns) {
      MdnsNetwork network = MdnsNetwork.ALL.withIpv6(ipv6);
      companions.add(server ->
          MdnsCompanion.factory(
                  id.get(),
                  Optional.ofNullable(mdnsName),
                  interfaces.isEmpty() ? network : network.withInterfaces(Set.copyOf(interfaces)))
              .create(server));
    }
    if (broadcast == null ? reachable && port == ServerConfig.DEFAULT_PORT : broadcast) {
      companions.add(server ->
          BroadcastCompanion.factory(id.get(), Optional.ofNullable(mdnsName), broadcastPort)
              .create(server));
    }
    rendezvous().ifPresent(settings -> companions.add(RendezvousCompanion.factory(settings)));
    registration()
        .ifPresent(settings ->
            companions.add(
                server -> RegistrationCompanion.factory(settings.withId(id.get())).create(server)));
    // A router for this machine alone does not look around in the network for its page.
    DiscoveryConfig looking =
        DiscoveryConfig.DEFAULT
            .withMechanisms(reachable, reachable)
            .withBroadcastPort(broadcastPort);
    companions.add(server ->
        DevicesCompanion.factory(
                failures -> Discovery.builder().config(looking).onFailure(failures).build(),
                Optional.of(id.get()))
            .create(server));
    return companions;
  }

  private static <T> Supplier<T> once(Supplier<T> supplier) {
    AtomicReference<@Nullable T> value = new AtomicReference<>();
    return () -> {
      T there = value.get();
      if (there == null) {
        value.compareAndSet(null, supplier.get());
        there = Objects.requireNonNull(value.get());
      }
      return there;
    };
  }

  private Optional<RendezvousSettings> rendezvous() {
    Integer port = rendezvousPort;
    if (port == null) {
      return Optional.empty();
    }
    NetworkOptions.range("--rendezvous", port, 0, 65_535);
    RegistryConfig registry;
    try {
      registry = RegistryConfig.DEFAULT.withTtl(rendezvousTtl);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--rendezvous-ttl must be 1s to 24h", e);
    }
    RendezvousSettings settings =
        RendezvousSettings.DEFAULT
            .withPorts(OptionalInt.of(port), false)
            .withRegistry(registry)
            .withListing(
                listing == Listing.TAGGED
                    ? RendezvousConfig.Listing.TAGGED
                    : RendezvousConfig.Listing.ALL,
                guardListing);
    Path file = rendezvousFile;
    return Optional.of(file == null ? settings : settings.withFile(file));
  }

  private Optional<RegistrationSettings> registration() {
    String url = registrationUrl;
    if (url == null) {
      if (!tags.isEmpty() || !endpoints.isEmpty() || registrationToken != null) {
        throw new IllegalArgumentException(
            "--rendezvous-tag, --rendezvous-token and --rendezvous-endpoint need --rendezvous-url");
      }
      return Optional.empty();
    }
    try {
      RegistrationSettings settings =
          new RegistrationSettings(url).withTags(tags).withEndpoints(endpoints);
      String token = registrationToken;
      return Optional.of(token == null ? settings : settings.withToken(token));
    } catch (RendezvousException e) {
      throw new IllegalArgumentException("--rendezvous-url: " + e.getMessage(), e);
    }
  }
}
