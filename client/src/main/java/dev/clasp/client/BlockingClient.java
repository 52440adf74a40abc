package dev.clasp.client;

import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A {@link ClaspClient} whose methods wait for the router, made for virtual threads; callable in
 * callbacks. Every method throws {@link ClaspException} itself, never wrapped; when the thread is
 * interrupted, with kind INTERRUPTED. Thread-safe.
 */
public final class BlockingClient {

  BlockingClient() {}

  /** The asynchronous face of the same client. */
  public ClaspClient async() {
    throw new UnsupportedOperationException();
  }

  /** Writes a parameter and waits for the router to confirm it. */
  public Ack set(String address, Value value) {
    return set(address, value, SetOptions.CONFIRM);
  }

  /** Writes a parameter; see {@link ClaspClient#set(String, Value, SetOptions)}. */
  public Ack set(String address, Value value, SetOptions options) {
    throw new UnsupportedOperationException();
  }

  public Ack set(String address, double value) {
    return set(address, Value.of(value));
  }

  public Ack set(String address, long value) {
    return set(address, Value.of(value));
  }

  public Ack set(String address, boolean value) {
    return set(address, Value.of(value));
  }

  public Ack set(String address, String value) {
    return set(address, Value.of(value));
  }

  /** Asks the router for a parameter; empty when there is none. */
  public Optional<Parameter> get(String address) {
    throw new UnsupportedOperationException();
  }

  /** Subscribes and waits until the router has taken it; the caller takes the signals. */
  public SignalQueue subscribe(String pattern) {
    return subscribe(pattern, SubscribeOptions.DEFAULT);
  }

  /** Subscribes and waits until the router has taken it; the caller takes the signals. */
  public SignalQueue subscribe(String pattern, SubscribeOptions options) {
    throw new UnsupportedOperationException();
  }

  /** Emits an event; waits until it is handed to the connection. */
  public void emit(String address) {
    throw new UnsupportedOperationException();
  }

  /** Emits an event; waits until it is handed to the connection. */
  public void emit(String address, Value value) {
    throw new UnsupportedOperationException();
  }

  /** Sends a stream sample; waits until it is handed to the connection. */
  public void stream(String address, Value sample) {
    throw new UnsupportedOperationException();
  }

  /** Sends a step of a gesture; waits until it is handed to the connection. */
  public void gesture(String address, int id, GesturePhase phase, Value value) {
    throw new UnsupportedOperationException();
  }

  /** Publishes a timeline; waits until it is handed to the connection. */
  public void timeline(String address, Timeline timeline) {
    throw new UnsupportedOperationException();
  }

  /** Sends a bundle and waits for the router to accept it. */
  public Ack bundle(BundleBuilder bundle) {
    throw new UnsupportedOperationException();
  }

  /** Round trip to the router. */
  public Duration ping() {
    throw new UnsupportedOperationException();
  }

  /** Measures the router's clock. */
  public ClockReading sync() {
    throw new UnsupportedOperationException();
  }

  /** Tells the router what signals there are. */
  public void announce(String namespace, List<SignalDefinition> signals) {
    throw new UnsupportedOperationException();
  }

  /** The announced signals whose addresses match. */
  public List<SignalDefinition> query(String pattern) {
    throw new UnsupportedOperationException();
  }
}
