package dev.clasp.examples;

import dev.clasp.client.ClaspClient;

/** Connects, and says to whom. */
final class Connect {

  private Connect() {}

  public static void main(String[] args) {
    try (ClaspClient client = ClaspClient.builder(args[0]).name("example").connectBlocking()) {
      IO.println("state " + client.state());
      IO.println("router " + client.server().name());
      IO.println("session of " + client.session().length() + " characters");
    }
  }
}
