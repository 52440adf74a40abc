package dev.clasp.examples;

import dev.clasp.client.BlockingClient;
import dev.clasp.client.ClaspClient;

/** Writes a parameter and reads it back. The blocking face waits for the router. */
final class SetAndGet {

  private SetAndGet() {}

  public static void main(String[] args) {
    try (ClaspClient client = ClaspClient.builder(args[0]).name("example").connectBlocking()) {
      BlockingClient desk = client.blocking();
      IO.println("revision " + desk.set("/lights/1/brightness", 0.8).revision().orElseThrow());
      IO.println("revision " + desk.set("/lights/1/brightness", 0.9).revision().orElseThrow());
      desk.get("/lights/1/brightness")
          .ifPresent(
              found -> IO.println(found.as(double.class) + " at revision " + found.revision()));
      IO.println("/lights/2 is there: " + desk.get("/lights/2/brightness").isPresent());
    }
  }
}
