package dev.clasp.bridge;

import dev.clasp.client.ClaspException;
import dev.clasp.client.Signal;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A router as bridges see it: whoever writes is told as well; its answers can be held back. */
final class FakeRouter {

  private record Subscriber(Port port, List<AddressPattern> patterns, Consumer<Signal> signals) {}

  private final FakeClock clock;
  final Map<String, Value> values = new LinkedHashMap<>();
  private final Map<String, Long> revisions = new HashMap<>();
  private final List<Subscriber> subscribers = new ArrayList<>();
  private final Deque<Runnable> answers = new ArrayDeque<>();
  final List<Port> ports = new ArrayList<>();
  final List<List<MappedSignal>> bundles = new ArrayList<>();
  final List<OptionalLong> bundleTimes = new ArrayList<>();
  final List<String> writes = new ArrayList<>();
  final List<String> published = new ArrayList<>();
  boolean holdsAnswers;
  boolean answersFirst;
  boolean refusesConnections;
  String forbidden = "";

  FakeRouter(FakeClock clock) {
    this.clock = clock;
  }

  CompletableFuture<RouterPort> connect(String name) {
    if (refusesConnections) {
      return CompletableFuture.failedFuture(
          ClaspException.of(ClaspException.Kind.UNREACHABLE, "nobody is there"));
    }
    Port port = new Port(name);
    ports.add(port);
    return CompletableFuture.completedFuture(port);
  }

  /** Somebody else writes. */
  void write(String address, Value value) {
    write(null, address, value);
  }

  private long write(@Nullable Port writer, String address, Value value) {
    long revision = revisions.merge(address, 1L, Long::sum);
    values.put(address, value);
    writes.add((writer == null ? "other" : writer.name) + " " + address + " " + value);
    tell(
        new Signal.Change(address, value, revision, Optional.empty(), OptionalLong.empty(), false),
        null);
    return revision;
  }

  void emit(String address, Value value) {
    tell(new Signal.Event(address, value, OptionalLong.empty()), null);
  }

  void gesture(String address, int id, GesturePhase phase, Value value) {
    tell(new Signal.Gesture(address, id, phase, value, OptionalLong.empty()), null);
  }

  private void tell(Signal signal, @Nullable Port except) {
    for (Subscriber subscriber : List.copyOf(subscribers)) {
      if (subscriber.port != except
          && subscriber.patterns.stream().anyMatch(p -> p.matches(signal.address()))) {
        clock.execute("router", () -> subscriber.signals.accept(signal));
      }
    }
  }

  int unanswered() {
    return answers.size();
  }

  void answer() {
    while (!answers.isEmpty()) {
      answers.removeFirst().run();
    }
    clock.settle();
  }

  private CompletableFuture<OptionalLong> answer(OptionalLong revision) {
    CompletableFuture<OptionalLong> answer = new CompletableFuture<>();
    if (holdsAnswers) {
      answers.addLast(() -> answer.complete(revision));
    } else if (answersFirst) {
      answer.complete(revision);
    } else {
      clock.execute("router", () -> answer.complete(revision));
    }
    return answer;
  }

  /** Every request that waits fails, as when the connection is lost. */
  void failAnswers() {
    List<CompletableFuture<OptionalLong>> all = new ArrayList<>();
    ports.forEach(port -> all.addAll(port.open));
    all.forEach(
        each -> each.completeExceptionally(ClaspException.of(ClaspException.Kind.CLOSED, "lost")));
    answers.clear();
    clock.settle();
  }

  final class Port implements RouterPort {
    final String name;
    boolean connected = true;
    boolean closed;
    final List<Map<String, Value>> announced = new ArrayList<>();
    private final List<Consumer<Change>> listeners = new ArrayList<>();
    private final List<CompletableFuture<OptionalLong>> open = new ArrayList<>();

    Port(String name) {
      this.name = name;
    }

    private CompletableFuture<OptionalLong> track(CompletableFuture<OptionalLong> answer) {
      open.add(answer);
      answer.whenComplete((_, _) -> open.remove(answer));
      return answer;
    }

    @Override
    public CompletableFuture<OptionalLong> set(String address, Value value) {
      if (!connected) {
        return track(new CompletableFuture<>());
      }
      if (!forbidden.isEmpty() && address.startsWith(forbidden)) {
        return CompletableFuture.failedFuture(
            ClaspException.of(ClaspException.Kind.REJECTED, "not allowed"));
      }
      return track(answer(OptionalLong.of(write(this, address, value))));
    }

    @Override
    public CompletableFuture<OptionalLong> publish(MappedSignal signal) {
      String step =
          signal.gesture().map(each -> " " + each.phase().wireName() + " " + each.id()).orElse("");
      published.add(signal.type() + step + " " + signal.address() + " " + signal.value());
      if (signal.gesture().isPresent()) {
        return track(answer(OptionalLong.empty()));
      }
      tell(
          signal.type() == SignalType.EVENT
              ? new Signal.Event(signal.address(), signal.value(), OptionalLong.empty())
              : new Signal.Stream(
                  signal.address(),
                  List.of(signal.value()),
                  java.util.OptionalInt.empty(),
                  OptionalLong.empty()),
          this);
      return track(answer(OptionalLong.empty()));
    }

    @Override
    public CompletableFuture<OptionalLong> bundle(
        List<MappedSignal> signals, OptionalLong atMicros) {
      if (!forbidden.isEmpty()
          && signals.stream().anyMatch(signal -> signal.address().startsWith(forbidden))) {
        throw ClaspException.of(ClaspException.Kind.INVALID, "too long");
      }
      bundles.add(signals);
      bundleTimes.add(atMicros);
      for (MappedSignal signal : signals) {
        if (signal.type() == SignalType.PARAM) {
          write(this, signal.address(), signal.value());
        }
      }
      return track(answer(OptionalLong.empty()));
    }

    @Override
    public AutoCloseable subscribe(
        List<String> patterns, Consumer<Signal> signals, Consumer<String> refused) {
      Subscriber subscriber =
          new Subscriber(this, patterns.stream().map(AddressPattern::parse).toList(), signals);
      subscribers.add(subscriber);
      values.forEach((address, value) -> {
        if (subscriber.patterns.stream().anyMatch(p -> p.matches(address))) {
          clock.execute(
              "router",
              () ->
                  signals.accept(
                      new Signal.Change(
                          address,
                          value,
                          revisions.getOrDefault(address, 0L),
                          Optional.empty(),
                          OptionalLong.empty(),
                          true)));
        }
      });
      return () -> subscribers.remove(subscriber);
    }

    @Override
    public void announce(String namespace, Map<String, Value> meta) {
      announced.add(meta);
    }

    @Override
    public boolean connected() {
      return connected;
    }

    void change(Change change) {
      connected = change == Change.CONNECTED;
      List.copyOf(listeners).forEach(listener -> listener.accept(change));
      clock.settle();
    }

    @Override
    public AutoCloseable listen(Consumer<Change> listener) {
      listeners.add(listener);
      return () -> listeners.remove(listener);
    }

    @Override
    public long timeMicros() {
      return clock.now().toEpochMilli() * 1000;
    }

    @Override
    public void close() {
      closed = true;
      subscribers.removeIf(subscriber -> subscriber.port == this);
    }
  }

  int subscribers() {
    return subscribers.size();
  }
}
