package dev.clasp.examples;

import dev.clasp.client.BlockingClient;
import dev.clasp.client.ClaspClient;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A thousand things that each wait for the router, as a thousand virtual threads. */
final class VirtualThreads {

  private VirtualThreads() {}

  public static void main(String[] args) {
    try (ClaspClient client = ClaspClient.builder(args[0]).name("example").connectBlocking()) {
      BlockingClient router = client.blocking();
      try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 1000; i++) {
          String address = "/pixels/" + i;
          each.submit(() -> router.set(address, 0.5));
        }
      }
      // Closing the executor has waited for all of them.
      IO.println("the last is " + router.get("/pixels/999", Double.class).orElseThrow());
    }
  }
}
