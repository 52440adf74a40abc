package dev.clasp.transport;

import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;

/**
 * Serves pages on a port of their own: HTTP and nothing else. Has the limits of a {@link
 * LinkServer}; WebSockets are refused with 403, and connections that carry CLASP are closed.
 * Thread-safe.
 *
 * <p>With a certificate, whoever comes from another machine has to use it.
 */
public final class PageServer implements AutoCloseable {

  private final LinkServer server;

  /**
   * Binds nothing yet.
   *
   * @param host address to bind
   * @param port port to bind; 0 = any free one
   * @param limits for connections; {@link ConnectionLimits#maxBody} also for requests
   * @param proxies whose connections are not limited by address
   * @param tls the certificate, if the pages are served over TLS
   * @param pages who answers; called on event loops
   */
  public PageServer(
      String host,
      int port,
      EventLoops loops,
      ConnectionLimits limits,
      TrustedProxies proxies,
      Optional<ServerTls> tls,
      HttpHandler pages) {
    LinkServer.Builder builder =
        LinkServer.builder()
            .host(host)
            .port(port)
            .loops(loops)
            .limits(limits)
            .proxies(proxies)
            .protocols(Set.of())
            .tlsOnly(tls.isPresent())
            .http(pages)
            .acceptor(link -> {
              throw new IllegalStateException("no protocol is served here");
            });
    tls.ifPresent(builder::tls);
    this.server = builder.build();
  }

  /**
   * Binds; requests are answered when this returns.
   *
   * @throws TransportException of kind BIND
   */
  public void start() {
    server.start();
  }

  /** The bound address, also after the end. */
  public InetSocketAddress address() {
    return server.address();
  }

  /** What became of connections, since the start. */
  public long count(ConnectionCounter counter) {
    return server.lobby().count(counter);
  }

  /** Accepts nobody new; the connections there are go on. Waits until the port is free. */
  public void stopAccepting() {
    server.stopAccepting();
  }

  /** Stops accepting and ends every connection. Idempotent. */
  @Override
  public void close() {
    server.close();
  }
}
