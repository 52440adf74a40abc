package dev.clasp.examples;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.Signal;
import dev.clasp.client.SignalQueue;
import dev.clasp.client.StreamOptions;
import dev.clasp.client.StreamWriter;

/** Samples written one by one travel in blocks, with their rate. */
final class StreamSamples {

  private StreamSamples() {}

  public static void main(String[] args) {
    try (ClaspClient viewer = ClaspClient.builder(args[0]).name("viewer").connectBlocking();
        ClaspClient sensor = ClaspClient.builder(args[0]).name("sensor").connectBlocking();
        SignalQueue samples = viewer.blocking().subscribe("/sensor/*")) {
      try (StreamWriter sound =
          sensor.stream("/sensor/sound", StreamOptions.DEFAULT.withRate(48_000))) {
        for (int i = 0; i < 10_000; i++) {
          sound.write(Math.sin(i / 100.0));
        }
      }

      int received = 0;
      int blocks = 0;
      int rate = 0;
      while (received < 10_000) {
        Signal.Stream block = (Signal.Stream) samples.take();
        received += block.values().size();
        rate = block.rate().orElseThrow();
        blocks++;
      }
      IO.println(received + " samples at " + rate + " Hz");
      IO.println("in few messages: " + (blocks < 1000));
    }
  }
}
