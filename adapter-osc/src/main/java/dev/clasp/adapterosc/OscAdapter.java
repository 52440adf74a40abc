package dev.clasp.adapterosc;

import dev.clasp.protocol.CloseReason;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.Companion;
import dev.clasp.server.ServerException;
import dev.clasp.transport.Listener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * OSC programs as clients of a router, without a bridge in between (bridges.md 13): each program
 * has a session, with the rights and limits of every other one.
 */
public final class OscAdapter implements Companion {

  private static final Logger LOG = LoggerFactory.getLogger(OscAdapter.class);

  static final CloseReason STOPPING = new CloseReason(CloseReason.GOING_AWAY, "server is stopping");

  private final ClaspServer server;
  private final OscAdapterConfig config;
  private final Surroundings around;
  private volatile @Nullable UdpDoor udp;
  private volatile @Nullable TcpDoor tcp;

  private OscAdapter(ClaspServer server, OscAdapterConfig config) {
    this.server = server;
    this.config = config;
    this.around = Surroundings.of(config, server.config().wantsTokens(), System::nanoTime);
  }

  /** For a server that is about to start. */
  public static Factory factory(OscAdapterConfig config) {
    return server -> new OscAdapter(server, config);
  }

  @Override
  public String name() {
    return "osc";
  }

  @Override
  public void start() {
    InetAddress host = checkedHost();
    checkPeers();
    config.udpPort().ifPresent(port -> udp = UdpDoor.open(server, around, host, port));
    config.tcpPort().ifPresent(port -> tcp = TcpDoor.open(server, around, host, port));
    udpAddress()
        .ifPresent(address ->
            LOG.info("OSC on udp://{}, below {}", Listener.hostAndPort(address), namespace()));
    tcpAddress()
        .ifPresent(address ->
            LOG.info("OSC on tcp://{}, below {}", Listener.hostAndPort(address), namespace()));
  }

  private String namespace() {
    return config.namespace().isEmpty() ? "/" : config.namespace();
  }

  /** As with the router itself: whoever opens it to a network without tokens has to say so. */
  private InetAddress checkedHost() {
    String name = config.host().orElse(server.config().host());
    InetAddress host;
    try {
      host = InetAddress.getByName(name);
    } catch (UnknownHostException e) {
      throw new ServerException("cannot listen for OSC on " + name + ": unknown host", e);
    }
    if (host.isLoopbackAddress()) {
      return host;
    }
    if (server.config().wantsTokens()) {
      LOG.warn(
          "listening for OSC on {}: OSC knows no encryption, so whoever is on the way can read"
              + " tokens and values. Use it in a network of its own",
          name);
    } else if (!server.config().allowOpen() && config.allowed().isEmpty()) {
      throw new ServerException(
          "refusing to listen for OSC on "
              + name
              + ": there is no authentication, so everybody who reaches this address could read and"
              + " write everything below "
              + namespace()
              + ". Say which addresses may come, ask for tokens, add --allow-open if that is what"
              + " you want, or listen on 127.0.0.1");
    }
    return host;
  }

  private void checkPeers() {
    if (!around.wantsTokens()) {
      return;
    }
    for (OscPeer peer : config.peers()) {
      if (peer.token().isEmpty() && config.allowed().stream().allMatch(a -> a.token().isEmpty())) {
        throw new ServerException(
            "the OSC peer "
                + peer.host()
                + ":"
                + peer.port()
                + " needs a token: this server lets nobody in without");
      }
    }
  }

  static ServerException cannotListen(String what, InetAddress host, int port, Throwable cause) {
    String problem = String.valueOf(cause.getMessage());
    String advice =
        problem.contains("in use")
            ? "the port is in use. Is another OSC program running? Choose another port, or stop it"
            : problem.contains("Permission denied") && port < 1024
                ? "ports below 1024 need special rights. Choose another port"
                : problem.contains("Cannot assign")
                    ? "this machine does not have that address"
                    : problem;
    return new ServerException(
        "cannot listen " + what + " on " + host.getHostAddress() + ":" + port + ": " + advice,
        cause);
  }

  /** Where datagrams are taken, once it has started. */
  public Optional<InetSocketAddress> udpAddress() {
    return Optional.ofNullable(udp).map(UdpDoor::address);
  }

  /** Where connections are taken, once it has started. */
  public Optional<InetSocketAddress> tcpAddress() {
    return Optional.ofNullable(tcp).map(TcpDoor::address);
  }

  /** Sessions that there are now. */
  public int sessions() {
    return around.hosts().sessions();
  }

  @Override
  public void drain() {
    Optional.ofNullable(udp).ifPresent(UdpDoor::stopAccepting);
    Optional.ofNullable(tcp).ifPresent(TcpDoor::stopAccepting);
  }

  @Override
  public Map<String, Long> counters() {
    Map<String, Long> all = around.counts().all();
    all.put("sessions", (long) sessions());
    return all;
  }

  @Override
  public void close() {
    Optional.ofNullable(udp).ifPresent(UdpDoor::close);
    Optional.ofNullable(tcp).ifPresent(TcpDoor::close);
  }
}
