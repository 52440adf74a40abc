package dev.clasp.client;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The parameters that match a pattern, kept up to date: first all that are there, then each change,
 * none missing and none twice. Thread-safe; reading never waits.
 *
 * {@snippet :
 * try (View lights = client.blocking().watch("/lights/**")) {
 *   lights.get("/lights/1/brightness").ifPresent(p -> show(p.as(double.class)));
 * }
 * }
 *
 * <p>It survives reconnects: while disconnected it keeps the last known state, {@link #isCurrent}
 * is false; afterwards it is what the router then has, without parameters that are gone. A
 * parameter that has ended at a running router is null, as the router says it.
 *
 * <p>It holds as many parameters and bytes as {@link ClaspClient.Builder#maxView} allows. When
 * there is more, it ends, because it would not be the whole state any more: {@link #ready} fails
 * with OVERFLOW, a callback is told {@link ViewEvent.Ended}, {@link #isCurrent} is false from then
 * on.
 */
public interface View extends AutoCloseable {

  /** The pattern that was watched. */
  String pattern();

  /**
   * Completes with this when it has the whole state for the first time; a callback may be told of
   * it later. Fails like {@link Subscription#active}.
   */
  CompletableFuture<View> ready();

  /**
   * True while every change arrives; false before the first state, while disconnected, after the
   * end.
   */
  boolean isCurrent();

  /** The parameter as it is now; empty when there is none. */
  Optional<Parameter> get(String address);

  /** How many parameters there are. */
  int size();

  /** All of them, as they are at this moment; in the order in which they were first seen. */
  Map<String, Parameter> parameters();

  /** Ends it; it keeps what it has. Idempotent. */
  @Override
  void close();
}
