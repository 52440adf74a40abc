package dev.clasp.client;

import java.time.Duration;

/**
 * A parameter out of the client's memory, with how far it can be relied on.
 *
 * @param parameter as the router had it last, as far as we know
 * @param staleness for how long it may have been out of date: zero while connected, since every
 *     change would have come; else the time since the connection was lost. A subscription with
 *     maxRate or epsilon lags behind as much as it asked for
 */
public record Cached(Parameter parameter, Duration staleness) {

  /** Nothing newer can have been missed. */
  public boolean isCurrent() {
    return staleness.isZero();
  }

  /** The value as an object of this class; see {@link Parameter#as}. */
  public <T> T as(Class<T> type) {
    return parameter.as(type);
  }
}
