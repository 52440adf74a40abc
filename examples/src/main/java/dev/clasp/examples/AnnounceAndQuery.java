package dev.clasp.examples;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.DefinitionBuilder;
import dev.clasp.protocol.Message.SignalDefinition;
import java.util.List;

/** A fixture tells what it has; a desk asks what there is. */
final class AnnounceAndQuery {

  private AnnounceAndQuery() {}

  public static void main(String[] args) {
    try (ClaspClient fixture = ClaspClient.builder(args[0]).name("fixture").connectBlocking();
        ClaspClient desk = ClaspClient.builder(args[0]).name("desk").connectBlocking()) {
      fixture
          .blocking()
          .announce(
              "/spot",
              List.of(
                  DefinitionBuilder.param("/spot/brightness")
                      .datatype("f64")
                      .range(0, 1)
                      .initial(0.0)
                      .description("of the lamp")
                      .build(),
                  DefinitionBuilder.event("/spot/flash").build()));

      for (SignalDefinition found : desk.blocking().query("/spot/**")) {
        IO.println(found.address() + " " + found.type() + " " + found.datatype().orElse("any"));
      }
    }
  }
}
