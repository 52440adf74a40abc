package dev.clasp.systemtests;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Round trips of a published client, one after the other, while something else happens: it writes,
 * its own value comes back, it writes the next. Whoever disturbs it fails the test.
 */
final class EchoLoad implements AutoCloseable {

  private final PeerClient client;
  private final Watch echo;
  private final String address;
  private final Received<Integer> trips;
  private final CompletableFuture<Void> work;
  private volatile boolean stopping;

  private EchoLoad(PeerClient client, Watch echo, String address) {
    this.client = client;
    this.echo = echo;
    this.address = address;
    this.trips = new Received<>("echoes of " + client);
    this.work = CompletableFuture.runAsync(this::run, task -> Thread.ofVirtual().start(task));
  }

  /**
   * @param echo a subscription of the same client that matches the address
   */
  static EchoLoad start(PeerClient client, Watch echo, String address) {
    EchoLoad load = new EchoLoad(client, echo, address);
    load.awaitMore(1);
    return load;
  }

  private void run() {
    for (int i = 1; !stopping; i++) {
      try {
        client.set(address, i);
        echo.await(address, i);
        trips.add(i);
      } catch (AssertionError e) {
        trips.end(String.valueOf(e.getMessage()));
        throw e;
      }
    }
  }

  /**
   * Waits until this many more round trips have been made: the disturbance is over and all is well.
   */
  void awaitMore(int count) {
    int before = trips.all().size();
    trips.awaitAnswer(
        count + " more round trips",
        all -> Optional.of(all).filter(l -> l.size() >= before + count));
  }

  @Override
  public void close() {
    stopping = true;
    try {
      work.join();
    } catch (CompletionException e) {
      throw new AssertionError("the echoes of " + client + " stopped", e.getCause());
    }
  }
}
