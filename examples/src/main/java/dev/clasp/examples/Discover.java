package dev.clasp.examples;

import dev.clasp.client.ClaspClient;
import dev.clasp.discovery.Device;
import dev.clasp.discovery.DiscoveryConfig;
import java.time.Duration;
import java.util.Optional;

/**
 * Looks for routers: in the local network, or, with the URL of a rendezvous server as argument,
 * there.
 */
final class Discover {

  private Discover() {}

  public static void main(String[] args) {
    DiscoveryConfig where =
        args.length == 0
            ? DiscoveryConfig.DEFAULT
            : DiscoveryConfig.DEFAULT
                .withMechanisms(false, false)
                .withRendezvous(args[0], Optional.empty(), Optional.empty());
    for (Device device : ClaspClient.discover(where.withTimeout(Duration.ofSeconds(5))).join()) {
      IO.println(device.name() + " at " + device.url().orElse("no URL"));
    }
  }
}
