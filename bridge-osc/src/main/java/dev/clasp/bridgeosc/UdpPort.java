package dev.clasp.bridgeosc;

import dev.clasp.bridge.Interruptions;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.osc.OscPacket;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The socket for UDP: one platform thread reads it, blocking, so that bursts are taken as fast as
 * they come; anybody may send.
 */
final class UdpPort implements AutoCloseable {

  private static final int BUFFER = 65_536;

  /** Failures to read in a row, without a datagram between them, that end it. */
  private static final int MAX_FAILURES = 100;

  private final OscConfig config;
  private final EndpointContext context;
  private final Inbound inbound;
  private final UdpPeers peers;
  private final Set<InetAddress> ownAddresses = ConcurrentHashMap.newKeySet();
  private @Nullable DatagramChannel channel;
  private @Nullable Thread reader;
  private volatile int port;
  private volatile boolean closed;

  UdpPort(OscConfig config, EndpointContext context, Inbound inbound, UdpPeers peers) {
    this.config = config;
    this.context = context;
    this.inbound = inbound;
    this.peers = peers;
  }

  void open() {
    // Without a port to listen on, any does: answers come to where messages came from.
    HostPort bind = config.transport().udp() ? config.bind() : new HostPort("", 0);
    try {
      InetAddress address = address(bind);
      DatagramChannel opened = open(bind, address);
      channel = opened;
      port = ((InetSocketAddress) opened.getLocalAddress()).getPort();
      findOwnAddresses();
      reader =
          Thread.ofPlatform().name("osc-udp-" + context.name()).daemon().start(() -> read(opened));
    } catch (BindException e) {
      throw cannotBind(bind, "udp", e);
    } catch (IOException e) {
      throw BridgeException.passing("cannot listen on udp " + bind + ": " + e.getMessage());
    }
  }

  static InetAddress address(HostPort bind) {
    try {
      return bind.host().isEmpty()
          ? InetAddress.getByName("0.0.0.0")
          : InetAddress.getByName(bind.host());
    } catch (UnknownHostException e) {
      throw BridgeException.passing(
          "bind: " + bind.host() + " is not known; give an address of this machine or 0.0.0.0");
    }
  }

  static BridgeException cannotBind(HostPort bind, String transport, IOException e) {
    String message = String.valueOf(e.getMessage());
    if (message.contains("in use")) {
      return BridgeException.passing(
          transport
              + " port "
              + bind.port()
              + " is taken by another program: stop it (on Linux, ss -lnp | grep :"
              + bind.port()
              + " shows it) or set bind to another port");
    }
    if (message.contains("ermission")) {
      return BridgeException.lasting(
          transport + " port " + bind.port() + " needs privileges: set bind to a port from 1024");
    }
    return BridgeException.passing(
        "cannot listen on "
            + transport
            + " "
            + bind
            + ": "
            + message
            + "; is that address its own?");
  }

  private DatagramChannel open(HostPort bind, InetAddress address) throws IOException {
    boolean multicast = !config.multicast().isEmpty();
    // A socket for both families, except where IPv4 groups want one of their own.
    DatagramChannel opened =
        multicast && address instanceof Inet4Address
            ? DatagramChannel.open(StandardProtocolFamily.INET)
            : DatagramChannel.open();
    try {
      opened.setOption(StandardSocketOptions.SO_RCVBUF, config.receiveBuffer());
      opened.setOption(StandardSocketOptions.SO_BROADCAST, true);
      opened.setOption(StandardSocketOptions.IP_MULTICAST_TTL, config.multicastTtl());
      if (multicast) {
        // Several programs of one machine may listen to a group.
        opened.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      }
      Optional<NetworkInterface> chosen = networkInterface();
      if (chosen.isPresent()) {
        opened.setOption(StandardSocketOptions.IP_MULTICAST_IF, chosen.get());
      }
      opened.bind(new InetSocketAddress(address, bind.port()));
      for (String group : config.multicast()) {
        join(opened, group, chosen);
      }
      return opened;
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private Optional<NetworkInterface> networkInterface() throws IOException {
    if (config.networkInterface().isEmpty()) {
      return Optional.empty();
    }
    String name = config.networkInterface().get();
    NetworkInterface found = NetworkInterface.getByName(name);
    if (found == null) {
      try {
        found = NetworkInterface.getByInetAddress(InetAddress.ofLiteral(name));
      } catch (IllegalArgumentException e) {
        // Told below.
      }
    }
    if (found == null) {
      throw BridgeException.passing(
          "interface: this machine has no network interface " + name + " at the moment");
    }
    return Optional.of(found);
  }

  private void join(DatagramChannel opened, String text, Optional<NetworkInterface> chosen)
      throws IOException {
    InetAddress group;
    try {
      group = InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      throw BridgeException.lasting("multicast: not an address: " + text);
    }
    if (!group.isMulticastAddress()) {
      throw BridgeException.lasting(
          "multicast: " + text + " is no group; groups are 224.0.0.0 to 239.255.255.255, and ff..");
    }
    if (chosen.isPresent()) {
      opened.join(group, chosen.get());
      return;
    }
    boolean joined = false;
    for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
      if (each.isUp() && each.supportsMulticast()) {
        try {
          opened.join(group, each);
          joined = true;
        } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
          // An interface without addresses of the group's family.
        }
      }
    }
    if (!joined) {
      throw BridgeException.passing("multicast: no network interface can join " + text);
    }
  }

