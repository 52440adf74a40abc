package dev.clasp.bridgesacn;

import dev.clasp.bridge.Interruptions;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.HostPort;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.PortUnreachableException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The sockets of a bridge: those that listen, each with a thread of the platform that reads it
 * blocking, and those that send, one for each interface and family.
 *
 * <p>Channels of java.nio and not of Netty: groups are joined and left on them directly, and there
 * is nothing to multiplex. Linux lets a socket join 20 groups (net.ipv4.igmp_max_memberships); for
 * more universes there are more sockets. A socket hears only the groups that it has joined itself.
 *
 * <p>On Linux a socket that is bound to one address hears no multicast at all. With such a bind,
 * one socket has that address and hears unicast; others join the groups at the wildcard address, on
 * the interface of that address. What they hear of unicast to other addresses cannot be told apart:
 * if the bind is a loopback address, they take only what comes from this machine.
 */
final class SacnSockets implements SacnSender.Wire, AutoCloseable {

  private static final int BUFFER = 2048;

  /** Failures to read in a row, without a datagram between them, that end it. */
  private static final int MAX_FAILURES = 100;

  private static final int MAX_LISTENERS = 128;

  /** Hears datagrams. */
  interface Listener {
    void received(byte[] datagram, int length, InetSocketAddress from);
  }

  private static final class Outgoing {
    final DatagramChannel channel;
    final boolean six;

    /** Interface for multicast; empty: the system chooses. */
    final String where;

    /** Of that interface, when it was seen last: one that comes back has another. */
    int index;

    Outgoing(DatagramChannel channel, boolean six, Optional<NetworkInterface> where) {
      this.channel = channel;
      this.six = six;
      this.where = where.map(NetworkInterface::getName).orElse("");
      this.index = where.map(NetworkInterface::getIndex).orElse(0);
    }
  }

  /** Where not even a socket without any group can join one of a family. */
  private record Hopeless(int index, boolean six) {}

  /** A group that is joined on an interface. */
  private record Joined(int index, InetAddress group) {}

  private record Target(HostPort name, InetSocketAddress address) {}

  private final SacnConfig config;
  private final EndpointContext context;
  private final Listener listener;
  private final List<DatagramChannel> incoming = new ArrayList<>();

  /** The newest of those that join groups, and how many it has joined. */
  private @Nullable DatagramChannel joining;

  private int joins;
  private final Set<Hopeless> hopeless = new HashSet<>();
  private final List<Thread> readers = new ArrayList<>();
  private final List<Outgoing> outgoing = new ArrayList<>();
  private final List<Target> targets = new ArrayList<>();
  private final Map<Integer, InetSocketAddress> groups4 = new HashMap<>();
  private final Map<Integer, InetSocketAddress> groups6 = new HashMap<>();
  private final Set<InetAddress> wanted = new LinkedHashSet<>();
  private final Set<Joined> joined = new HashSet<>();
  private List<NetworkInterface> interfaces = List.of();
  private InetAddress bind = InetAddress.getLoopbackAddress();

  /** Addresses of this machine. */
  private volatile Set<InetAddress> own = Set.of();

  private volatile int port;
  private volatile boolean closed;

  SacnSockets(SacnConfig config, EndpointContext context, Listener listener) {
    this.config = config;
    this.context = context;
    this.listener = listener;
  }

  /**
   * @throws BridgeException an address is taken or not there
   */
  void open() {
    bind = address(config.bind());
    interfaces = config.interfaces().stream().map(SacnSockets::networkInterface).toList();
    try {
      if (config.mode().receives()) {
        own = ownAddresses();
        DatagramChannel first = bound(bind, !config.family().six() && bind instanceof Inet4Address);
        listen(first, false);
        port = ((InetSocketAddress) first.getLocalAddress()).getPort();
        if (config.multicast()) {
          if (!special()) {
            joining = first;
          }
          for (int universe : config.universes()) {
            join(universe);
          }
          if (config.discovery()) {
            join(Sacn.DISCOVERY_UNIVERSE);
          }
        }
      }
      if (config.mode().sends()) {
        openOutgoing();
      }
    } catch (BindException e) {
      throw BridgeException.passing(
          "udp "
              + config.bind()
              + " cannot be had: "
              + e.getMessage()
              + "; another program has the port for itself, or the address is not this machine's");
    } catch (IOException e) {
      throw BridgeException.passing("sACN on udp " + config.bind() + ": " + e.getMessage());
    }
  }

