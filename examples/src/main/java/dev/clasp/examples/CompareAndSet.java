package dev.clasp.examples;

import dev.clasp.client.BlockingClient;
import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.Value;

/** Two clients count together without losing a step: each writes only if nobody wrote meanwhile. */
final class CompareAndSet {

  private static final String COUNTER = "/counter";

  private CompareAndSet() {}

  public static void main(String[] args) throws InterruptedException {
    try (ClaspClient one = ClaspClient.builder(args[0]).name("one").connectBlocking();
        ClaspClient two = ClaspClient.builder(args[0]).name("two").connectBlocking()) {
      Thread first = Thread.startVirtualThread(() -> count(one.blocking(), 50));
      Thread second = Thread.startVirtualThread(() -> count(two.blocking(), 50));
      first.join();
      second.join();
      IO.println("counted to " + one.blocking().get(COUNTER, Long.class).orElseThrow());

      long revision = one.blocking().get(COUNTER).orElseThrow().revision();
      two.blocking().set(COUNTER, 0);
      IO.println(
          "after another write: " + one.blocking().compareAndSet(COUNTER, revision, Value.of(1)));
    }
  }

  /** Reads, adds one and writes, again if somebody was faster. */
  private static void count(BlockingClient client, int times) {
    for (int i = 0; i < times; i++) {
      client.update(COUNTER, now -> now.map(found -> found.as(long.class)).orElse(0L) + 1);
    }
  }
}
