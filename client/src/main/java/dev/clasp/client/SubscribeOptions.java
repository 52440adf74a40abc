package dev.clasp.client;

import dev.clasp.protocol.Message;
import dev.clasp.protocol.SignalType;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * What a subscription wants. The first five are the router's business and are sent again after each
 * reconnect; a router of the reference stores maxRate, epsilon, history and window and ignores
 * them. The last four are the client's.
 *
 * @param types kinds of signals; empty = all
 * @param maxRate updates per second and address at most, at least 1
 * @param epsilon smallest numeric change worth sending, at least 0
 * @param history number of past values to send first
 * @param window age up to which past values are sent, in whole milliseconds
 * @param capacity signals that may wait for the callback. While more than half of it is waiting,
 *     parameters conflate: a new value replaces the waiting one of the same address, so the newest
 *     always arrives. When it is full, waiting stream samples and gesture moves go, oldest first;
 *     when there are none, new events are dropped. Every loss is counted and reported as {@link
 *     ClientEvent.Dropped}. Parameters are never dropped: no more of them wait than there are
 *     addresses. A callback that shares the dispatcher shares the queue with others
 * @param latestOnly conflate parameters always, for displays
 * @param skipInitial leave out the state that is there when subscribing; what changes while the
 *     client is disconnected is delivered all the same
 * @param executor where the callback runs instead of the client's dispatcher; one call at a time
 */
public record SubscribeOptions(
    Set<SignalType> types,
    OptionalInt maxRate,
    OptionalDouble epsilon,
    OptionalInt history,
    Optional<Duration> window,
    int capacity,
    boolean latestOnly,
    boolean skipInitial,
    Optional<Executor> executor) {

  public static final int DEFAULT_CAPACITY = 16_384;

  /** Every signal, as the router sends it. */
  public static final SubscribeOptions DEFAULT =
      new SubscribeOptions(
          Set.of(),
          OptionalInt.empty(),
          OptionalDouble.empty(),
          OptionalInt.empty(),
          Optional.empty(),
          DEFAULT_CAPACITY,
          false,
          false,
          Optional.empty());

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException an option out of its range
   */
  public SubscribeOptions {
    types = Set.copyOf(types);
    check(maxRate.isEmpty() || maxRate.getAsInt() >= 1, "maxRate must be at least 1 per second");
    check(
        epsilon.isEmpty() || (epsilon.getAsDouble() >= 0 && Double.isFinite(epsilon.getAsDouble())),
        "epsilon must be a number of at least 0");
    check(history.isEmpty() || history.getAsInt() >= 0, "history must be at least 0");
    check(
        window.isEmpty()
            || (!window.get().isNegative() && window.get().toMillis() <= Integer.MAX_VALUE),
        "window must be 0 to 24 days");
    check(capacity >= 2, "capacity must be at least 2");
  }

  private static void check(boolean ok, String message) {
    if (!ok) {
      throw new IllegalArgumentException(message);
    }
  }

  /** Only these kinds of signals. */
  public SubscribeOptions withTypes(SignalType first, SignalType... more) {
    return withTypes(EnumSet.of(first, more));
  }

  /** Only these kinds of signals; none = all. */
  public SubscribeOptions withTypes(Set<SignalType> value) {
    return new SubscribeOptions(
        value, maxRate, epsilon, history, window, capacity, latestOnly, skipInitial, executor);
  }

  /** At most so many a second from each address. */
  public SubscribeOptions withMaxRate(int perSecond) {
    return new SubscribeOptions(
        types,
        OptionalInt.of(perSecond),
        epsilon,
        history,
        window,
        capacity,
        latestOnly,
        skipInitial,
        executor);
  }

  /** Only numbers that have changed by so much. */
  public SubscribeOptions withEpsilon(double smallest) {
    return new SubscribeOptions(
        types,
        maxRate,
        OptionalDouble.of(smallest),
        history,
        window,
        capacity,
        latestOnly,
        skipInitial,
        executor);
  }

  /** With so many past values first. */
  public SubscribeOptions withHistory(int count) {
    return new SubscribeOptions(
        types,
        maxRate,
        epsilon,
        OptionalInt.of(count),
        window,
        capacity,
        latestOnly,
        skipInitial,
        executor);
  }

  /** With past values of at most this age. */
  public SubscribeOptions withWindow(Duration age) {
    return new SubscribeOptions(
        types,
        maxRate,
        epsilon,
        history,
        Optional.of(age),
        capacity,
        latestOnly,
        skipInitial,
        executor);
  }

  /** So many signals may wait for the callback. */
  public SubscribeOptions withCapacity(int signals) {
    return new SubscribeOptions(
        types, maxRate, epsilon, history, window, signals, latestOnly, skipInitial, executor);
  }

  /** Whether a newer value always replaces one that waits. */
  public SubscribeOptions withLatestOnly(boolean value) {
    return new SubscribeOptions(
        types, maxRate, epsilon, history, window, capacity, value, skipInitial, executor);
  }

  /** Whether the state is left out, so that only what changes from now on comes. */
  public SubscribeOptions withSkipInitial(boolean value) {
    return new SubscribeOptions(
        types, maxRate, epsilon, history, window, capacity, latestOnly, value, executor);
  }

  /** Runs the callback there. */
  public SubscribeOptions withExecutor(Executor value) {
    return new SubscribeOptions(
        types,
        maxRate,
        epsilon,
        history,
        window,
        capacity,
        latestOnly,
        skipInitial,
        Optional.of(value));
  }

  /** Past values would be taken for present ones. */
  SubscribeOptions forView() {
    return new SubscribeOptions(
        types,
        maxRate,
        epsilon,
        OptionalInt.empty(),
        Optional.empty(),
        capacity,
        latestOnly,
        false,
        executor);
  }

  /** The mask for the wire; 0xFF = all. */
  int typeMask() {
    if (types.isEmpty()) {
      return SignalType.ALL_MASK;
    }
    int mask = 0;
    for (SignalType type : types) {
      mask |= type.maskBit();
    }
    return mask;
  }

  Message.SubscribeOptions wire() {
    return new Message.SubscribeOptions(
        maxRate,
        epsilon,
        history,
        window.isPresent() ? OptionalInt.of((int) window.get().toMillis()) : OptionalInt.empty());
  }
}