  private static InetAddress address(HostPort bind) {
    try {
      return bind.host().isEmpty()
          ? InetAddress.ofLiteral("0.0.0.0")
          : InetAddress.getByName(bind.host());
    } catch (UnknownHostException e) {
      throw BridgeException.passing(
          "bind: " + bind.host() + " is not known; give an address of this machine or 0.0.0.0");
    }
  }

  private static NetworkInterface networkInterface(String name) {
    try {
      NetworkInterface found = NetworkInterface.getByName(name);
      if (found == null) {
        found = NetworkInterface.getByInetAddress(InetAddress.ofLiteral(name));
      }
      if (found != null) {
        return found;
      }
    } catch (IOException | IllegalArgumentException e) {
      // Told below.
    }
    throw BridgeException.passing(
        "interfaces: this machine has no network interface " + name + " at the moment");
  }

  // --- receiving ---------------------------------------------------------------------------------

  /** A socket of IPv6 takes both, and can join groups of both. */
  private DatagramChannel bound(InetAddress at, boolean four) throws IOException {
    DatagramChannel channel =
        four ? DatagramChannel.open(StandardProtocolFamily.INET) : DatagramChannel.open();
    try {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, config.receiveBuffer());
      // Several programs of one machine may listen to a group.
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      channel.bind(new InetSocketAddress(at, port == 0 ? config.bind().port() : port));
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private void listen(DatagramChannel channel, boolean ownOnly) {
    incoming.add(channel);
    readers.add(
        Thread.ofPlatform()
            .name("sacn-udp-" + context.name())
            .daemon()
            .start(() -> read(channel, ownOnly)));
  }

  private static Set<InetAddress> ownAddresses() throws IOException {
    Set<InetAddress> all = new HashSet<>();
    for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
      each.inetAddresses().forEach(all::add);
    }
    return Set.copyOf(all);
  }

  /** Listens to a universe; at run time as well. */
  synchronized void join(int universe) {
    if (closed || !config.multicast() || incoming.isEmpty()) {
      return;
    }
    List<InetAddress> groups = new ArrayList<>(2);
    if (config.family().four()) {
      groups.add(Sacn.group(universe, false));
    }
    if (config.family().six()) {
      groups.add(Sacn.group(universe, true));
    }
    wanted.addAll(groups);
    List<NetworkInterface> present = present();
    for (InetAddress group : groups) {
      String why = join(group, present);
      if (joined.stream().noneMatch(each -> each.group().equals(group))) {
        context.error("cannot join the group " + group.getHostAddress() + ": " + why);
      }
    }
  }

  /**
   * Joins the groups on interfaces that have come, or come back, and sends there. Takes a while:
   * not for the thread that sends frames.
   */
  void look() {
    List<NetworkInterface> present = present();
    try {
      own = ownAddresses();
    } catch (IOException e) {
      // Those of before.
    }
    synchronized (this) {
      if (closed) {
        return;
      }
      present.forEach(this::sendThere);
      hopeless.clear();
      joined.removeIf(
          each -> present.stream().noneMatch(there -> there.getIndex() == each.index()));
      wanted.forEach(group -> join(group, present));
    }
  }

