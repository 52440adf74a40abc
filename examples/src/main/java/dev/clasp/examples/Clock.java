package dev.clasp.examples;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClockReading;

/** The router's clock, measured: what bundles and timelines go by. */
final class Clock {

  private Clock() {}

  public static void main(String[] args) {
    try (ClaspClient client = ClaspClient.builder(args[0]).name("example").connectBlocking()) {
      ClockReading reading = client.blocking().sync();
      IO.println("samples: " + reading.samples());
      IO.println("known: " + (reading.quality() > 0));
      IO.println("round trip measured: " + client.blocking().ping().isPositive());
      IO.println("year " + (1970 + client.time() / 1_000_000 / 31_556_952));
    }
  }
}
