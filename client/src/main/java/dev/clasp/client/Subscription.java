package dev.clasp.client;

import java.util.concurrent.CompletableFuture;

/** A subscription in force until it is closed; it survives reconnects. Thread-safe. */
public interface Subscription extends AutoCloseable {

  /** Number on the wire, from 1; the same after reconnects. Unsigned. */
  int id();

  /** As given. */
  String pattern();

  /** As given; the same after reconnects. */
  SubscribeOptions options();

  /**
   * Completes with this when the router has taken the subscription; fails with {@link
   * ClaspException} of kind REJECTED when it refuses (no right, too many) and CLOSED when this is
   * closed before. While the client is not connected it stays open.
   */
  CompletableFuture<Subscription> active();

  /** False once closed, or refused by the router. */
  boolean isOpen();

  /**
   * Ends it: no callback starts after this returns. One that is running goes on; this does not wait
   * for it. Idempotent.
   */
  @Override
  void close();
}
