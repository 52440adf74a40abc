package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one rule remembers for one address (or for one group that it collects). */
final class RuleMemory {

  final Direction direction;
  TransformState state;

  /** The last value that went through or is held back. */
  @Nullable Value last;

  boolean sent;
  long sentAt;

  /** What the rate holds back; empty for nothing. */
  List<MappedSignal> held = List.of();

  long due;

  /** Its place in the queue is by this time, which stays as long as it is there. */
  long queuedDue;

  boolean queued;

  RuleMemory(Direction direction, TransformState state) {
    this.direction = direction;
    this.state = state;
  }

  RuleMemory copy() {
    RuleMemory copy = new RuleMemory(direction, state.copy());
    copy.last = last;
    copy.sent = sent;
    copy.sentAt = sentAt;
    copy.held = held;
    copy.due = due;
    return copy;
  }

  int cells() {
    return 16 + state.cells();
  }
}
