package dev.clasp.bridge;

import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What a bridge has done so far. Thread-safe. */
public final class BridgeCounters {

  private final LongAdder in = new LongAdder();
  private final LongAdder out = new LongAdder();
  private final LongAdder echoes = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final LongAdder errors = new LongAdder();
  private final LongAdder reconnects = new LongAdder();
  private volatile @Nullable String lastError;

  /**
   * A look at the counters.
   *
   * @param in messages from the other protocol that went to the router
   * @param out messages of the router that went to the other protocol
   * @param echoes own messages that came back and went no further
   * @param dropped messages that could not be carried over
   * @param errors everything that went wrong, the dropped messages included
   * @param reconnects connections after the first, to either side
   */
  public record Status(
      long in,
      long out,
      long echoes,
      long dropped,
      long errors,
      long reconnects,
      Optional<String> lastError) {}

  public void in() {
    in.increment();
  }

  public void out() {
    out.increment();
  }

  public void echo() {
    echoes.increment();
  }

  /** A message is lost, and why. */
  public void dropped(String why) {
    dropped.increment();
    error(why);
  }

  public void error(String what) {
    errors.increment();
    lastError = what;
  }

  public void reconnected() {
    reconnects.increment();
  }

  public Status status() {
    return new Status(
        in.sum(),
        out.sum(),
        echoes.sum(),
        dropped.sum(),
        errors.sum(),
        reconnects.sum(),
        Optional.ofNullable(lastError));
  }
}
