package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/** Configures a gesture and starts it. Not thread-safe; may start several. */
public final class GestureBuilder {

  /** What the router forwards anyway (docs/protocol-extensions.md). */
  private static final Duration DEFAULT_INTERVAL = Duration.ofMillis(16);

  private static final Duration LONGEST = Duration.ofSeconds(10);

  private final ClaspClient client;
  private final Conductor conductor;
  private final String address;
  private final IntSupplier ids;
  private final Consumer<GestureWriter> onStart;
  private OptionalInt id = OptionalInt.empty();
  private Duration interval = DEFAULT_INTERVAL;

  GestureBuilder(
      ClaspClient client,
      Conductor conductor,
      String address,
      IntSupplier ids,
      Consumer<GestureWriter> onStart) {
    Addresses.check(address);
    this.client = client;
    this.conductor = conductor;
    this.address = address;
    this.ids = ids;
    this.onStart = onStart;
  }

  /** Number of the contact, unsigned. Default: one that this client has not used yet. */
  public GestureBuilder id(int value) {
    id = OptionalInt.of(value);
    return this;
  }

  /**
   * At most one move is sent in this time, the newest; zero = all of them. Default 16 ms, which is
   * what our router forwards. At most 10 s.
   *
   * @throws ClaspException of kind INVALID: out of range
   */
  public GestureBuilder interval(Duration value) {
    if (value.isNegative() || value.compareTo(LONGEST) > 0) {
      throw ClaspException.of(
          Kind.INVALID, "the interval of moves must be nothing to 10 s, not " + value);
    }
    interval = value;
    return this;
  }

  /**
   * Sends the start.
   *
   * @param value anything that {@link Values#of} takes
   */
  public GestureWriter start(Object value) {
    Value first = Values.of(value);
    GestureWriter gesture =
        new GestureWriter(
            client, conductor, address, id.orElseGet(ids::getAsInt), interval.toNanos());
    gesture.start(first);
    onStart.accept(gesture);
    return gesture;
  }
}
