package dev.clasp.bridge;

import dev.clasp.protocol.Value;
import dev.clasp.transport.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** A host with a fake protocol, a fake router and time of its own. */
final class HostRig {

  /** One second, two, four, ... eight at most. */
  static final Backoff BACKOFF =
      new Backoff(Duration.ofSeconds(1), 2, Duration.ofSeconds(8), false, 0);

  final FakeClock clock = new FakeClock();
  final FakeRouter router = new FakeRouter(clock);
  final FakeProvider protocol = new FakeProvider();
  final List<BridgeEvent> events = new ArrayList<>();
  final BridgeHost host =
      new BridgeHost(
          List.of(protocol),
          router::connect,
          BACKOFF,
          RandomGenerator.getDefault(),
          clock,
          events::add);

  static BridgeDefinition desk() {
    return BridgeDefinition.of("desk", "fake", Map.of());
  }

  HostRig add(BridgeDefinition definition) {
    host.add(definition);
    clock.settle();
    return this;
  }

  HostRig addDesk() {
    return add(desk());
  }

  FakeProvider.FakeEndpoint device() {
    return protocol.last();
  }

  BridgeStatus status() {
    clock.settle();
    return host.status("desk").orElseThrow();
  }

  BridgeStatus.Counts counts() {
    return status().counts();
  }

  BridgeState state() {
    return status().state();
  }

  HostRig says(String path, Value value) {
    device().says(path, value);
    clock.settle();
    return this;
  }

  HostRig writes(String address, Value value) {
    router.write(address, value);
    clock.settle();
    return this;
  }

  HostRig pass(Duration time) {
    clock.pass(time);
    return this;
  }

  List<String> heard() {
    clock.settle();
    return device().heard();
  }
}
