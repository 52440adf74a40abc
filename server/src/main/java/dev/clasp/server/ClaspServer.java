package dev.clasp.server;

import dev.clasp.protocol.CloseReason;
import dev.clasp.router.Lane;
import dev.clasp.router.Router;
import dev.clasp.router.spi.RouterClock;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.WebSocketServer;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running router with its listeners: what {@code clasp server} starts and what programs embed.
 *
 * <p>Thread-safe.
 */
public final class ClaspServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ClaspServer.class);

  private final Router router;
  private final EventLoops loops;
  private final WebSocketServer webSocket;
  private final Map<EventLoop, Lane> lanes = new ConcurrentHashMap<>();

  private ClaspServer(ServerConfig config) {
    this.router = new Router(config.router(), RouterClock.system());
    this.loops = EventLoops.create("clasp-router", config.effectiveLoops());
    this.webSocket =
        WebSocketServer.builder()
            .host(config.host())
            .port(config.port())
            .loops(loops)
            .http(new Pages(router, new ConsoleFiles()))
            .acceptor(link ->
                new RouterListener(router.open(laneOf(link.loop()), new LinkConnection(link))))
            .build();
  }

  /**
   * Starts a server; it is ready when this returns.
   *
   * @throws ServerException with a sentence for the user: address in use, host not allowed, host
   *     unknown
   */
  public static ClaspServer start(ServerConfig config) {
    checkBinding(config);
    ClaspServer server = new ClaspServer(config);
    try {
      server.webSocket.start();
    } catch (RuntimeException e) {
      server.loops.close();
      throw new ServerException(String.valueOf(e.getMessage()), e);
    }
    LOG.info("listening on {}", server.address());
    return server;
  }

  /** The bound address. */
  public InetSocketAddress address() {
    return webSocket.address();
  }

  /** {@code ws://host:port}. */
  public String url() {
    return "ws://" + hostAndPort();
  }

  /** {@code http://host:port/}, the console. */
  public String consoleUrl() {
    return "http://" + hostAndPort() + "/";
  }

  /** The router behind the listeners. */
  public Router router() {
    return router;
  }

  /** Stops accepting, closes every connection with 1001, and frees everything. */
  @Override
  public void close() {
    router.closeAll(new CloseReason(CloseReason.GOING_AWAY, "server is stopping"), 0);
    webSocket.close();
    loops.close();
  }

  private Lane laneOf(EventLoop loop) {
    return lanes.computeIfAbsent(loop, l -> router.addLane(new LoopExecutor(l)));
  }

  private String hostAndPort() {
    InetSocketAddress address = address();
    InetAddress ip = address.getAddress();
    String host =
        ip == null || ip.isAnyLocalAddress() || ip.isLoopbackAddress()
            ? "localhost"
            : ip.getHostAddress().contains(":")
                ? "[" + ip.getHostAddress() + "]"
                : ip.getHostAddress();
    return host + ":" + address.getPort();
  }

  /** D18: without authentication only loopback, unless the user insists. */
  private static void checkBinding(ServerConfig config) {
    boolean loopback;
    try {
      loopback = InetAddress.getByName(config.host()).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new ServerException("cannot bind to " + config.host() + ": unknown host", e);
    }
    if (loopback) {
      return;
    }
    if (!config.allowOpen()) {
      throw new ServerException(
          "refusing to listen on "
              + config.host()
              + ": there is no authentication, so everybody who reaches this address could read and"
              + " write everything. Add --allow-open if that is what you want, or use --host"
              + " 127.0.0.1");
    }
    LOG.warn(
        "listening on {} without authentication: everybody who reaches it can read and write"
            + " everything",
        config.host());
  }
}
