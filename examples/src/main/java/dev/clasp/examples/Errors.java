package dev.clasp.examples;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import java.time.Duration;

/** What can go wrong has a kind, and often a code and an address. */
final class Errors {

  private Errors() {}

  public static void main(String[] args) {
    try (ClaspClient client = ClaspClient.builder(args[0]).name("example").connectBlocking()) {
      explain(() -> client.set("no slash", 1));
    }
    // Nobody listens on port 1.
    explain(() ->
        ClaspClient.builder("ws://127.0.0.1:1")
            .connectTimeout(Duration.ofSeconds(30))
            .connectBlocking());
  }

  private static void explain(Runnable action) {
    try {
      action.run();
    } catch (ClaspException e) {
      IO.println(
          switch (e.kind()) {
            case INVALID -> "our mistake";
            case UNREACHABLE -> "nobody there";
            case TIMEOUT -> "no answer";
            case REFUSED -> "not let in";
            case REJECTED -> "refused with " + e.code().orElseThrow();
            case CLOSED -> "the connection is gone";
            case OVERFLOW -> "too much is waiting";
            case INTERRUPTED -> "interrupted";
          });
    }
  }
}
