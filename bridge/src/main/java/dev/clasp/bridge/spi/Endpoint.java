package dev.clasp.bridge.spi;

import dev.clasp.protocol.Value;
import java.util.Map;

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
   * Sends. What cannot be sent is told to {@link EndpointContext#dropped}. May block for a while:
   * then newer values of the same address take the place of older ones.
   */
  void send(Parcel parcel);

  /** What people may want to know of it now: peers, ports, rates. Any thread. */
  default Map<String, Value> details() {
    return Map.of();
  }

  /** Frees everything; ports are free when it returns. Idempotent, and possible without a start. */
  @Override
  void close();
}
