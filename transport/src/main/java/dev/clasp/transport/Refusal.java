package dev.clasp.transport;

/** Why a connection is turned away at the door. */
enum Refusal {
  TOTAL(ConnectionCounter.REFUSED_TOTAL, 5, "too many connections in all"),
  ADDRESS(ConnectionCounter.REFUSED_ADDRESS, 5, "too many connections from this address"),
  UNAUTHENTICATED(
      ConnectionCounter.REFUSED_UNAUTHENTICATED,
      5,
      "too many connections from this address that have not said HELLO"),
  RATE(ConnectionCounter.REFUSED_RATE, 1, "this address connects too often");

  private final ConnectionCounter counter;
  private final int retrySeconds;
  private final String text;

  Refusal(ConnectionCounter counter, int retrySeconds, String text) {
    this.counter = counter;
    this.retrySeconds = retrySeconds;
    this.text = text;
  }

  ConnectionCounter counter() {
    return counter;
  }

  /** When to try again, for HTTP. */
  int retrySeconds() {
    return retrySeconds;
  }

  /** For the peer and the log. */
  String text() {
    return text;
  }

  /** The answer in HTTP. */
  HttpReply reply() {
    return HttpReply.text(503, text + "\n")
        .withHeader("Retry-After", Integer.toString(retrySeconds));
  }
}
