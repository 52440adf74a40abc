package dev.clasp.server;

import dev.clasp.discovery.DiscoveryException;
import dev.clasp.discovery.MdnsAdvertiser;
import dev.clasp.discovery.MdnsNetwork;
import dev.clasp.discovery.MdnsTimes;
import java.net.InetAddress;
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
      LOG.info(
          "not announced by mDNS: nobody else can reach {}. Listen on an address of the network"
              + " with --host",
          only.get().getHostAddress());
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
      LOG.warn("not announced by mDNS: {}", e.getMessage());
    }
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
