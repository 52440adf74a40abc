package dev.clasp.examples;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.View;
import dev.clasp.client.ViewEvent;
import java.util.concurrent.CountDownLatch;

/** A copy of a part of the state that keeps itself up to date, also across reconnects. */
final class Watch {

  private Watch() {}

  public static void main(String[] args) throws InterruptedException {
    CountDownLatch told = new CountDownLatch(1);
    CountDownLatch changed = new CountDownLatch(1);
    try (ClaspClient client = ClaspClient.builder(args[0]).name("example").connectBlocking()) {
      client.blocking().set("/mixer/1", 0.25);
      client.blocking().set("/mixer/2", 0.75);

      try (View mixer =
          client
              .blocking()
              .watch(
                  "/mixer/*",
                  event -> {
                    switch (event) {
                      case ViewEvent.State _ -> told.countDown();
                      case ViewEvent.Changed _ -> changed.countDown();
                      case ViewEvent.Stale _, ViewEvent.Ended _ -> {}
                    }
                  })) {
        IO.println(mixer.size() + " faders, the first at " + level(mixer));
        // What changes before the state is told is told as a part of it.
        told.await();
        client.blocking().set("/mixer/1", 0.5);
        changed.await();
        IO.println("now at " + level(mixer) + ", current: " + mixer.isCurrent());
      }
    }
  }

  private static double level(View mixer) {
    return mixer.get("/mixer/1").orElseThrow().as(double.class);
  }
}
