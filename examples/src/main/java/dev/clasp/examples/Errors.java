package dev.clasp.examples;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.SetOptions;
import dev.clasp.protocol.Value;
import java.time.Duration;

/** What can go wrong is a class to catch, and a kind to switch by. */
final class Errors {

  private Errors() {}

  public static void main(String[] args) {
    try (ClaspClient client = ClaspClient.builder(args[0]).name("example").connectBlocking()) {
      explain(() -> client.set("no slash", 1));
    }
    try (ClaspClient client = ClaspClient.builder(args[0]).name("example").connectBlocking()) {
      client.blocking().set("/a", 1);
      explain(() -> client.blocking().set("/a", Value.of(2), SetOptions.CONFIRM.ifRevision(9)));
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
    } catch (ClaspException.Invalid e) {
      IO.println("our mistake");
    } catch (ClaspException.RevisionConflict e) {
      IO.println("others were faster: it is at revision " + e.currentRevision());
    } catch (ClaspException e) {
      IO.println(
          switch (e.kind()) {
            case INVALID -> throw new AssertionError(e);
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
