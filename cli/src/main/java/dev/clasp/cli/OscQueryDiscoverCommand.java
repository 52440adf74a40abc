package dev.clasp.cli;

import dev.clasp.discovery.DiscoveryException;
import dev.clasp.discovery.MdnsNetwork;
import dev.clasp.discovery.ServiceBrowser;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code clasp oscquery discover}: which OSCQuery programs there are. */
@Command(
    name = "discover",
    description = {
      "List the OSCQuery programs in this network, by mDNS.",
      "",
      "Each line is a URL for clasp oscquery import, and a name. Nobody has vouched for them. The"
          + " status is 69 if there is none.",
    },
    footer = {"", "Examples:", "  clasp oscquery discover --timeout 10s"})
final class OscQueryDiscoverCommand implements Callable<Integer> {

  private final Clasp clasp;

  @Option(names = "--timeout", paramLabel = "TIME", description = "How long to look (default: 5s).")
  private Duration timeout = Duration.ofSeconds(5);

  OscQueryDiscoverCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    clasp.startLogging(Clasp.LogLevel.ERROR);
    List<ServiceBrowser.Found> found;
    try (Countdown _ = Countdown.of(clasp, "looking for OSCQuery programs", timeout)) {
      found = new ServiceBrowser("_oscjson._tcp", MdnsNetwork.ALL).look(timeout);
    } catch (DiscoveryException e) {
      throw new CommandException(
          ExitStatus.UNAVAILABLE, Printable.escape(String.valueOf(e.getMessage())), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException(ExitStatus.FAILURE, "interrupted", e);
    }
    for (ServiceBrowser.Found each : found) {
      String url = "http://" + each.authority();
      clasp
          .terminal()
          .out()
          .println(
              clasp.json()
                  ? new JsonLine().put("name", each.name()).put("url", url).end()
                  : url + "  " + Printable.escape(each.name()));
    }
    if (found.isEmpty()) {
      throw new CommandException(
          ExitStatus.UNAVAILABLE, "no OSCQuery program was found in " + timeout.toSeconds() + " s");
    }
    return ExitStatus.OK;
  }
}
