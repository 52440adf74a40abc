package dev.clasp.examples;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClientEvent;
import dev.clasp.client.Statistics;
import java.util.concurrent.CountDownLatch;

/** What happens to the connection, and how much went through it. */
final class EventsAndCounters {

  private EventsAndCounters() {}

  public static void main(String[] args) throws InterruptedException {
    CountDownLatch told = new CountDownLatch(1);
    try (ClaspClient client =
        ClaspClient.builder(args[0])
            .name("example")
            .listener(event -> {
              switch (event) {
                case ClientEvent.Connected connected -> {
                  IO.println(connected.resumed() ? "connected again" : "connected");
                  told.countDown();
                }
                case ClientEvent.Disconnected _ -> IO.println("disconnected");
                case ClientEvent.Dropped dropped -> IO.println("lost " + dropped.count());
                default -> {
                  // Of no interest here.
                }
              }
            })
            .connectBlocking()) {
      client.blocking().set("/a", 1);
      // The listener has a thread of its own, for which the end of a program does not wait.
      told.await();
      // The same by name, for a system of metrics: client.meters().
      Statistics counters = client.statistics();
      IO.println("connections " + counters.connections());
    }
  }
}
