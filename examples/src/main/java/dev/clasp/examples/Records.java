package dev.clasp.examples;

import dev.clasp.client.BlockingClient;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.Parameter;

/** Records and enums as values: maps and texts for everybody else. */
final class Records {

  /** How a lamp is lit. */
  enum Mode {
    STEADY,
    STROBE
  }

  /** What a lamp shows. */
  record Look(double level, Mode mode) {}

  private Records() {}

  public static void main(String[] args) {
    try (ClaspClient client = ClaspClient.builder(args[0]).name("example").connectBlocking()) {
      BlockingClient desk = client.blocking();
      desk.set("/lights/1/look", new Look(0.8, Mode.STROBE));
      desk.set("/lights/2/look", new Look(0.2, Mode.STEADY));

      IO.println(desk.get("/lights/1/look", Look.class).orElseThrow());
      desk.list("/lights/*/look").stream().map(Parameter::address).sorted().forEach(IO::println);

      desk.set("/lights/3/look", "bright");
      try {
        desk.get("/lights/3/look", Look.class);
      } catch (ClaspException e) {
        IO.println(e.kind());
      }
    }
  }
}
