package dev.clasp.bench;

import dev.clasp.protocol.AddressPattern;
import java.nio.charset.StandardCharsets;
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

/** Patterns against an address that matches and one that nearly does. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class PatternBenchmark {

  private static final String ADDRESS = "/lumen/scene/3/layer/12/opacity";
  private static final String NEARLY = "/lumen/scene/3/layer/12/rotation";

  private static final byte[] BYTES = ADDRESS.getBytes(StandardCharsets.UTF_8);

  @Param({
    "/lumen/scene/3/layer/12/opacity",
    "/lumen/scene/*/layer/*/opacity",
    "/lumen/**/opacity",
    "/lumen/scene/*/layer/*/o*y",
    "/**"
  })
  String pattern = "/**";

  private AddressPattern parsed = AddressPattern.parse("/**");

  @Setup
  public void parseOnce() {
    parsed = AddressPattern.parse(pattern);
  }

  @Benchmark
  public AddressPattern parse() {
    return AddressPattern.parse(pattern);
  }

  @Benchmark
  public boolean matches() {
    return parsed.matches(ADDRESS);
  }

  @Benchmark
  public boolean nearlyMatches() {
    return parsed.matches(NEARLY);
  }

  /** As a router has it: UTF-8 in a received frame. */
  @Benchmark
  public boolean matchesBytes() {
    return parsed.matches(BYTES, 0, BYTES.length);
  }
}
