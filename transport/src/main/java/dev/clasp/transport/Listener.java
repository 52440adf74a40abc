package dev.clasp.transport;

import java.util.List;

/** A way into a router besides its main port. Thread-safe. */
public interface Listener extends AutoCloseable {

  /** Name of the transport: {@code quic}. */
  String transport();

  /**
   * Begins to listen; connections are accepted when this returns.
   *
   * @throws TransportException with a sentence for the user
   */
  void start();

  /** What clients can connect to, as URLs. */
  List<String> urls();

  /** Stops accepting; the connections there are go on. */
  void stopAccepting();

  /** Stops accepting and ends every connection, in bounded time. Idempotent. */
  @Override
  void close();
}
