package dev.clasp.bridge.spi;

import dev.clasp.protocol.Message.SignalDefinition;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What the host offers an endpoint. Thread-safe; no method blocks or throws. */
public interface EndpointContext {

  /** Name of the bridge, for threads and messages. */
  String name();

  /** What the user wants messages to become where the protocol leaves a choice. */
  default TypeProfile profile() {
    return TypeProfile.COMPATIBLE;
  }

  /** Of the bridge, now: {@code /ws}; empty for the root. It may change while the bridge runs. */
  default String namespace() {
    return "";
  }

  /**
   * Something has come. What one thread hands over keeps its order; if the router is slow, newer
   * values of a parameter replace older ones, and events wait, up to a bound.
   */
  void receive(Parcel parcel);

  /**
   * The same, for somebody who waits for an answer.
   *
   * @param outcome told once the router has taken it, or why it does not; soon, unless the router
   *     is away: then perhaps never. Called on any thread, and must not wait
   */
  default void receive(Parcel parcel, Consumer<Optional<String>> outcome) {
    receive(parcel);
    outcome.accept(Optional.empty());
  }

  /**
   * It works.
   *
   * @param how for people: {@code listening on udp 0.0.0.0:8000}
   */
  void up(String how);

  /**
   * It does not work at the moment, and the endpoint itself is trying again. Nothing is sent until
   * it is up; so while one of several devices works it stays up, and {@link #up} and {@link #error}
   * name those that are missing.
   */
  void down(String why);

  /** It is finished: the host closes it and makes another after a pause. */
  void failed(String why);

  /** Something went wrong that did not lose a message. */
  void error(String what);

  /** A message is lost: bytes that cannot be read, a value that cannot be sent. */
  void dropped(String why);

  /**
   * What there is on the other side, so that the host can ANNOUNCE it: all of it each time. The
   * addresses are paths, as in {@link #receive}.
   */
  default void offers(List<SignalDefinition> signals) {}

  /** A way to the router for peers that say who they are; empty if the host has none. */
  default Optional<RouterDoor> router() {
    return Optional.empty();
  }

  /** Counts bytes of the other protocol. */
  void bytes(long in, long out);

  /** Monotonic time. */
  long nanoTime();

  /** Time of the router in Unix microseconds, for what is due later. */
  long routerMicros();

  /**
   * Runs something later, on a thread that must not be held up.
   *
   * @return calls it off
   */
  Runnable schedule(Runnable task, long delayNanos);
}
