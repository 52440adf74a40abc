package dev.clasp.oscquery;

import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.Eventually;
import dev.clasp.transform.MappedSignal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A host that only listens. */
final class FakeContext implements EndpointContext {

  final List<MappedSignal> received = new CopyOnWriteArrayList<>();
  final List<String> ups = new CopyOnWriteArrayList<>();
  final List<String> downs = new CopyOnWriteArrayList<>();
  final List<String> dropped = new CopyOnWriteArrayList<>();
  final List<String> errors = new CopyOnWriteArrayList<>();
  volatile Map<String, SignalDefinition> offered = Map.of();

  void received(String address, Value value) {
    Eventually.is(
        () -> address + " = " + value + " among " + received + downs,
        () ->
            received.stream()
                .anyMatch(s -> s.address().equals(address) && s.value().equals(value)));
  }

  void isUp() {
    Eventually.is(() -> "up; " + downs, () -> !ups.isEmpty());
  }

  @Override
  public String name() {
    return "test";
  }

  @Override
  public void receive(Parcel parcel) {
    received.addAll(parcel.signals());
  }

  @Override
  public void offers(List<SignalDefinition> signals) {
    Map<String, SignalDefinition> all = new LinkedHashMap<>();
    signals.forEach(signal -> all.put(signal.address(), signal));
    offered = all;
  }

  @Override
  public void up(String how) {
    ups.add(how);
  }

  @Override
  public void down(String why) {
    downs.add(why);
  }

  @Override
  public void failed(String why) {
    downs.add(why);
  }

  @Override
  public void error(String what) {
    errors.add(what);
  }

  @Override
  public void dropped(String why) {
    dropped.add(why);
  }

  @Override
  public void bytes(long in, long out) {}

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public long routerMicros() {
    return System.currentTimeMillis() * 1000;
  }

  @Override
  public Runnable schedule(Runnable task, long delayNanos) {
    throw new UnsupportedOperationException();
  }
}