  private void findOwnAddresses() throws SocketException {
    NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .forEach(ownAddresses::add);
  }

  // --- receiving ---------------------------------------------------------------------------------

  private void read(DatagramChannel from) {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    int failures = 0;
    InetSocketAddress last = null;
    Optional<String> peer = Optional.empty();
    while (!closed) {
      try {
        buffer.clear();
        InetSocketAddress sender = (InetSocketAddress) from.receive(buffer);
        failures = 0;
        if (sender == null) {
          continue;
        }
        if (!sender.equals(last)) {
          last = sender;
          peer = Optional.of(sender.getAddress().getHostAddress() + ":" + sender.getPort());
        }
        take(buffer, sender, peer);
      } catch (ClosedChannelException e) {
        break;
      } catch (PortUnreachableException e) {
        context.error("nobody listens at a target any more");
      } catch (IOException e) {
        if (++failures == MAX_FAILURES) {
          context.failed("cannot receive on udp port " + port + ": " + e.getMessage());
          return;
        }
        context.error("receiving on udp port " + port + ": " + e.getMessage());
      } catch (RuntimeException e) {
        context.dropped("a datagram could not be handled: " + e);
      }
    }
  }

  private void take(ByteBuffer buffer, InetSocketAddress sender, Optional<String> peer) {
    int length = buffer.position();
    context.bytes(length, 0);
    if (!config.allow().allows(sender.getAddress())) {
      context.dropped(peer.orElseThrow() + " may not send (allow)");
      return;
    }
    if (isOwn(sender)) {
      // A target that is this port itself, or a broadcast that came back.
      return;
    }
    Optional<OscPacket> packet = inbound.read(buffer.array(), 0, length, peer);
    if (packet.isPresent()) {
      if (config.reply()) {
        // Before anybody can answer.
        peers.heard(sender, context.nanoTime());
      }
      inbound.deliver(packet.get(), peer);
    }
  }

  /** With multicast another program may have the same port; then the host knows echoes. */
  private boolean isOwn(InetSocketAddress sender) {
    return sender.getPort() == port
        && config.multicast().isEmpty()
        && (ownAddresses.contains(sender.getAddress()) || sender.getAddress().isLoopbackAddress());
  }

  // --- sending -----------------------------------------------------------------------------------

  /** Sends; what fails is told and lost. */
  void send(byte[] packet, int length, InetSocketAddress to, String name) {
    DatagramChannel out = channel;
    if (out == null || closed) {
      return;
    }
    try {
      out.send(ByteBuffer.wrap(packet, 0, length), to);
      context.bytes(0, length);
    } catch (ClosedChannelException e) {
      // The bridge ends.
    } catch (PortUnreachableException e) {
      context.error(name + ": nobody listens there");
    } catch (IOException | UnsupportedAddressTypeException e) {
      context.dropped("cannot send to " + name + ": " + why(e));
    }
  }

  private static String why(Exception e) {
    return e instanceof UnsupportedAddressTypeException
        ? "bind is an IPv4 address, and the target an IPv6 one"
        : String.valueOf(e.getMessage());
  }

  /** Where it listens; 0 before it is open. */
  int port() {
    return port;
  }

  @Override
  public void close() {
    closed = true;
    DatagramChannel open = channel;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        context.error("closing udp port " + port + ": " + e.getMessage());
      }
    }
    Thread running = reader;
    if (running != null && running != Thread.currentThread()) {
      Interruptions.join(running);
    }
  }
}
