package dev.clasp.examples;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.GestureWriter;
import dev.clasp.client.Signal;
import dev.clasp.client.SignalQueue;
import dev.clasp.protocol.GesturePhase;

/** A finger goes down, moves and is lifted. Fast moves are thinned; the last is not. */
final class Gestures {

  /** On the pad, 0 to 1. */
  record Point(double x, double y) {}

  private Gestures() {}

  public static void main(String[] args) {
    try (ClaspClient viewer = ClaspClient.builder(args[0]).name("viewer").connectBlocking();
        ClaspClient pad = ClaspClient.builder(args[0]).name("pad").connectBlocking();
        SignalQueue touches = viewer.blocking().subscribe("/touch/*")) {
      try (GestureWriter finger = pad.gesture("/touch/pad").start(new Point(0, 0))) {
        for (int i = 1; i <= 100; i++) {
          finger.move(new Point(i / 100.0, 0.5));
        }
      }

      Signal.Gesture step = (Signal.Gesture) touches.take();
      IO.println(step.phase());
      Point last = step.as(Point.class);
      while (step.phase() != GesturePhase.END) {
        last = step.as(Point.class);
        step = (Signal.Gesture) touches.take();
      }
      IO.println(last);
      IO.println(step.phase());
    }
  }
}
