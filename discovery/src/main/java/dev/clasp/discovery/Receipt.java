package dev.clasp.discovery;

import java.time.Duration;

/**
 * The answer of a rendezvous server to a registration (discovery.md 4.3).
 *
 * @param id secret: whoever has it can keep the registration alive and end it
 * @param timestampMicros Unix time of the server
 * @param ttl after so long without a refresh it ends
 */
public record Receipt(String id, long timestampMicros, Duration ttl) {

  /** Without the id, which must not reach a log. */
  @Override
  public String toString() {
    return "Receipt[ttl=" + ttl + "]";
  }
}
