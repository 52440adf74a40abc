package dev.clasp.client;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What happens to a {@link View}: a {@link State}, then changes; after a lost connection {@link
 * Stale}, and then a State again. When they are taken slowly, changes of one address become one,
 * and a State takes the place of all that waits: never more waits than there are addresses.
 */
public sealed interface ViewEvent {

  /**
   * All parameters as they are now: at the start, and after each reconnect.
   *
   * @param parameters unmodifiable, in the order in which they were first seen
   */
  record State(Map<String, Parameter> parameters) implements ViewEvent {
    /** Copies the collections. */
    public State {
      parameters = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }
  }

  /**
   * A parameter was written.
   *
   * @param before what was told of it last; empty if it is new
   */
  record Changed(Parameter parameter, Optional<Parameter> before) implements ViewEvent {}

  /** The connection is lost: what is known may be out of date until the next State. */
  record Stale() implements ViewEvent {}

  /**
   * It is over, although nobody has closed it; nothing follows. It keeps what it has.
   *
   * @param reason the router refuses it, the client has ended, or there is more than a view may
   *     hold ({@link ClaspClient.Builder#maxView})
   */
  record Ended(ClaspException reason) implements ViewEvent {}
}
