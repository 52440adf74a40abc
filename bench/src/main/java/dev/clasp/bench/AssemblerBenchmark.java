package dev.clasp.bench;

import dev.clasp.protocol.FrameAssembler;
import dev.clasp.protocol.FrameCodec;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Frames found in a byte stream that arrives in reads of different sizes; time for one frame. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class AssemblerBenchmark {

  private static final int FRAMES = 1024;

  /** Bytes of one read: a frame and a half, many and a bit, everything. */
  @Param({"47", "1460", "65536"})
  int read = 1460;

  private final FrameAssembler assembler = new FrameAssembler();
  private byte[] stream = {};

  @Setup
  public void makeStream() {
    byte[] frame = FrameCodec.encode(Shape.SET_FLOAT.message());
    stream = new byte[FRAMES * frame.length];
    for (int i = 0; i < FRAMES; i++) {
      System.arraycopy(frame, 0, stream, i * frame.length, frame.length);
    }
  }

  @Benchmark
  @OperationsPerInvocation(FRAMES)
  public int assemble() {
    int[] found = {0};
    for (int at = 0; at < stream.length; at += read) {
      assembler.accept(
          stream, at, Math.min(read, stream.length - at), (_, _, length) -> found[0] += length);
    }
    return found[0];
  }
}
