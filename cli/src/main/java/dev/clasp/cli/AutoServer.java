package dev.clasp.cli;

import dev.clasp.discovery.Device;
import dev.clasp.discovery.Discovery;
import dev.clasp.discovery.DiscoveryConfig;
import dev.clasp.discovery.DiscoveryEvent.Failed;
import dev.clasp.discovery.RendezvousException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * The router of {@code --server auto}: the only one that is found.
 *
 * <p>Anybody in the network can answer, so a token goes to a router that was only found if that is
 * on this machine, or the user has said whom he trusts (D-05).
 */
final class AutoServer {

  private static final String ALL = "auto";
  private static final String WAN = "auto:wan";

  private static final Duration TIME = Duration.ofSeconds(2);

  private final boolean wanOnly;
  private final Optional<String> rendezvous;
  private final boolean guardsToken;
  private final boolean namesTheRouter;
  private final Consumer<String> note;

  /** Is the router to be found? {@code auto}, or {@code auto:wan} by the rendezvous server only. */
  static boolean isMeant(String server) {
    return server.equalsIgnoreCase(ALL) || server.equalsIgnoreCase(WAN);
  }

  /**
   * @param server what the user has said
   * @param rendezvous a server to ask too
   * @param guardsToken there is a token, and it is not for anybody who is found
   * @param namesTheRouter TLS would tell an impostor
   * @param note is told what was found
   */
  AutoServer(
      String server,
      Optional<String> rendezvous,
      boolean guardsToken,
      boolean namesTheRouter,
      Consumer<String> note) {
    this.wanOnly = server.equalsIgnoreCase(WAN);
    this.rendezvous = rendezvous;
    this.guardsToken = guardsToken;
    this.namesTheRouter = namesTheRouter;
    this.note = note;
  }

  /**
   * Looks for it.
   *
   * @throws CommandException there is none, or more than one, or it may not have the token
   */
  String url() {
    if (wanOnly && rendezvous.isEmpty()) {
      throw new CommandException(
          ExitStatus.USAGE, WAN + " needs a rendezvous server: --rendezvous URL");
    }
    DiscoveryConfig config =
        DiscoveryConfig.DEFAULT.withTimeout(TIME).withMechanisms(!wanOnly, !wanOnly);
    if (rendezvous.isPresent()) {
      config = config.withRendezvous(rendezvous.get(), Optional.empty(), Optional.empty());
    }
    ConcurrentLinkedQueue<Failed> failures = new ConcurrentLinkedQueue<>();
    try (Discovery discovery =
        Discovery.builder().config(config).onFailure(failures::add).build()) {
      return chosen(discovery.discoverAll(), List.copyOf(failures));
    } catch (RendezvousException e) {
      throw new CommandException(ExitStatus.USAGE, Printable.escape(e.getMessage()), e);
    }
  }

  private String chosen(List<Device> all, List<Failed> failures) {
    List<Device> devices = all.stream().filter(device -> device.url().isPresent()).toList();
    if (devices.isEmpty()) {
      failures.forEach(f -> note.accept(f.mechanism() + ": " + Printable.escape(f.message())));
      throw new CommandException(
          ExitStatus.UNAVAILABLE,
          "no router was found in "
              + TIME.toSeconds()
              + " s. "
              + (wanOnly
                  ? "Is it registered with the rendezvous server?"
                  : "Does one run in this network, does it announce itself, and does a firewall let"
                      + " UDP 5353 and 7331 through?")
              + " Say where it is with --server URL");
    }
    if (devices.size() > 1) {
      StringBuilder list = new StringBuilder();
      for (Device device : devices) {
        list.append(System.lineSeparator())
            .append("  ")
            .append(url(device))
            .append("  ")
            .append(Printable.escape(device.name()));
      }
      throw new CommandException(
          ExitStatus.FAILURE,
          devices.size() + " routers were found; choose one with --server:" + list);
    }
    return checked(devices.getFirst());
  }

  private String checked(Device device) {
    String url = device.url().orElseThrow();
    String what = Printable.escape(device.name()) + " at " + url(device);
    boolean encrypted = url.matches("(?i)(wss|tls|quic):.*");
    if (guardsToken && !isLocal(url) && !(namesTheRouter && encrypted)) {
      throw new CommandException(
          ExitStatus.NOT_PERMITTED,
          "found "
              + what
              + ", but it does not get the token: anybody in the network can answer under this name."
              + " If it is the right one, say --server "
              + url(device)
              + ", or --trust-found");
    }
    note.accept("found " + what);
    return url;
  }

  private static String url(Device device) {
    return Printable.escape(device.url().orElse(""));
  }

  /** Does it lead to this machine? By its text: a name server could say anything. */
  static boolean isLocal(String url) {
    try {
      String host = new URI(url).getHost();
      return host != null
          && host.matches("(?i)localhost|127(\\.[0-9]{1,3}){3}|\\[::1]|\\[0:0:0:0:0:0:0:1]");
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
