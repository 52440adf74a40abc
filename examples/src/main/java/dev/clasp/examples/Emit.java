package dev.clasp.examples;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.Signal;
import dev.clasp.client.SignalQueue;
import dev.clasp.client.Values;
import java.util.Map;

/** An event happens once: nobody who comes later sees it, and its sender does not either. */
final class Emit {

  private Emit() {}

  public static void main(String[] args) {
    try (ClaspClient crew = ClaspClient.builder(args[0]).name("crew").connectBlocking();
        ClaspClient manager = ClaspClient.builder(args[0]).name("manager").connectBlocking();
        SignalQueue cues = crew.blocking().subscribe("/cue/*")) {
      manager.emit("/cue/go", Map.of("cue", "intro"));
      manager.emit("/cue/stop");

      for (int i = 0; i < 2; i++) {
        if (cues.take() instanceof Signal.Event event) {
          IO.println(event.address() + " " + Values.toObject(event.value()));
        }
      }
    }
  }
}
