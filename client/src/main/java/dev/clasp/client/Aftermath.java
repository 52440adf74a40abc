package dev.clasp.client;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What this client sent to an address behind a plain write that was not answered yet. Should that
 * write get into doubt ({@link Doubts}), it must not undo what came after it. Immutable.
 *
 * @param newer a fired write: nobody waits for it, but its value is the newest of ours
 * @param values that a condition, a lock or a bundle may have written, oldest first
 * @param moving a timeline that the router plays may have written anything
 */
record Aftermath(Optional<Request.Write> newer, List<Value> values, boolean moving) {

  static final Aftermath NONE = new Aftermath(Optional.empty(), List.of(), false);

  /** Values that are remembered of those that nobody waits for; the oldest are forgotten first. */
  private static final int MAX_VALUES = 1024;

  /** A plain write that nobody waits for: what came before does not matter any more. */
  static Aftermath of(Request.Write fired) {
    return new Aftermath(Optional.of(fired), List.of(), false);
  }

  /** Something that may have written this value. */
  Aftermath and(Value value) {
    List<Value> more = new ArrayList<>(values.size() + 1);
    more.addAll(values.size() < MAX_VALUES ? values : values.subList(1, MAX_VALUES));
    more.add(value);
    return new Aftermath(newer, more, moving);
  }

  /** A timeline. */
  Aftermath andMoving() {
    return new Aftermath(newer, values, true);
  }
}
