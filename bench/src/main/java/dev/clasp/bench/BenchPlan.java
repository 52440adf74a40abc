package dev.clasp.bench;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What to measure and how. Immutable.
 *
 * @param target the server; empty if no scenario needs one
 * @param scenarios in this order
 * @param duration of each measured phase; a scenario has one or two
 * @param warmup in front of each measured phase; the target does the same work, nothing is counted
 * @param runs of each case; tables show median and spread
 * @param rate messages per second of the paced scenarios
 * @param clients connections that write at once; empty = what the scenario is defined with
 * @param subscribers of fanout and slow-consumer; empty = what the scenario is defined with
 * @param payload bytes of a value, at least 8: 8 is an integer, more is a byte string
 * @param window messages on their way in the saturated scenarios
 * @param loops event loops of the load generator, and of a bare Netty server
 * @param compareNetty run comparable scenarios against a bare Netty server too, alternating
 * @param token presented in HELLO
 * @param oscPort where the target takes OSC over UDP
 * @param lightPorts where the target takes and sends Art-Net
 */
public record BenchPlan(
    Optional<BenchTarget> target,
    List<Scenario> scenarios,
    Duration duration,
    Duration warmup,
    int runs,
    int rate,
    OptionalInt clients,
    OptionalInt subscribers,
    int payload,
    int window,
    int loops,
    boolean compareNetty,
    Optional<String> token,
    OptionalInt oscPort,
    Optional<LightPorts> lightPorts) {

  /** Largest value that fits a frame with any address of the scenarios. */
  public static final int MAX_PAYLOAD = 65_000;

  public BenchPlan {
    Objects.requireNonNull(target);
    Objects.requireNonNull(token);
    scenarios = List.copyOf(scenarios);
    if (duration.isNegative() || duration.isZero() || duration.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "duration must be above 0 and at most 1 hour, not " + duration);
    }
    if (warmup.isNegative() || warmup.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException("warmup must be 0 to 1 hour, not " + warmup);
    }
    check("runs", runs, 1, 1000);
    check("rate", rate, 1, 100_000_000);
    clients.ifPresent(value -> check("clients", value, 1, 100_000));
    subscribers.ifPresent(value -> check("subscribers", value, 1, 100_000));
    check("payload", payload, 8, MAX_PAYLOAD);
    check("window", window, 1, 1 << 20);
    check("loops", loops, 1, 256);
  }

  private static void check(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " must be " + min + " to " + max + ", not " + value);
    }
  }

  /** True if a scenario measures a server. */
  public boolean needsTarget() {
    return scenarios.stream().anyMatch(Scenario::needsTarget);
  }

  /** A builder with the defaults: every scenario, 10 s after 3 s of warmup, 5 runs, 1000/s. */
  public static Builder builder() {
    return new Builder();
  }

  /** Changes settings one by one. Not thread-safe. */
  public static final class Builder {
    private Optional<BenchTarget> target = Optional.empty();
    private List<Scenario> scenarios = List.of(Scenario.values());
    private Duration duration = Duration.ofSeconds(10);
    private Duration warmup = Duration.ofSeconds(3);
    private int runs = 5;
    private int rate = 1000;
    private OptionalInt clients = OptionalInt.empty();
    private OptionalInt subscribers = OptionalInt.empty();
    private int payload = 8;
    private int window = 256;
    private int loops = 1;
    private boolean compareNetty;
    private Optional<String> token = Optional.empty();
    private OptionalInt oscPort = OptionalInt.empty();
    private Optional<LightPorts> lightPorts = Optional.empty();

    private Builder() {}

    public Builder target(BenchTarget value) {
      target = Optional.of(value);
      return this;
    }

    public Builder oscPort(int value) {
      oscPort = OptionalInt.of(value);
      return this;
    }

    public Builder lightPorts(LightPorts value) {
      lightPorts = Optional.of(value);
      return this;
    }

    public Builder scenarios(List<Scenario> value) {
      scenarios = value;
      return this;
    }

    public Builder duration(Duration value) {
      duration = value;
      return this;
    }

    public Builder warmup(Duration value) {
      warmup = value;
      return this;
    }

    public Builder runs(int value) {
      runs = value;
      return this;
    }

    public Builder rate(int value) {
      rate = value;
      return this;
    }

    public Builder clients(int value) {
      clients = OptionalInt.of(value);
      return this;
    }

    public Builder subscribers(int value) {
      subscribers = OptionalInt.of(value);
      return this;
    }

    public Builder payload(int value) {
      payload = value;
      return this;
    }

    public Builder window(int value) {
      window = value;
      return this;
    }

    public Builder loops(int value) {
      loops = value;
      return this;
    }

    public Builder compareNetty(boolean value) {
      compareNetty = value;
      return this;
    }

    public Builder token(String value) {
      token = Optional.of(value);
      return this;
    }

    /**
     * @throws IllegalArgumentException a value is out of its range
     */
    public BenchPlan build() {
      return new BenchPlan(
          target,
          scenarios,
          duration,
          warmup,
          runs,
          rate,
          clients,
          subscribers,
          payload,
          window,
          loops,
          compareNetty,
          token,
          oscPort,
          lightPorts);
    }
  }
}
