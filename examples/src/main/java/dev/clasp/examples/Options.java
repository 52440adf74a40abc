package dev.clasp.examples;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.SignalQueue;
import dev.clasp.client.SubscribeOptions;
import dev.clasp.protocol.SignalType;

/** A subscription that wants less: one kind of signal, ten a second, and only real changes. */
final class Options {

  private Options() {}

  public static void main(String[] args) {
    SubscribeOptions meter =
        SubscribeOptions.DEFAULT
            .withTypes(SignalType.STREAM)
            .withMaxRate(10)
            .withEpsilon(0.01)
            .withLatestOnly(true);
    try (ClaspClient viewer = ClaspClient.builder(args[0]).name("viewer").connectBlocking();
        ClaspClient source = ClaspClient.builder(args[0]).name("source").connectBlocking();
        SignalQueue levels = viewer.blocking().subscribe("/meter/*", meter)) {
      for (int i = 1; i <= 1000; i++) {
        source.blocking().stream("/meter/left", i);
      }
      int count = 0;
      double newest = 0;
      while (newest < 1000) {
        newest = levels.take().as(double.class);
        count++;
      }
      IO.println("the newest of 1000 is there: " + newest);
      IO.println("fewer came: " + (count < 1000));
    }
  }
}
