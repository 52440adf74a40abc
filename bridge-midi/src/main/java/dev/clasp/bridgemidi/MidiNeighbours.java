package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.HostPort;
import dev.clasp.discovery.DiscoveryException;
import dev.clasp.discovery.MdnsAdvertiser;
import dev.clasp.discovery.MdnsNetwork;
import dev.clasp.discovery.ServiceAnnouncement;
import dev.clasp.discovery.ServiceBrowser;
import dev.clasp.discovery.ServiceWatch;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Sessions of the local network, by mDNS: ours is announced, and others are found by name. */
final class MidiNeighbours implements AutoCloseable {

  /** RTP-MIDI, as Apple registered it. */
  static final String RTP = "_apple-midi._udp";

  /** Network MIDI 2.0 (M2-124-UM, section 4). */
  static final String MIDI2 = "_midi2._udp";

  /**
   * What is announced and looked for.
   *
   * @param name of ours
   * @param text what is announced with it
   * @param announce whether ours is
   * @param find which names are looked for; empty for none
   * @param interfaces network interfaces; none for all
   */
  record Wanted(
      String type,
      String name,
      Map<String, String> text,
      boolean announce,
      Optional<Predicate<String>> find,
      List<String> interfaces,
      HostPort bind) {}

  private final List<AutoCloseable> open = new ArrayList<>();
  private final Consumer<String> errors;

  private MidiNeighbours(Consumer<String> errors) {
    this.errors = errors;
  }

  /**
   * @param port of ours
   * @param found hears of whoever has a name that is looked for
   */
  static MidiNeighbours start(
      Wanted wanted,
      int port,
      BiConsumer<String, InetSocketAddress> found,
      Consumer<String> errors) {
    MidiNeighbours neighbours = new MidiNeighbours(errors);
    MdnsNetwork network = MdnsNetwork.ALL.withInterfaces(Set.copyOf(wanted.interfaces()));
    if (wanted.announce()) {
      MdnsAdvertiser advertiser =
          new MdnsAdvertiser(
              new ServiceAnnouncement(
                  UUID.randomUUID(), wanted.name(), wanted.type(), port, wanted.text()),
              restricted(network, wanted.bind()));
      neighbours.begin(advertiser, advertiser::start);
    }
    if (wanted.find().isPresent()) {
      Predicate<String> names = wanted.find().get();
      ServiceWatch watch =
          new ServiceWatch(
              wanted.type(),
              network,
              each ->
                  address(each)
                      .filter(_ -> names.test(each.name()) && !isOurs(wanted, each.name()))
                      .ifPresent(address -> found.accept(each.name(), address)));
      neighbours.begin(watch, watch::start);
    }
    return neighbours;
  }

  /** Whoever announces itself finds itself as well. */
  private static boolean isOurs(Wanted wanted, String name) {
    return wanted.announce() && name.equals(wanted.name());
  }

  /** Only addresses where somebody listens are announced. */
  private static MdnsNetwork restricted(MdnsNetwork network, HostPort bind) {
    try {
      InetAddress address = InetAddress.ofLiteral(bind.host());
      return address.isAnyLocalAddress() ? network : network.withOnly(address);
    } catch (IllegalArgumentException e) {
      return network;
    }
  }

  /**
   * Who is there.
   *
   * @param system as lists call it
   * @param scheme what stands before an address
   * @param nanos how long to look
   */
  static List<FoundPort> list(String type, String system, String scheme, long nanos) {
    try {
      return new ServiceBrowser(type, MdnsNetwork.ALL)
          .look(Duration.ofNanos(nanos)).stream()
              .map(each ->
                  new FoundPort(
                      system,
                      scheme + each.authority(),
                      each.name(),
                      each.authority(),
                      true,
                      true,
                      false))
              .toList();
    } catch (DiscoveryException e) {
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  private void begin(AutoCloseable what, Runnable start) {
    open.add(what);
    try {
      start.run();
    } catch (DiscoveryException e) {
      errors.accept(String.valueOf(e.getMessage()));
    }
  }

  static Optional<InetSocketAddress> address(ServiceBrowser.Found found) {
    HostPort where = HostPort.parse("mDNS", found.authority(), 0);
    try {
      return Optional.of(new InetSocketAddress(InetAddress.ofLiteral(where.host()), where.port()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    for (AutoCloseable each : open) {
      try {
        each.close();
      } catch (Exception e) {
        errors.accept("mDNS: " + e.getMessage());
      }
    }
  }
}
