package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.client.ClientMetrics.Operation;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the metrics how long a request took. */
final class Timing {

  private static final Logger LOG = LoggerFactory.getLogger(ClaspClient.class);

  private Timing() {}

  /** From now on until it has its outcome. Any thread. */
  static void of(Request<?> request, ClientMetrics metrics, Reactor reactor) {
    long start = reactor.nanos();
    CompletableFuture<?> _ =
        request
            .future()
            .whenComplete((_, failure) -> tell(request, metrics, reactor.nanos() - start, failure));
  }

  /** It was refused at once. */
  static void refused(Request<?> request, ClientMetrics metrics, ClaspException why) {
    tell(request, metrics, 0, why);
  }

  private static void tell(
      Request<?> request,
      ClientMetrics metrics,
      long nanos,
      @org.jspecify.annotations.Nullable Throwable failure) {
    try {
      metrics.answered(operation(request), nanos, kind(failure));
    } catch (RuntimeException e) {
      LOG.debug("the metrics of the client failed", e);
    }
  }

  private static Optional<Kind> kind(@org.jspecify.annotations.Nullable Throwable failure) {
    return failure == null
        ? Optional.empty()
        : Optional.of(failure instanceof ClaspException e ? e.kind() : Kind.CLOSED);
  }

  private static Operation operation(Request<?> request) {
    return switch (request) {
      case Request.Write _ -> Operation.SET;
      case Request.Read _ -> Operation.GET;
      case Request.Publication _ -> Operation.PUBLISH;
      case Request.Group _ -> Operation.BUNDLE;
      case Request.Question _ -> Operation.QUERY;
      case Request.Announcement _ -> Operation.ANNOUNCE;
      case Request.Probe _ -> Operation.PING;
      case Request.ClockCheck _ -> Operation.SYNC;
    };
  }
}
