package dev.clasp.server;

import dev.clasp.discovery.Advertisement;
import dev.clasp.discovery.DiscoveryException;
import dev.clasp.discovery.MdnsAdvertiser;
import dev.clasp.discovery.MdnsNetwork;
import dev.clasp.discovery.MdnsTimes;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Announces a server by mDNS, if others can reach it (discovery.md 2). Where it cannot, the server
 * goes on without, and the log says why.
 */
public final class MdnsCompanion implements Companion {

  private static final Logger LOG = LoggerFactory.getLogger(MdnsCompanion.class);

  private final ClaspServer server;
  private final UUID id;
  private final Optional<String> serviceName;
  private final MdnsNetwork network;
  private final MdnsTimes times;
  private volatile @Nullable MdnsAdvertiser advertiser;
  private volatile String obstacle = "not started yet";

  /**
   * What is announced, or would be.
   *
   * @param obstacle why it is not; empty if it is
   */
  record Announcement(String service, int port, List<String> text, Optional<String> obstacle) {}

  private MdnsCompanion(
      ClaspServer server,
      UUID id,
      Optional<String> serviceName,
      MdnsNetwork network,
      MdnsTimes times) {
    this.server = server;
    this.id = id;
    this.serviceName = serviceName;
    this.network = network;
    this.times = times;
  }

  /**
   * For a server that is about to start.
   *
   * @param id of this server, the same for all mechanisms
   * @param serviceName under which it is announced, if not the name of the router
   * @param network on which interfaces; a server that is bound to one address is announced with
   *     that one only
   */
  public static Factory factory(UUID id, Optional<String> serviceName, MdnsNetwork network) {
    return factory(id, serviceName, network, MdnsTimes.DEFAULT);
  }

  /**
   * @param times how long others may remember it
   */
  public static Factory factory(
      UUID id, Optional<String> serviceName, MdnsNetwork network, MdnsTimes times) {
    return server -> new MdnsCompanion(server, id, serviceName, network, times);
  }

  @Override
  public String name() {
    return "mdns";
  }

  @Override
  public void start() {
    Optional<InetAddress> only = ServerAdvertisement.only(server);
    if (only.isPresent() && only.get().isLoopbackAddress()) {
      obstacle =
          "nobody else can reach "
              + only.get().getHostAddress()
              + ". Listen on an address of the network with --host";
      LOG.info("not announced by mDNS: {}", obstacle);
      return;
    }
    MdnsAdvertiser made =
        new MdnsAdvertiser(
            ServerAdvertisement.of(server, id, serviceName),
            only.map(network::withOnly).orElse(network),
            times);
    try {
      made.start();
      advertiser = made;
    } catch (DiscoveryException e) {
      obstacle = String.valueOf(e.getMessage());
      LOG.warn("not announced by mDNS: {}", obstacle);
    }
  }

  /** What others can see of this server. Any thread. */
  Announcement announcement() {
    Advertisement what = ServerAdvertisement.of(server, id, serviceName);
    MdnsAdvertiser a = advertiser;
    String name = a == null ? what.name() : a.name();
    return new Announcement(
        name + "._clasp._tcp.local",
        what.ports().getOrDefault("ws", server.address().getPort()),
        MdnsAdvertiser.text(what, name),
        a == null
            ? Optional.of(obstacle)
            : a.announced()
                ? Optional.empty()
                : Optional.of("no network interface to announce on, or the name is being tried"));
  }

  @Override
  public void drain() {
    MdnsAdvertiser a = advertiser;
    if (a != null) {
      a.withdraw();
    }
  }

  @Override
  public Map<String, Long> counters() {
    MdnsAdvertiser a = advertiser;
    return a == null
        ? Map.of("announced", 0L, "queries", 0L, "replies", 0L)
        : Map.of(
            "announced", a.announced() ? 1L : 0L, "queries", a.queries(), "replies", a.replies());
  }

  @Override
  public void close() {
    MdnsAdvertiser a = advertiser;
    if (a != null) {
      a.close();
    }
  }
}
