package dev.clasp.bridge;

import dev.clasp.client.Signal;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** What a bridge needs of a router. Thread-safe; nothing here waits. */
interface RouterPort extends AutoCloseable {

  /** What happens to the connection. */
  enum Change {
    CONNECTED,
    LOST,
    /** It does not come back. */
    ENDED
  }

  /**
   * Writes a parameter.
   *
   * @return the revision; fails with {@link dev.clasp.client.ClaspException}
   * @throws dev.clasp.client.ClaspException it cannot be sent at all
   */
  CompletableFuture<OptionalLong> set(String address, Value value);

  /**
   * Writes a parameter with what its hints say: {@code ttl}, its lifetime in seconds, 0 to delete
   * it.
   */
  default CompletableFuture<OptionalLong> set(MappedSignal signal) {
    return set(signal.address(), signal.value());
  }

  /** An event, a sample of a stream or a step of a gesture; completes when it is on its way. */
  CompletableFuture<OptionalLong> publish(MappedSignal signal);

  /** Everything together. Only parameters and events. */
  CompletableFuture<OptionalLong> bundle(List<MappedSignal> signals, OptionalLong atMicros);

  /**
   * Subscribes; each signal is told once.
   *
   * @param refused told why the router does not want it
   */
  AutoCloseable subscribe(
      List<String> patterns, Consumer<Signal> signals, Consumer<String> refused);

  void announce(String namespace, Map<String, Value> meta);

  /** The same with what is there. */
  default void announce(String namespace, List<SignalDefinition> signals, Map<String, Value> meta) {
    announce(namespace, meta);
  }

  boolean connected();

  /** Tells what happens to the connection, until it is closed. */
  AutoCloseable listen(Consumer<Change> listener);

  /** Router time in Unix microseconds. */
  long timeMicros();

  /** Ends the connection if it is the bridge's own. May wait. */
  @Override
  void close();
}
