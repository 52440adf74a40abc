package dev.clasp.examples;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.Signal;
import dev.clasp.client.SignalQueue;
import dev.clasp.client.TimelineBuilder;
import dev.clasp.protocol.Easing;
import dev.clasp.protocol.Timeline;
import java.time.Duration;

/** A fade as keyframes that the router plays: its samples are ordinary writes, for any client. */
final class TimelineFade {

  private TimelineFade() {}

  public static void main(String[] args) {
    Timeline fade =
        new TimelineBuilder()
            .at(Duration.ZERO, 0.0)
            .at(Duration.ofMillis(300), 1.0, Easing.EASE_IN_OUT)
            .build();
    try (ClaspClient lamp = ClaspClient.builder(args[0]).name("lamp").connectBlocking();
        ClaspClient desk = ClaspClient.builder(args[0]).name("desk").connectBlocking();
        SignalQueue levels = lamp.blocking().subscribe("/lights/1")) {
      desk.play("/lights/1", fade);

      double level = -1;
      boolean rises = true;
      while (level < 1) {
        if (levels.take() instanceof Signal.Change change) {
          rises &= change.as(double.class) >= level;
          level = change.as(double.class);
        }
      }
      IO.println("rises: " + rises);
      IO.println("ends at " + level);
    }
  }
}
