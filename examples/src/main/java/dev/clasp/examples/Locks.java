package dev.clasp.examples;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.HeldLock;

/** While one holds the lock of an address, nobody else writes there. */
final class Locks {

  private Locks() {}

  public static void main(String[] args) {
    String spot = "/lights/spot";
    try (ClaspClient operator = ClaspClient.builder(args[0]).name("operator").connectBlocking();
        ClaspClient assistant = ClaspClient.builder(args[0]).name("assistant").connectBlocking()) {
      operator.blocking().set(spot, 0.1);

      try (HeldLock lock = operator.blocking().lock(spot)) {
        lock.set(0.8).join();
        IO.println("the assistant gets it: " + assistant.blocking().tryLock(spot).isPresent());
        try {
          assistant.blocking().set(spot, 0.5);
        } catch (ClaspException.Locked e) {
          IO.println(e.refusal() + " at " + e.address().orElseThrow());
        }
        // Closing gives it back too, and does not wait for the router.
        lock.release().join();
      }

      assistant.blocking().set(spot, 0.5);
      IO.println("now " + assistant.blocking().get(spot, Double.class).orElseThrow());
    }
  }
}
