package dev.clasp.client;

import java.util.Optional;

/**
 * Told how long each request took, for histograms; {@link ClaspClient#meters} has what is counted.
 *
 * {@snippet :
 * // Micrometer
 * ClaspClient client =
 *     ClaspClient.builder(url)
 *         .metrics((operation, nanos, failure) ->
 *             registry
 *                 .timer(
 *                     "clasp.client.requests",
 *                     "operation", operation.name(),
 *                     "outcome", failure.map(Enum::name).orElse("OK"))
 *                 .record(nanos, TimeUnit.NANOSECONDS))
 *         .connectBlocking();
 * for (Meter meter : client.meters()) {
 *   if (meter.isMonotonic()) {
 *     FunctionCounter.builder(meter.name(), meter, Meter::value).register(registry);
 *   } else {
 *     Gauge.builder(meter.name(), meter, Meter::value).baseUnit(meter.unit()).register(registry);
 *   }
 * }
 * }
 */
@FunctionalInterface
public interface ClientMetrics {

  /** What was asked of the router. */
  enum Operation {
    /** A parameter was written. */
    SET,
    /** A parameter was read. */
    GET,
    /** An event, sample, step of a gesture or timeline was sent; the router does not answer. */
    PUBLISH,
    /** A bundle. */
    BUNDLE,
    /** A query. */
    QUERY,
    /** An announcement. */
    ANNOUNCE,
    /** A round trip. */
    PING,
    /** The clock was measured. */
    SYNC
  }

  /**
   * A request has its outcome. Called once for each, by any thread, also by the event loop, but
   * never while a lock of the client is held: it must be quick, must not wait and must not call the
   * client. An exception is ignored.
   *
   * @param nanos from the call to the outcome, waiting for a connection included
   * @param failure empty if it succeeded
   */
  void answered(Operation operation, long nanos, Optional<ClaspException.Kind> failure);
}
