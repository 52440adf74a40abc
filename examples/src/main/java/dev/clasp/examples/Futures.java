package dev.clasp.examples;

import dev.clasp.client.Ack;
import dev.clasp.client.ClaspClient;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Many writes at once, without a thread that waits for each. */
final class Futures {

  private Futures() {}

  public static void main(String[] args) {
    try (ClaspClient client = ClaspClient.builder(args[0]).name("example").connect().join()) {
      List<CompletableFuture<Ack>> writes =
          List.of(
              client.set("/lights/1/brightness", 0.1),
              client.set("/lights/2/brightness", 0.2),
              client.set("/lights/3/brightness", 0.3));

      CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new))
          .thenCompose(_ -> client.get("/lights/2/brightness"))
          .thenAccept(found -> IO.println("the second is " + found.orElseThrow().as(double.class)))
          .join();
    }
  }
}
