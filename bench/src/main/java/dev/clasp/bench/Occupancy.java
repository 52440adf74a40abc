package dev.clasp.bench;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** Memory at one moment, or the difference of two for each of so many things. */
record Occupancy(OptionalLong heap, OptionalLong resident) {

  private static final Duration SETTLE = Duration.ofMillis(300);

  static Occupancy of(Rig rig, Optional<HeapProbe> heap, ProcessProbe process) {
    rig.run(SETTLE);
    return new Occupancy(
        heap.map(HeapProbe::live).orElse(OptionalLong.empty()), process.resident());
  }

  Occupancy minus(Occupancy before, int count) {
    return new Occupancy(
        difference(heap, before.heap, count), difference(resident, before.resident, count));
  }

  private static OptionalLong difference(OptionalLong after, OptionalLong before, int count) {
    return after.isPresent() && before.isPresent() && count > 0
        ? OptionalLong.of((after.getAsLong() - before.getAsLong()) / count)
        : OptionalLong.empty();
  }

  void report(Figures figures, String what) {
    heap.ifPresent(bytes -> figures.add(what + " heap", Unit.BYTES, Better.LOWER, bytes));
    resident.ifPresent(bytes -> figures.add(what + " resident", Unit.BYTES, Better.NEITHER, bytes));
  }
}
