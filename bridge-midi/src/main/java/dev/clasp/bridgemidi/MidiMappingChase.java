package dev.clasp.bridgemidi;

import dev.clasp.midi.MidiMessage;
import dev.clasp.midi.TimeCode;
import dev.clasp.midi.TimeCodeSchedule;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Makes MIDI time code of the times that come: one alone is a full frame message, which says where
 * a machine stands; two and more that go on are quarter frames, evenly spaced whatever the jitter
 * of what comes. It runs by itself while the times stay within two frames of it, starts again where
 * they jump, and stops when they stop. Forwards only. Not thread-safe.
 */
final class MidiMappingChase {

  private static final int ALL = 127;

  /** Longest time from one time to the next while it runs. */
  private static final long PATIENCE_NANOS = 300_000_000;

  private static final int MOST_FRAMES = 10;
  private static final int TOLERANCE_FRAMES = 2;

  private final Consumer<MidiMessage> out;
  private Optional<TimeCode> last = Optional.empty();
  private long lastNanos;
  private Optional<TimeCodeSchedule> running = Optional.empty();

  MidiMappingChase(Consumer<MidiMessage> out) {
    this.out = out;
  }

  void time(TimeCode time, long nanos) {
    boolean soon = last.isPresent() && nanos - lastNanos < PATIENCE_NANOS;
    long ahead =
        last.filter(each -> each.rate() == time.rate())
            .map(each -> time.frameNumber() - each.frameNumber())
            .orElse(0L);
    boolean goesOn = soon && ahead > 0 && ahead <= MOST_FRAMES;
    last = Optional.of(time);
    lastNanos = nanos;
    if (running.isPresent() && goesOn) {
      long off = running.get().position(nanos).frameNumber() - time.frameNumber();
      if (Math.abs(off) <= TOLERANCE_FRAMES) {
        return;
      }
    }
    if (goesOn) {
      running = Optional.of(new TimeCodeSchedule(time, nanos, false));
      tick(nanos);
    } else if (!(soon && ahead == 0 && running.isPresent())) {
      running = Optional.empty();
      out.accept(time.fullFrame(ALL));
    }
  }

  void tick(long nanos) {
    if (running.isEmpty()) {
      return;
    }
    if (nanos - lastNanos > PATIENCE_NANOS) {
      running = Optional.empty();
      return;
    }
    TimeCodeSchedule schedule = running.get();
    while (schedule.next() - nanos <= 0) {
      out.accept(schedule.take());
    }
  }

  long due() {
    return running.map(TimeCodeSchedule::next).orElse(Long.MAX_VALUE);
  }

  void stop() {
    running = Optional.empty();
    last = Optional.empty();
  }
}
