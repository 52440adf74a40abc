package dev.clasp.transform;

import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** A mapping at work, with what its transforms remember. For one thread at a time. */
public final class MappingRun {

  private final Mapping mapping;

  MappingRun(Mapping mapping) {
    this.mapping = mapping;
  }

  /**
   * Takes a signal through the rules.
   *
   * @param nanos monotonic time
   * @param out gets none, one or several
   */
  public void map(
      Direction direction, MappedSignal signal, long nanos, Consumer<MappedSignal> out) {
    String prefix = mapping.prefix();
    String address = signal.address();
    if (direction == Direction.IN) {
      out.accept(new MappedSignal(prefix + address, signal.type(), signal.value()));
    } else if (address.startsWith(prefix + "/")) {
      out.accept(
          new MappedSignal(address.substring(prefix.length()), signal.type(), signal.value()));
    }
  }

  /**
   * Gives what was held back (a rate limit keeps the newest) and is due.
   *
   * @return when to call again, in monotonic nanoseconds; {@link Long#MAX_VALUE}: nothing is held
   */
  public long release(long nanos, BiConsumer<Direction, MappedSignal> out) {
    return Long.MAX_VALUE;
  }
}
