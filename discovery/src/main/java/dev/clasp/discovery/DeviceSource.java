package dev.clasp.discovery;

import java.util.function.Consumer;

/** One way to find devices. Thread-safe. */
public interface DeviceSource extends AutoCloseable {

  Mechanism mechanism();

  /**
   * Begins to look; returns at once. Once only.
   *
   * @param events called on threads of the source, one call at a time; must be quick
   */
  void start(Consumer<DiscoveryEvent> events);

  /** Stops looking and frees sockets and threads; no event comes afterwards. Idempotent. */
  @Override
  void close();
}
