package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A TCP port where programs that speak plain MIDI connect; what is sent goes to all of them. */
final class ListeningPort implements MidiPort {

  private static final int MAX_PEERS = 16;

  private record Peer(String name, PacedLine line, WireLink link) {}

  private final String name;
  private final HostPort where;
  private final RawOptions options;
  private final EndpointContext context;
  private final List<Peer> peers = new CopyOnWriteArrayList<>();
  private volatile @Nullable ServerSocket server;
  private volatile @Nullable Thread acceptor;
  private volatile boolean closed;

  ListeningPort(String name, HostPort where, RawOptions options, EndpointContext context) {
    this.name = name;
    this.where = where;
    this.options = options;
    this.context = context;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void open(Listener listener) {
    try {
      ServerSocket opened = new ServerSocket();
      server = opened;
      opened.setReuseAddress(true);
      // Nobody says who they are here: the network must be asked for.
      InetAddress address =
          where.host().isEmpty()
              ? InetAddress.getLoopbackAddress()
              : InetAddress.getByName(where.host().equals("*") ? "0.0.0.0" : where.host());
      opened.bind(new InetSocketAddress(address, where.port()));
      acceptor =
          Thread.ofVirtual()
              .name("midi-accept-" + context.name())
              .start(() -> accept(opened, listener));
      // Whoever connects at once waits until this is told.
      synchronized (this) {
        listener.up(state());
      }
    } catch (IOException e) {
      close();
      throw BridgeException.passing(name + ": " + e.getMessage());
    }
  }

  private void accept(ServerSocket opened, Listener listener) {
    while (!closed) {
      try {
        Socket socket = opened.accept();
        if (peers.size() >= MAX_PEERS) {
          listener.error(socket.getRemoteSocketAddress() + " is one too many");
          socket.close();
          continue;
        }
        String from = String.valueOf(socket.getRemoteSocketAddress());
        PacedLine line = new PacedLine(options.rate(), RawPort.CAPACITY, options.runningStatus());
        WireLink link =
            new WireLink(from, new SocketWire(socket), line, listener, System::nanoTime);
        Peer peer = new Peer(from, line, link);
        joined(peer, listener);
        if (closed) {
          link.close();
        }
        Thread.ofVirtual()
            .name("midi-" + from)
            .start(() -> {
              link.run(true, true);
              left(peer, listener);
            });
      } catch (IOException e) {
        if (!closed) {
          listener.error(name + ": " + e.getMessage());
        }
      }
    }
  }

  /** The first one is told the last values. */
  private synchronized void joined(Peer peer, Listener listener) {
    peers.add(peer);
    if (peers.size() == 1) {
      anew(peer.name() + " comes", listener);
    }
  }

  /** What the last one has held down ends with it. */
  private synchronized void left(Peer peer, Listener listener) {
    peers.remove(peer);
    if (peers.isEmpty()) {
      anew(peer.name() + " has left", listener);
    }
  }

  private void anew(String why, Listener listener) {
    if (!closed) {
      listener.down(why);
      listener.up(state());
    }
  }

  private String state() {
    return "listening on tcp " + where.host() + ":" + port();
  }

  /** -1 if it is not open. */
  int port() {
    ServerSocket opened = server;
    return opened == null ? -1 : opened.getLocalPort();
  }

  @Override
  public void send(byte[] message, long nanos) {
    for (Peer peer : peers) {
      if (!peer.line().offer(message)) {
        // One that does not read for so long is gone, or never wanted to hear.
        peer.link().close();
      }
    }
  }

  @Override
  public Map<String, Value> details() {
    return Map.of(
        "tcp_port",
        Value.of(port()),
        "peers",
        Value.of(peers.stream().map(peer -> Value.of(peer.name())).toList()));
  }

  @Override
  public void flush(long nanos) {
    Flushing.await(() -> peers.stream().allMatch(peer -> peer.line().pending() == 0), nanos);
  }

  @Override
  public void close() {
    closed = true;
    ServerSocket opened = server;
    if (opened != null) {
      try {
        opened.close();
      } catch (IOException e) {
        // It is closed.
      }
    }
    peers.forEach(peer -> peer.link().close());
    Flushing.join(acceptor);
  }
}
