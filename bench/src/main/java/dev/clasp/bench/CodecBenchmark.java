package dev.clasp.bench;

import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageView;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Frames to objects and back, and looked at in place. {@code ./benchmark codec -prof gc}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class CodecBenchmark {

  @Param({"SET_FLOAT", "EVENT", "STREAM", "BUNDLE_3", "ARRAY_512"})
  String shape = "SET_FLOAT";

  private final MessageView view = new MessageView();
  private Message message = new Message.Ping();
  private byte[] frame = {};

  @Setup
  public void encodeOnce() {
    message = Shape.valueOf(shape).message();
    frame = FrameCodec.encode(message);
  }

  @Benchmark
  public byte[] encode() {
    return FrameCodec.encode(message);
  }

  @Benchmark
  public FrameCodec.Frame decode() {
    return FrameCodec.decode(frame, 0, frame.length);
  }

  /** What a router does with it: extents are checked, nothing is built. */
  @Benchmark
  public int view() {
    int payload = FrameDescriptor.HEADER_LENGTH;
    return view.wrap(frame, payload, frame.length - payload).end();
  }
}
