package dev.clasp.transport;

import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A socket that somebody else listens on and hands to this process: socket activation of systemd
 * (sd_listen_fds(3)). Connections that come before we are ready, or while we are started again,
 * wait in it.
 */
public final class InheritedSocket {

  /** The first of them, by convention. */
  private static final int FIRST = 3;

  /** Of fcntl(2), on Linux. */
  private static final int F_SETFD = 2;

  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int FD_CLOEXEC = 1;
  private static final int O_NONBLOCK = 0x800;

  /** SOL_SOCKET and SO_ACCEPTCONN of Linux: whether it listens. */
  private static final IntegerUnixChannelOption SO_ACCEPTCONN =
      new IntegerUnixChannelOption("SO_ACCEPTCONN", 1, 30);

  private final EpollServerSocketChannel channel;
  private final InetSocketAddress address;

  private InheritedSocket(EpollServerSocketChannel channel, InetSocketAddress address) {
    this.channel = channel;
    this.address = address;
  }

  /**
   * The socket for this process; empty if there is none.
   *
   * @param environment with {@code LISTEN_FDS} and {@code LISTEN_PID}, if there is one
   * @throws TransportException what is there cannot be used, in a sentence
   */
  public static Optional<InheritedSocket> of(Map<String, String> environment) {
    String count = environment.getOrDefault("LISTEN_FDS", "");
    String pid = environment.getOrDefault("LISTEN_PID", "");
    if (count.isEmpty()
        || count.equals("0")
        || !pid.equals(Long.toString(ProcessHandle.current().pid()))) {
      return Optional.empty();
    }
    if (!count.equals("1")) {
      throw unusable(
          "LISTEN_FDS="
              + count
              + ": one socket is taken, that of the main port. Leave one ListenStream= in the"
              + " socket unit; other ports are opened by options");
    }
    return Optional.of(take(FIRST));
  }

  /** The socket of that number. */
  static InheritedSocket take(int fd) {
    if (!Epoll.isAvailable()) {
      throw unusable("LISTEN_FDS: sockets of systemd can be used with epoll only");
    }
    EpollServerSocketChannel channel;
    InetSocketAddress address;
    boolean listens;
    try {
      doNotBlock(fd);
      channel = new EpollServerSocketChannel(fd);
      address = channel.localAddress();
      // Not so for UDP, nor for a connection (Accept=yes).
      listens = Objects.equals(channel.config().getOption(SO_ACCEPTCONN), 1);
    } catch (Throwable e) {
      throw unusable("LISTEN_FDS: the socket cannot be used: " + e);
    }
    if (!listens || address == null || address.getPort() == 0) {
      throw unusable(
          "LISTEN_FDS: the socket is not one of TCP that listens. The socket unit needs"
              + " ListenStream= with an address or a port, and Accept=no");
    }
    return new InheritedSocket(channel, address);
  }

  private static TransportException unusable(String message) {
    return new TransportException(TransportException.Kind.BIND, message);
  }

  /** systemd hands over sockets that block, and Netty wants to accept until nobody is left. */
  @SuppressWarnings("restricted")
  private static void doNotBlock(int fd) throws Throwable {
    Linker linker = Linker.nativeLinker();
    MethodHandle fcntl =
        linker.downcallHandle(
            linker.defaultLookup().find("fcntl").orElseThrow(),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    int flags = (int) fcntl.invokeExact(fd, F_GETFL, 0);
    if (flags < 0 || (int) fcntl.invokeExact(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
      throw new IllegalStateException("there is no file descriptor " + fd);
    }
    int _ = (int) fcntl.invokeExact(fd, F_SETFD, FD_CLOEXEC);
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return address;
  }

  /** For one listener. */
  ServerChannel channel() {
    return channel;
  }

  @Override
  public String toString() {
    return "the socket of systemd at " + Listener.hostAndPort(address);
  }
}
