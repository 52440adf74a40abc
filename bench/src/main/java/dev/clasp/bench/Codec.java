package dev.clasp.bench;

import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageView;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code codec}: encodes and decodes each shape on this thread, and parses it in place as a router
 * does; counts bytes allocated. JMH measures the same more carefully ({@code ./benchmark}).
 */
final class Codec {

  /** Operations between two looks at the clock. */
  private static final int BATCH = 500;

  /** What the operations give goes here, so that they cannot be optimised away. */
  private static @Nullable Object sink;

  private static int intSink;

  private Codec() {}

  static List<Trial> trials() {
    return Arrays.stream(Shape.values())
        .map(shape ->
            new Trial(Scenario.CODEC, shape.key(), (rig, figures) -> measure(rig, figures, shape)))
        .toList();
  }

  private static void measure(Rig rig, Figures figures, Shape shape) {
    Message message = shape.message();
    byte[] frame = FrameCodec.encode(message);
    figures.add("frame", Unit.BYTES, Better.NEITHER, frame.length);
    time(rig, figures, "encode", () -> sink = FrameCodec.encode(message));
    time(rig, figures, "decode", () -> sink = FrameCodec.decode(frame, 0, frame.length));
    MessageView view = new MessageView();
    int payload = FrameDescriptor.HEADER_LENGTH;
    time(
        rig,
        figures,
        "view",
        () -> intSink += view.wrap(frame, payload, frame.length - payload).end());
  }

  private static void time(Rig rig, Figures figures, String name, Runnable operation) {
    // Three operations share the time of a phase.
    runFor(rig, rig.plan().warmup().dividedBy(3), operation);
    long allocated = allocatedBytes();
    long from = rig.clock().nanos();
    long count = runFor(rig, rig.plan().duration().dividedBy(3), operation);
    double nanos = rig.clock().nanos() - from;
    double bytes = allocatedBytes() - allocated;
    figures.add(name, Unit.PER_SECOND, Better.HIGHER, count * 1e9 / nanos);
    figures.add(name + " time", Unit.NANOSECONDS, Better.LOWER, nanos / count);
    figures.add(name + " allocates", Unit.BYTES, Better.LOWER, bytes / count);
  }

  /** Returns how often it ran, at least once. */
  private static long runFor(Rig rig, Duration time, Runnable operation) {
    long until = rig.clock().nanos() + time.toNanos();
    long count = 0;
    do {
      for (int i = 0; i < BATCH; i++) {
        operation.run();
      }
      count += BATCH;
    } while (rig.clock().nanos() < until && !Thread.currentThread().isInterrupted());
    return count;
  }

  private static long allocatedBytes() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getCurrentThreadAllocatedBytes();
  }
}
