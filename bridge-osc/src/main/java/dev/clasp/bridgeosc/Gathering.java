package dev.clasp.bridgeosc;

import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Makes one parcel of what is sent within a short time. A router sends the members of a CLASP
 * bundle as single signals, one right after the other (docs/conformance.md, R6): so they are one
 * bundle again. Thread-safe; what is sent keeps its order.
 */
final class Gathering {

  /** Beyond that many it leaves at once. */
  private static final int MOST = 1000;

  private final long nanos;
  private final EndpointContext context;
  private final Consumer<Parcel> out;

  /** Guarded by this. */
  private final List<MappedSignal> waiting = new ArrayList<>();

  /**
   * @param nanos how long the first waits for others; 0 = not at all
   */
  Gathering(long nanos, EndpointContext context, Consumer<Parcel> out) {
    this.nanos = nanos;
    this.context = context;
    this.out = out;
  }

  synchronized void send(Parcel parcel) {
    if (nanos == 0 || parcel.timeMicros().isPresent()) {
      flush();
      out.accept(parcel);
      return;
    }
    if (waiting.isEmpty()) {
      context.schedule(this::flush, nanos);
    }
    waiting.addAll(parcel.signals());
    if (waiting.size() >= MOST) {
      flush();
    }
  }

  /** Sends what waits, now. */
  synchronized void flush() {
    if (!waiting.isEmpty()) {
      List<MappedSignal> together = List.copyOf(waiting);
      waiting.clear();
      out.accept(new Parcel(together, together.size() > 1, OptionalLong.empty(), Optional.empty()));
    }
  }
}
