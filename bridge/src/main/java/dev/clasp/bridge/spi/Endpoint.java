package dev.clasp.bridge.spi;

import dev.clasp.protocol.Value;
import java.util.Map;
import java.util.Optional;

/**
 * The foreign side of a bridge while it runs: its sockets, ports, devices. {@link #start}, {@link
 * #send} and {@link #close} are called one after the other, on virtual threads; after a failure
 * there is a new endpoint.
 */
public interface Endpoint extends AutoCloseable {

  /**
   * Opens everything; when it returns, messages come and go. An endpoint that connects to somebody
   * who may not be there yet returns at once and tells {@link EndpointContext#down} meanwhile.
   *
   * @throws BridgeException it cannot work; the host tries again later, unless told that this is
   *     useless
   */
  void start();

  /** Whether anything can be sent at all. Constant while it runs. */
  default boolean sends() {
    return true;
  }

  /**
   * Whether the other side keeps values, so that it should get the present ones at the beginning
   * and after a reconnect: lights do, a trigger does not.
   */
  default boolean stateful() {
    return false;
  }

  /**
   * Whether the present value of a path may be told without being new, for one that is {@link
   * #stateful}: not if it is an order to a device. Called under a lock of the host: it returns at
   * once, and locks nothing.
   *
   * @param path as in what is sent
   */
  default boolean repeats(String path) {
    return true;
  }

  /**
   * Whether it has a use for gestures: steps of contacts, with an id and a phase. Whoever has not
   * is sent none. Constant while it runs.
   */
  default boolean gestures() {
    return false;
  }

  /**
   * Sends. What cannot be sent is told to {@link EndpointContext#dropped}. May block for a while:
   * then newer values of the same address take the place of older ones.
   */
  void send(Parcel parcel);

  /**
   * The rules are others from now on: it lets go of what the other side holds, as before a close,
   * and goes on. Comes in turn with {@link #send}. What it gives to {@link EndpointContext#receive}
   * meanwhile on the calling thread goes by the rules from before.
   */
  default void letGo() {}

  /**
   * The router is away, or back. Comes in turn with {@link #send}; who hears nothing after the
   * start has a router. That it is away may be told twice. For protocols whose devices shall show
   * something else meanwhile.
   */
  default void routerConnected(boolean connected) {}

  /** What people may want to know of it now: peers, ports, rates. Any thread. */
  default Map<String, Value> details() {
    return Map.of();
  }

  /**
   * Of a protocol of lights: who sends one of its universes and drives which slot, and what is sent
   * there; more than {@link #details} has room for. Any thread.
   *
   * @return empty if it has no such universe
   */
  default Optional<Value> universe(int number) {
    return Optional.empty();
  }

  /**
   * Frees everything; ports are free when it returns. Idempotent, and possible without a start.
   *
   * <p>What it gives to {@link EndpointContext#receive} before it returns still reaches the router:
   * the place to let go of what the other side holds. What it gives later does not.
   */
  @Override
  void close();
}
