package dev.clasp.examples;

import dev.clasp.client.BlockingClient;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.Signal;
import dev.clasp.client.SignalQueue;

/** Signals one after the other in a loop: first what is there, then what changes. */
final class Queue {

  private Queue() {}

  public static void main(String[] args) {
    try (ClaspClient client = ClaspClient.builder(args[0]).name("example").connectBlocking()) {
      BlockingClient desk = client.blocking();
      desk.set("/mixer/1", 0.25);
      try (SignalQueue faders = desk.subscribe("/mixer/*")) {
        desk.set("/mixer/1", 0.5);
        for (int i = 0; i < 2; i++) {
          if (faders.take() instanceof Signal.Change change) {
            IO.println((change.fromSnapshot() ? "was " : "became ") + change.as(double.class));
          }
        }
      }
    }
  }
}
