package dev.clasp.bridgeartnet;

import dev.clasp.bridge.Interruptions;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.EndpointContext;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The sockets. On Linux, a socket with an address of its own gets no broadcasts: then another
 * listens at the broadcast address of that network. A platform thread reads each, blocking, so that
 * bursts are taken as fast as they come; anybody may send.
 */
final class ArtNetSocket implements Wire, AutoCloseable {

  /** The longest packet of Art-Net is shorter. */
  private static final int BUFFER = 2_048;

  private static final int RECEIVE_BUFFER = 2 << 20;
  private static final int MAX_FAILURES = 100;
  private static final long TOLD_NANOS = 10_000_000_000L;
  private static final byte[] NO_MAC = new byte[6];

  /** What has come. */
  interface Reader {

    void received(byte[] bytes, int length, InetSocketAddress from);
  }

  private final EndpointContext context;
  private final Reader reader;
  private final InetSocketAddress bind;
  private final String networkInterface;
  private final DatagramChannel channel;
  private final List<DatagramChannel> listeners = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile List<NodeIdentity.Local> locals;
  private volatile Set<InetAddress> own = Set.of();
  private final int port;
  private volatile boolean closed;
  private volatile long toldAt;
  private volatile boolean told;

  /**
   * Opens them.
   *
   * @param networkInterface name or address; empty for all
   * @throws BridgeException the port is taken, or there is no such address
   */
  ArtNetSocket(
      InetSocketAddress bind, String networkInterface, EndpointContext context, Reader reader) {
    this.bind = bind;
    this.networkInterface = networkInterface;
    this.context = context;
    this.reader = reader;
    try {
      this.channel = open(bind, false);
    } catch (BindException e) {
      throw cannotBind(bind, e);
    } catch (IOException e) {
      throw BridgeException.passing("cannot listen on udp " + text(bind) + ": " + e.getMessage());
    }
    try {
      this.port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
      this.locals = locals(bind.getAddress(), networkInterface);
      // On Linux, Java refuses to bind to 127.x.x.255, and to 255.255.255.255 as well.
      if (!bind.getAddress().isAnyLocalAddress() && !bind.getAddress().isLoopbackAddress()) {
        listenToBroadcasts();
      }
    } catch (IOException e) {
      close();
      throw BridgeException.passing("cannot listen on udp " + text(bind) + ": " + e.getMessage());
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static DatagramChannel open(InetSocketAddress at, boolean shared) throws IOException {
    DatagramChannel opened = DatagramChannel.open(StandardProtocolFamily.INET);
    try {
      opened.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
      opened.setOption(StandardSocketOptions.SO_BROADCAST, true);
      // Several programs may hear the same broadcasts; an address of one's own is one's own.
      opened.setOption(StandardSocketOptions.SO_REUSEADDR, shared);
      opened.bind(at);
      return opened;
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private static BridgeException cannotBind(InetSocketAddress bind, IOException e) {
    String message = String.valueOf(e.getMessage());
    if (message.contains("in use")) {
      return BridgeException.passing(
          "udp port "
              + bind.getPort()
              + " is taken by another program of this machine, perhaps a lighting console: stop it"
              + " (on Linux, ss -lnp | grep :"
              + bind.getPort()
              + " shows it) or set bind to an address of its own");
    }
    return BridgeException.passing(
        "cannot listen on udp " + text(bind) + ": " + message + "; is that address its own?");
  }

  static String text(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  private static List<NodeIdentity.Local> locals(InetAddress bind, String wanted)
      throws IOException {
    List<NodeIdentity.Local> found = new ArrayList<>();
    List<NodeIdentity.Local> loopback = new ArrayList<>();
    for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
      if (!each.isUp()) {
        continue;
      }
      byte[] mac = each.getHardwareAddress() == null ? NO_MAC : each.getHardwareAddress();
      for (InterfaceAddress address : each.getInterfaceAddresses()) {
        if (!(address.getAddress() instanceof Inet4Address four)) {
          continue;
        }
        int prefix = Math.clamp(address.getNetworkPrefixLength(), 0, 32);
        boolean meant =
            wanted.isEmpty()
                || wanted.equals(each.getName())
                || wanted.equals(four.getHostAddress());
        if (!bind.isAnyLocalAddress()) {
          if (four.equals(bind)) {
            found.add(new NodeIdentity.Local(four, prefix, mac));
          } else if (bind.isLoopbackAddress() && each.isLoopback()) {
            // All of 127.0.0.0/8 is this machine, whatever is configured.
            loopback.add(new NodeIdentity.Local((Inet4Address) bind, prefix, mac));
          }
        } else if (meant) {
          (each.isLoopback() ? loopback : found).add(new NodeIdentity.Local(four, prefix, mac));
        }
      }
    }
    List<NodeIdentity.Local> chosen = found.isEmpty() ? loopback : found;
    if (chosen.isEmpty()) {
      throw BridgeException.passing(
          wanted.isEmpty()
              ? "this machine has no IPv4 address; Art-Net needs one"
              : "interface: there is no " + wanted + " with an IPv4 address that is up");
    }
    return List.copyOf(chosen);
  }

  private void listenToBroadcasts() {
    for (InetAddress address : broadcastAddresses()) {
      try {
        listeners.add(open(new InetSocketAddress(address, port), true));
      } catch (IOException e) {
        context.error(
            "broadcasts to "
                + address.getHostAddress()
                + " are not heard: "
                + e.getMessage()
                + "; set bind to 0.0.0.0 to hear them");
      }
    }
  }

  private List<InetAddress> broadcastAddresses() {
    List<InetAddress> addresses = new ArrayList<>();
    for (NodeIdentity.Local local : locals) {
      if (local.prefix() < 31) {
        try {
          InetAddress address = InetAddress.getByAddress(local.broadcast());
          if (!addresses.contains(address)) {
            addresses.add(address);
          }
        } catch (UnknownHostException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    return addresses;
  }

  /** Where a broadcast goes: to the networks of its addresses. */
  List<InetSocketAddress> broadcasts() {
    return broadcastAddresses().stream()
        .map(address -> new InetSocketAddress(address, port))
        .toList();
  }

  List<NodeIdentity.Local> locals() {
    return locals;
  }

  int port() {
    return port;
  }

  /** Networks come and go: looks again, if it is not bound to one of them. */
  void refresh() {
    if (bind.getAddress().isAnyLocalAddress()) {
      try {
        locals = locals(bind.getAddress(), networkInterface);
        own = ownAddresses();
      } catch (IOException | BridgeException e) {
        // There is none at the moment: those of before may come back.
      }
    }
  }

  private static Set<InetAddress> ownAddresses() throws IOException {
    Set<InetAddress> all = new LinkedHashSet<>();
    for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
      all.addAll(Collections.list(each.getInetAddresses()));
    }
    return all;
  }

  void start() {
    if (bind.getAddress().isAnyLocalAddress()) {
      refresh();
    } else {
      own = Set.of(bind.getAddress());
    }
    read(channel);
    listeners.forEach(this::read);
  }

  private void read(DatagramChannel from) {
    threads.add(
        Thread.ofPlatform().name("artnet-" + context.name()).daemon().start(() -> loop(from)));
  }

  private void loop(DatagramChannel from) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    byte[] bytes = new byte[BUFFER];
    int failures = 0;
    while (!closed) {
      try {
        buffer.clear();
        InetSocketAddress sender = (InetSocketAddress) from.receive(buffer);
        failures = 0;
        buffer.flip();
        int length = buffer.remaining();
        buffer.get(bytes, 0, length);
        context.bytes(length, 0);
        if (sender != null && !isOwn(sender)) {
          reader.received(bytes, length, sender);
        }
      } catch (ClosedChannelException e) {
        if (!closed) {
          context.failed("udp port " + port + " was closed");
        }
        return;
      } catch (IOException e) {
        if (++failures >= MAX_FAILURES && !closed) {
          context.failed("udp port " + port + ": " + e.getMessage());
          return;
        }
      } catch (RuntimeException e) {
        // One datagram must not make us deaf for all others.
        context.dropped("a datagram could not be handled: " + e);
      }
    }
  }

  private boolean isOwn(InetSocketAddress sender) {
    return sender.getPort() == port && own.contains(sender.getAddress());
  }

  @Override
  public void send(ArtNetPacket packet, InetSocketAddress to) {
    send(ArtNetEncoder.encode(packet), to);
  }

  /** A packet that goes to several. */
  void send(byte[] bytes, InetSocketAddress to) {
    try {
      channel.send(ByteBuffer.wrap(bytes), to);
      context.bytes(0, bytes.length);
    } catch (ClosedChannelException e) {
      // It ends.
    } catch (IOException e) {
      long now = context.nanoTime();
      if (!told || now - toldAt >= TOLD_NANOS) {
        told = true;
        toldAt = now;
        context.error("cannot send to " + text(to) + ": " + e.getMessage());
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    close(channel);
    listeners.forEach(ArtNetSocket::close);
    // The port is free only when nobody reads from it any more.
    threads.forEach(Interruptions::join);
  }

  private static void close(DatagramChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing is lost with it.
    }
  }
}
