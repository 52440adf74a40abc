package dev.clasp.dmx;

import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A host that remembers. */
final class FakeContext implements EndpointContext {

  final List<MappedSignal> signals = new ArrayList<>();
  final List<String> told = new ArrayList<>();

  @Override
  public String name() {
    return "test";
  }

  @Override
  public void receive(Parcel parcel) {
    signals.addAll(parcel.signals());
  }

  @Override
  public void up(String how) {
    told.add("up " + how);
  }

  @Override
  public void down(String why) {
    told.add("down " + why);
  }

  @Override
  public void failed(String why) {
    told.add("failed " + why);
  }

  @Override
  public void error(String what) {
    told.add("error " + what);
  }

  @Override
  public void dropped(String why) {
    told.add("dropped " + why);
  }

  @Override
  public void bytes(long in, long out) {}

  @Override
  public long nanoTime() {
    return 0;
  }

  @Override
  public long routerMicros() {
    return 0;
  }

  @Override
  public Runnable schedule(Runnable task, long delayNanos) {
    throw new UnsupportedOperationException();
  }

  /** What came since the last time, newest of each path; without what is told of sources. */
  Map<String, Value> take() {
    Map<String, Value> values = new LinkedHashMap<>();
    signals.forEach(signal -> {
      if (!signal.address().startsWith("/$")) {
        values.put(signal.address(), signal.value());
      }
    });
    signals.clear();
    return values;
  }
}