  /** An interface that has come back is another one for the system. */
  private void sendThere(NetworkInterface there) {
    for (Outgoing each : outgoing) {
      if (each.where.equals(there.getName()) && each.index != there.getIndex()) {
        try {
          each.channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, there);
          each.index = there.getIndex();
        } catch (IOException e) {
          context.error("cannot send to " + there.getName() + ": " + e.getMessage());
        }
      }
    }
  }

  /** Is it bound to one address, which says which interface is meant? */
  private boolean special() {
    return !bind.isAnyLocalAddress() && !bind.isMulticastAddress();
  }

  private static boolean has(NetworkInterface each, InetAddress address) {
    return address.isLoopbackAddress()
        ? isLoopback(each)
        : each.inetAddresses().anyMatch(address::equals);
  }

  private static boolean isLoopback(NetworkInterface each) {
    try {
      return each.isLoopback();
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Those that the user has named, that of the one address it is bound to, or all that can; without
   * those that are away.
   */
  private List<NetworkInterface> present() {
    List<NetworkInterface> present = new ArrayList<>();
    try {
      for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
        boolean fits =
            interfaces.isEmpty()
                ? each.isUp() && (special() ? has(each, bind) : each.supportsMulticast())
                : interfaces.stream().anyMatch(named -> named.getName().equals(each.getName()));
        if (fits) {
          present.add(each);
        }
      }
    } catch (IOException e) {
      context.error("network interfaces: " + e.getMessage());
    }
    return present;
  }

  /** Where it is not joined yet; says why not, if so. */
  private String join(InetAddress group, List<NetworkInterface> present) {
    String why = "no network interface takes it";
    for (NetworkInterface each : present) {
      Joined membership = new Joined(each.getIndex(), group);
      if (joined.contains(membership)) {
        continue;
      }
      try {
        joinSomewhere(group, each);
        joined.add(membership);
      } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
        // Perhaps an interface without addresses of the group's family.
        why = each.getName() + ": " + e.getMessage();
      }
    }
    return why;
  }

  /** On the newest socket, or one more if that has its fill. */
  private void joinSomewhere(InetAddress group, NetworkInterface where) throws IOException {
    DatagramChannel newest = joining;
    Hopeless here = new Hopeless(where.getIndex(), group instanceof Inet6Address);
    if (newest != null) {
      try {
        newest.join(group, where);
        joins++;
        return;
      } catch (IOException e) {
        // Systems say in their own words that a socket has its fill.
        if (joins == 0 || hopeless.contains(here) || incoming.size() >= MAX_LISTENERS) {
          throw e;
        }
      }
    } else if (hopeless.contains(here)) {
      throw new IOException("no group can be joined there");
    }
    boolean four = !config.family().six() && (special() || bind instanceof Inet4Address);
    DatagramChannel next =
        bound(special() ? InetAddress.ofLiteral(four ? "0.0.0.0" : "::") : bind, four);
    try {
      next.join(group, where);
    } catch (IOException | RuntimeException e) {
      next.close();
      hopeless.add(here);
      throw e;
    }
    joining = next;
    joins = 1;
    listen(next, special() && bind.isLoopbackAddress());
  }

  private void read(DatagramChannel channel, boolean ownOnly) {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    int failures = 0;
    while (!closed) {
      try {
        buffer.clear();
        InetSocketAddress from = (InetSocketAddress) channel.receive(buffer);
        failures = 0;
        if (from != null && (!ownOnly || own.contains(from.getAddress()) || isLoopback(from))) {
          context.bytes(buffer.position(), 0);
          listener.received(buffer.array(), buffer.position(), from);
        }
      } catch (ClosedByInterruptException e) {
        return;
      } catch (ClosedChannelException e) {
        return;
      } catch (PortUnreachableException e) {
        // Of something that was sent; told there.
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

  private static boolean isLoopback(InetSocketAddress from) {
    return from.getAddress().isLoopbackAddress();
  }

  // --- sending -----------------------------------------------------------------------------------

  private void openOutgoing() throws IOException {
    for (HostPort name : config.unicast()) {
      targets.add(new Target(name, resolve(name)));
    }
    List<Optional<NetworkInterface>> each =
        interfaces.isEmpty()
            ? List.of(Optional.empty())
            : interfaces.stream().map(Optional::of).toList();
    for (Optional<NetworkInterface> where : each) {
      if (config.family().four()) {
        openOutgoing(where, false);
      }
      if (config.family().six()) {
        openOutgoing(where, true);
      }
    }
    boolean six =
        targets.stream().anyMatch(to -> to.address().getAddress() instanceof Inet6Address);
    if (six && outgoing.stream().noneMatch(out -> out.six)) {
      openOutgoing(Optional.empty(), true);
    }
    boolean four =
        targets.stream().anyMatch(to -> to.address().getAddress() instanceof Inet4Address);
    if (four && outgoing.stream().allMatch(out -> out.six)) {
      openOutgoing(Optional.empty(), false);
    }
  }

  private void openOutgoing(Optional<NetworkInterface> wanted, boolean six) throws IOException {
    boolean fits = special() && bind instanceof Inet6Address == six;
    Optional<NetworkInterface> where =
        wanted.isEmpty() && fits ? present().stream().findFirst() : wanted;
    DatagramChannel channel =
        DatagramChannel.open(six ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
    outgoing.add(new Outgoing(channel, six, where));
    channel.setOption(StandardSocketOptions.IP_MULTICAST_TTL, config.ttl());
    // Other programs of this machine shall hear it too.
    channel.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true);
    if (where.isPresent()) {
      channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, where.get());
    }
    channel.bind(fits ? new InetSocketAddress(bind, 0) : null);
  }

  private static InetSocketAddress resolve(HostPort name) {
    try {
      return new InetSocketAddress(InetAddress.getByName(name.host()), name.port());
    } catch (UnknownHostException e) {
      throw BridgeException.passing(
          "unicast_destinations: " + name.host() + " is not known; is it the right name?");
    }
  }

  @Override
  public void multicast(int universe, ByteBuffer packet) {
    if (!config.multicast()) {
      return;
    }
    boolean four = config.family().four();
    boolean sixth = config.family().six();
    for (int i = 0; i < outgoing.size(); i++) {
      Outgoing out = outgoing.get(i);
      if (out.six ? sixth : four) {
        send(out.channel, packet, group(universe, out.six));
      }
    }
  }

  @Override
  public void send(int universe, ByteBuffer packet) {
    multicast(universe, packet);
    for (int i = 0; i < targets.size(); i++) {
      InetSocketAddress to = targets.get(i).address();
      boolean six = to.getAddress() instanceof Inet6Address;
      for (int j = 0; j < outgoing.size(); j++) {
        if (outgoing.get(j).six == six) {
          send(outgoing.get(j).channel, packet, to);
          break;
        }
      }
    }
  }

  private InetSocketAddress group(int universe, boolean six) {
    Map<Integer, InetSocketAddress> groups = six ? groups6 : groups4;
    InetSocketAddress group = groups.get(universe);
    if (group == null) {
      group = new InetSocketAddress(Sacn.group(universe, six), groupPort());
      groups.put(universe, group);
    }
    return group;
  }

  /** That of the standard; another one only for who listens on another one himself. */
  private int groupPort() {
    return config.bind().port() == 0 ? Sacn.PORT : config.bind().port();
  }

  private void send(DatagramChannel channel, ByteBuffer packet, InetSocketAddress to) {
    try {
      packet.rewind();
      channel.send(packet, to);
      context.bytes(0, packet.limit());
    } catch (ClosedChannelException e) {
      // The bridge ends.
    } catch (PortUnreachableException e) {
      context.error(to.getAddress().getHostAddress() + ": nobody listens there");
    } catch (IOException e) {
      context.dropped("cannot send to " + to.getAddress().getHostAddress() + ": " + e.getMessage());
    }
  }

  // --- for people --------------------------------------------------------------------------------

  int port() {
    return port;
  }

  synchronized int listeners() {
    return incoming.size();
  }

  String how() {
    List<String> parts = new ArrayList<>();
    if (config.mode().receives()) {
      parts.add("listening on udp " + bind.getHostAddress() + ":" + port);
    }
    if (config.mode().sends()) {
      String unicast = String.join(", ", targets.stream().map(to -> to.name().toString()).toList());
      parts.add(
          "sending by "
              + (config.multicast() ? "multicast" : "")
              + (config.multicast() && !targets.isEmpty() ? " and " : "")
              + (targets.isEmpty() ? "" : "to " + unicast));
    }
    return String.join(", ", parts);
  }

  @Override
  public void close() {
    List<Thread> running;
    synchronized (this) {
      closed = true;
      incoming.forEach(this::close);
      running = List.copyOf(readers);
    }
    outgoing.forEach(each -> close(each.channel));
    running.forEach(Interruptions::join);
  }

  private void close(DatagramChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      context.error("closing a socket: " + e.getMessage());
    }
  }
}
