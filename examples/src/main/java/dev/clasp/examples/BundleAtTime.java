package dev.clasp.examples;

import dev.clasp.client.BundleBuilder;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.Signal;
import dev.clasp.client.SignalQueue;
import dev.clasp.client.Values;

/** A scene: all of it or nothing, now or at a time of the router's clock, unless called off. */
final class BundleAtTime {

  private BundleAtTime() {}

  public static void main(String[] args) {
    try (ClaspClient desk = ClaspClient.builder(args[0]).name("desk").connectBlocking();
        SignalQueue scene = desk.blocking().subscribe("/scene/**")) {
      desk.blocking()
          .bundle(new BundleBuilder().set("/scene/active", "sunset").set("/scene/level", 0.8));
      long due = desk.time() + 4_000_000;
      desk.blocking().bundle(new BundleBuilder().set("/scene/active", "strobe").at(due - 1));
      desk.blocking().bundle(new BundleBuilder().set("/scene/active", "night").at(due));
      desk.blocking().callOff(due - 1);

      for (int i = 0; i < 3; i++) {
        if (scene.take() instanceof Signal.Change change) {
          IO.println(change.address() + " " + Values.toObject(change.value()));
        }
      }
      // A little less, because two clocks never agree to the microsecond.
      IO.println("not before its time: " + (desk.time() >= due - 100_000));
    }
  }
}
