package dev.clasp.discovery;

import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import java.util.Optional;
import java.util.function.Consumer;

/** Who may ask a rendezvous server. Thread-safe. */
@FunctionalInterface
public interface RendezvousGate {

  /** Everybody. */
  RendezvousGate OPEN = (_, to) -> to.accept(Optional.empty());

  /**
   * @param to told once, now or later on any thread: why not, or nothing if the request may pass
   */
  void check(HttpQuery query, Consumer<Optional<HttpReply>> to);
}
