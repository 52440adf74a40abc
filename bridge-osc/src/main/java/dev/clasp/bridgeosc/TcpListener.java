package dev.clasp.bridgeosc;

import dev.clasp.bridge.Interruptions;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.osc.OscFraming;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Takes TCP connections. Everybody who is connected gets what the router has. */
final class TcpListener implements AutoCloseable {

  static final int MAX_LINKS = 128;

  private final OscConfig config;
  private final EndpointContext context;
  private final Inbound inbound;
  private final List<TcpLink> links = new CopyOnWriteArrayList<>();
  private @Nullable ServerSocketChannel server;
  private @Nullable Thread acceptor;
  private volatile int port;
  private volatile boolean closed;

  TcpListener(OscConfig config, EndpointContext context, Inbound inbound) {
    this.config = config;
    this.context = context;
    this.inbound = inbound;
  }

  /**
   * @param number the port, or 0
   */
  void open(int number) {
    HostPort bind = new HostPort(config.bind().host(), number);
    try {
      ServerSocketChannel opened = ServerSocketChannel.open();
      try {
        // Connections of a former life that linger do not keep the port.
        opened.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        opened.bind(new InetSocketAddress(UdpPort.address(bind), number));
      } catch (IOException | RuntimeException e) {
        opened.close();
        throw e;
      }
      server = opened;
      port = ((InetSocketAddress) opened.getLocalAddress()).getPort();
      acceptor = Thread.ofVirtual().name("osc-tcp-" + port).start(() -> accept(opened));
    } catch (BindException e) {
      throw UdpPort.cannotBind(bind, "tcp", e);
    } catch (IOException e) {
      throw BridgeException.passing("cannot listen on tcp " + bind + ": " + e.getMessage());
    }
  }

  private void accept(ServerSocketChannel from) {
    while (!closed) {
      try {
        admit(from.accept());
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        if (closed) {
          return;
        }
        // Too many open files, for example.
        context.failed("cannot accept on tcp port " + port + ": " + e.getMessage());
        return;
      }
    }
  }

  private void admit(SocketChannel channel) throws IOException {
    TcpLink link = null;
    try {
      InetSocketAddress remote = (InetSocketAddress) channel.getRemoteAddress();
      if (!config.allow().allows(remote.getAddress())) {
        context.error(remote.getAddress().getHostAddress() + " may not connect (allow)");
      } else if (links.size() >= MAX_LINKS) {
        context.error("more than " + MAX_LINKS + " TCP connections; one is refused");
      } else {
        boolean slip = config.transport() == OscConfig.Transport.TCP_SLIP;
        link =
            new TcpLink(
                channel,
                slip ? OscFraming.Kind.SLIP : OscFraming.Kind.LENGTH,
                !slip,
                config.width() == 64,
                Optional.empty(),
                config.maxPacket(),
                context,
                inbound);
      }
    } catch (IOException e) {
      // Gone again already.
    }
    if (link == null) {
      channel.close();
      return;
    }
    TcpLink admitted = link;
    links.add(admitted);
    Thread.ofVirtual()
        .name("osc-" + admitted)
        .start(() -> {
          try {
            admitted.run();
          } finally {
            links.remove(admitted);
          }
        });
    if (closed) {
      admitted.close();
    }
  }

  List<TcpLink> links() {
    return links;
  }

  /** Where it listens; 0 before it is open. */
  int port() {
    return port;
  }

  @Override
  public void close() {
    closed = true;
    ServerSocketChannel open = server;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        context.error("closing tcp port " + port + ": " + e.getMessage());
      }
    }
    links.forEach(TcpLink::close);
    Thread running = acceptor;
    if (running != null && running != Thread.currentThread()) {
      Interruptions.join(running);
    }
  }
}
