package dev.clasp.adaptermqtt;

import dev.clasp.server.ClaspServer;
import dev.clasp.server.Companion;
import dev.clasp.server.ServerException;
import dev.clasp.server.Version;
import dev.clasp.transport.Guest;
import dev.clasp.transport.GuestProtocol;
import dev.clasp.transport.LinkServer;
import dev.clasp.transport.Listener;
import dev.clasp.transport.ServerTls;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets MQTT clients into a router (bridges.md 12): on its main port, where the first bytes tell
 * them from others, also inside TLS and as WebSockets, and on ports of their own. Thread-safe.
 */
public final class MqttAdapter implements Companion, GuestProtocol {

  private static final Logger LOG = LoggerFactory.getLogger(MqttAdapter.class);

  /** Of 3.1.1 and 5.0, and of 3.1. */
  private static final Set<String> SUBPROTOCOLS = Set.of("mqtt", "mqttv3.1");

  private final ClaspServer server;
  private final MqttAdapterConfig config;
  private final Broker broker;
  private final List<LinkServer> ports = new ArrayList<>();
  private final List<String> urls = new ArrayList<>();

  private MqttAdapter(ClaspServer server, MqttAdapterConfig config, BrokerTime time) {
    this.server = server;
    this.config = config;
    this.broker =
        new Broker(
            config,
            server::open,
            server.config().router().globstarMatchesParent(),
            server.config().router().maxSubscriptionsPerSession(),
            () -> server.config().router().maxSubscriptions() - server.router().subscriptionCount(),
            Version.number(),
            time);
  }

  /** An adapter for a server that is about to start. */
  public static Companion.Factory factory(MqttAdapterConfig config) {
    return factory(config, BrokerTime.system());
  }

  static Companion.Factory factory(MqttAdapterConfig config, BrokerTime time) {
    return server -> {
      MqttAdapter adapter = new MqttAdapter(server, config, time);
      if (config.mainPort()) {
        server.welcome(adapter);
      }
      return adapter;
    };
  }

  @Override
  public String name() {
    return "mqtt";
  }

  @Override
  public Set<String> subprotocols() {
    return SUBPROTOCOLS;
  }

  @Override
  public void enter(Guest guest) {
    Channel channel = guest.channel();
    String transport =
        (guest.webSocket() ? "mqtt+websocket" : "mqtt") + (guest.secure() ? "+tls" : "");
    channel
        .pipeline()
        .addLast(new MqttLink(broker, channel, text(guest.peer()), transport, guest::established));
  }

  private static String text(SocketAddress peer) {
    if (peer instanceof InetSocketAddress address) {
      String host = address.getHostString();
      String bracketed = host.contains(":") ? "[" + host + "]" : host;
      return address.getPort() == 0 ? bracketed : bracketed + ":" + address.getPort();
    }
    return peer.toString();
  }

  /**
   * Opens the ports of its own.
   *
   * @throws ServerException a port is in use, TLS is wanted without a certificate, or everybody
   *     could come in
   */
  @Override
  public void start() {
    if (config.port().isEmpty() && config.tlsPort().isEmpty()) {
      return;
    }
    InetAddress host = checkedHost();
    Optional<ServerTls> tls = server.config().network().tls();
    config.port().ifPresent(port -> open(host, port, tls, false));
    config
        .tlsPort()
        .ifPresent(port -> {
          if (tls.isEmpty()) {
            throw failure(
                "a port for MQTT inside TLS needs a certificate: give --tls-cert and --tls-key, or"
                    + " make one with 'clasp cert'");
          }
          open(host, port, tls, true);
        });
  }

  private void open(InetAddress host, int port, Optional<ServerTls> tls, boolean tlsOnly) {
    LinkServer.Builder door =
        LinkServer.builder()
            .host(host.getHostAddress())
            .port(port)
            .loops(server.loops())
            .lobby(server.door())
            .origins(() -> server.config().effectiveOrigins())
            .protocols(Set.of())
            .guest(this)
            .tlsOnly(tlsOnly || server.config().network().tlsOnly());
    tls.ifPresent(door::tls);
    LinkServer listener = door.build();
    listener.start();
    ports.add(listener);
    String url = (tlsOnly ? "mqtts://" : "mqtt://") + Listener.hostAndPort(listener.address());
    urls.add(url);
    LOG.info("listening for MQTT on {}", url);
  }

  /** Without authentication only this machine, as for the main port (D18). */
  private InetAddress checkedHost() {
    InetAddress host;
    try {
      host = InetAddress.getByName(config.host());
    } catch (UnknownHostException e) {
      throw failure("cannot listen for MQTT on " + config.host() + ": unknown host");
    }
    if (!host.isLoopbackAddress()
        && !server.config().wantsTokens()
        && !server.config().allowOpen()) {
      throw failure(
          "refusing to listen for MQTT on "
              + config.host()
              + ": there is no authentication, so everybody who reaches this address could read"
              + " and write everything. Ask for tokens with --token-file. Add --allow-open if that"
              + " is what you want, or use 127.0.0.1");
    }
    return host;
  }

  private static IllegalStateException failure(String text) {
    return new IllegalStateException(text);
  }

  /** The ports of its own, as URLs, once it is started. */
  public List<String> urls() {
    return List.copyOf(urls);
  }

  /** The ports of its own, once it is started: without TLS first. */
  public List<InetSocketAddress> addresses() {
    return ports.stream().map(LinkServer::address).toList();
  }

  @Override
  public Map<String, Long> counters() {
    Map<String, Long> all = broker.counts.all();
    all.put("sessions_now", (long) broker.sessions.size());
    all.put("sessions_away", (long) broker.sessions.awaySize());
    all.put("shared_groups", (long) broker.groups.size());
    return all;
  }

  @Override
  public void drain() {
    ports.forEach(LinkServer::stopAccepting);
  }

  @Override
  public void close() {
    ports.forEach(LinkServer::close);
    broker.sessions.all().forEach(session -> session.execute(session::end));
  }
}
