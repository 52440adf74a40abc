package dev.clasp.bridge;

import dev.clasp.client.ClaspException;
import dev.clasp.client.Signal;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The caller of the bridge service in the place of a router, or beside one. */
final class ServicePort implements RouterPort {

  private static final CompletableFuture<OptionalLong> DONE =
      CompletableFuture.completedFuture(OptionalLong.empty());

  private final Predicate<MappedSignal> caller;
  private final Optional<RouterPort> router;
  private final HostClock clock;

  /**
   * @param caller told each signal; false if too much waits for the caller
   */
  ServicePort(Predicate<MappedSignal> caller, Optional<RouterPort> router, HostClock clock) {
    this.caller = caller;
    this.router = router;
    this.clock = clock;
  }

  /** Of what the caller does not take now, the newest values wait. */
  private static CompletableFuture<OptionalLong> slow() {
    return CompletableFuture.failedFuture(
        ClaspException.of(ClaspException.Kind.OVERFLOW, "the caller reads too slowly"));
  }

  @Override
  public CompletableFuture<OptionalLong> set(String address, Value value) {
    if (!caller.test(new MappedSignal(address, dev.clasp.protocol.SignalType.PARAM, value))) {
      return slow();
    }
    return router.isPresent() ? router.get().set(address, value) : DONE;
  }

  @Override
  public CompletableFuture<OptionalLong> publish(MappedSignal signal) {
    if (!caller.test(signal)) {
      return slow();
    }
    return router.isPresent() ? router.get().publish(signal) : DONE;
  }

  @Override
  public CompletableFuture<OptionalLong> bundle(List<MappedSignal> signals, OptionalLong atMicros) {
    for (MappedSignal signal : signals) {
      if (!caller.test(signal)) {
        return slow();
      }
    }
    return router.isPresent() ? router.get().bundle(signals, atMicros) : DONE;
  }

  @Override
  public AutoCloseable subscribe(
      List<String> patterns, Consumer<Signal> signals, Consumer<String> refused) {
    return router.isPresent() ? router.get().subscribe(patterns, signals, refused) : () -> {};
  }

  @Override
  public void announce(String namespace, Map<String, Value> meta) {
    router.ifPresent(r -> r.announce(namespace, meta));
  }

  @Override
  public boolean connected() {
    return router.isEmpty() || router.get().connected();
  }

  @Override
  public AutoCloseable listen(Consumer<Change> listener) {
    return router.isPresent() ? router.get().listen(listener) : () -> {};
  }

  @Override
  public long timeMicros() {
    return router.isPresent()
        ? router.get().timeMicros()
        : clock.now().getEpochSecond() * 1_000_000 + clock.now().getNano() / 1000;
  }

  @Override
  public void close() {
    router.ifPresent(RouterPort::close);
  }
}
