package dev.clasp.examples;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.Signal;
import dev.clasp.client.Values;
import java.util.concurrent.CountDownLatch;

/** A callback for everything below an address. It runs on the client's dispatcher. */
final class Subscribe {

  private Subscribe() {}

  public static void main(String[] args) throws InterruptedException {
    CountDownLatch three = new CountDownLatch(3);
    try (ClaspClient client = ClaspClient.builder(args[0]).name("example").connectBlocking()) {
      client
          .subscribe(
              "/lights/**",
              signal -> {
                if (signal instanceof Signal.Change change) {
                  IO.println(change.address() + " is " + Values.toObject(change.value()));
                }
                three.countDown();
              })
          .active()
          .join();

      client.set("/lights/1/brightness", 0.5);
      client.set("/lights/1/on", true);
      client.set("/lights/1/name", "spot");
      client.set("/audio/volume", 1);
      three.await();
    }
  }
}
