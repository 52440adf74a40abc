package dev.clasp.examples;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClientEvent;
import dev.clasp.client.OfflinePolicy;
import dev.clasp.transport.Backoff;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The router goes away while we write. The newest value of each address is sent when it is back,
 * and only then confirmed.
 */
final class Offline {

  private Offline() {}

  public static void main(String[] args) throws InterruptedException {
    BlockingQueue<ClientEvent> events = new LinkedBlockingQueue<>();
    try (ClaspClient client =
        ClaspClient.builder(args[0])
            .name("example")
            .offline(OfflinePolicy.BUFFER)
            .backoff(new Backoff(Duration.ofMillis(250), 2, Duration.ofSeconds(2), true, 0))
            .requestTimeout(Duration.ofMinutes(1))
            .listener(events::add)
            .connectBlocking()) {
      IO.println("connected: stop the router and start it again");
      await(events, ClientEvent.Disconnected.class);
      var first = client.set("/fader/1", 0.2);
      var newest = client.set("/fader/1", 0.3);
      IO.println("written while it is away");

      await(events, ClientEvent.Connected.class);
      IO.println("both confirmed by one write: " + first.join().equals(newest.join()));
      IO.println("it is " + client.blocking().get("/fader/1", Double.class).orElseThrow());
    }
  }

  private static void await(BlockingQueue<ClientEvent> events, Class<? extends ClientEvent> wanted)
      throws InterruptedException {
    boolean resumed;
    do {
      ClientEvent event = events.take();
      resumed =
          wanted.isInstance(event)
              && !(event instanceof ClientEvent.Connected connected && !connected.resumed());
    } while (!resumed);
  }
}
