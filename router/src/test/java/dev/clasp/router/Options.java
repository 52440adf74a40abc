package dev.clasp.router;

import dev.clasp.protocol.Message.SubscribeOptions;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Options of a SUBSCRIBE, one by one. */
final class Options {

  private Options() {}

  static SubscribeOptions maxRate(int hertz) {
    return rateAndEpsilon(OptionalInt.of(hertz), OptionalDouble.empty());
  }

  static SubscribeOptions epsilon(double epsilon) {
    return rateAndEpsilon(OptionalInt.empty(), OptionalDouble.of(epsilon));
  }

  static SubscribeOptions maxRateAndEpsilon(int hertz, double epsilon) {
    return rateAndEpsilon(OptionalInt.of(hertz), OptionalDouble.of(epsilon));
  }

  static SubscribeOptions history(int values) {
    return new SubscribeOptions(
        OptionalInt.empty(), OptionalDouble.empty(), OptionalInt.of(values), OptionalInt.empty());
  }

  static SubscribeOptions window(int millis) {
    return new SubscribeOptions(
        OptionalInt.empty(), OptionalDouble.empty(), OptionalInt.empty(), OptionalInt.of(millis));
  }

  static SubscribeOptions windowAndMaxRate(int millis, int hertz) {
    return new SubscribeOptions(
        OptionalInt.of(hertz), OptionalDouble.empty(), OptionalInt.empty(), OptionalInt.of(millis));
  }

  static SubscribeOptions windowAndEpsilon(int millis, double epsilon) {
    return new SubscribeOptions(
        OptionalInt.empty(),
        OptionalDouble.of(epsilon),
        OptionalInt.empty(),
        OptionalInt.of(millis));
  }

  private static SubscribeOptions rateAndEpsilon(OptionalInt rate, OptionalDouble epsilon) {
    return new SubscribeOptions(rate, epsilon, OptionalInt.empty(), OptionalInt.empty());
  }
}
