package dev.clasp.bridgemqtt;

import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.List;

/** Notes what an endpoint says. */
final class FakeContext implements EndpointContext {

  final List<String> said = new ArrayList<>();
  final List<MappedSignal> signals = new ArrayList<>();
  List<SignalDefinition> offered = List.of();
  TypeProfile profile = TypeProfile.COMPATIBLE;
  long now = 1;

  @Override
  public String name() {
    return "test";
  }

  @Override
  public TypeProfile profile() {
    return profile;
  }

  @Override
  public void receive(Parcel parcel) {
    parcel.signals().forEach(s -> said.add(s.type() + " " + s.address() + " " + s.value()));
    signals.addAll(parcel.signals());
  }

  @Override
  public void up(String how) {
    said.add("up");
  }

  @Override
  public void down(String why) {
    said.add("down");
  }

  @Override
  public void failed(String why) {
    said.add("failed " + why);
  }

  @Override
  public void error(String what) {
    said.add("error " + what);
  }

  @Override
  public void dropped(String why) {
    said.add("dropped " + why);
  }

  @Override
  public void offers(List<SignalDefinition> signals) {
    offered = signals;
  }

  @Override
  public void bytes(long in, long out) {}

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public long routerMicros() {
    return 1_700_000_000_000_000L;
  }

  @Override
  public Runnable schedule(Runnable task, long delayNanos) {
    // Tests look at what is offered themselves.
    return () -> {};
  }
}
