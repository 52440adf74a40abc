package dev.clasp.examples;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.View;
import java.time.Duration;

/** What subscriptions have brought is at hand without asking the router. */
final class Cache {

  private Cache() {}

  public static void main(String[] args) {
    try (ClaspClient client = ClaspClient.builder(args[0]).name("example").connectBlocking()) {
      client.blocking().set("/lights/1", 0.5);
      IO.println("known before: " + client.cached("/lights/1").isPresent());
      try (View lights = client.blocking().watch("/lights/*")) {
        IO.println("known of " + lights.pattern() + ": " + client.cached("/lights/1").isPresent());
        IO.println(
            client
                .blocking()
                .getOrCached("/lights/1", Duration.ofSeconds(1))
                .orElseThrow()
                .as(double.class));
      }
    }
  }
}
