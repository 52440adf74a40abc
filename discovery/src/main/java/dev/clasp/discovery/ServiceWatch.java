package dev.clasp.discovery;

import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Watches services of another protocol by mDNS for as long as it is open. What it finds nobody has
 * vouched for.
 *
 * <p>Thread-safe; has one thread, and a socket for each interface.
 */
public final class ServiceWatch implements AutoCloseable {

  private final MdnsLoop loop;

  /**
   * @param type as in {@code _apple-midi._udp}
   * @param found hears each service when it appears, and again when it has changed; on the thread
   *     of this watch, which it must not hold up
   */
  public ServiceWatch(String type, MdnsNetwork network, Consumer<ServiceBrowser.Found> found) {
    DnsName name = MdnsService.type(type);
    Consumer<DiscoveryEvent> events =
        event -> {
          switch (event) {
            case DiscoveryEvent.Found(Device device) -> found.accept(ServiceBrowser.found(device));
            case DiscoveryEvent.Updated(Device device) ->
                found.accept(ServiceBrowser.found(device));
            case DiscoveryEvent.Lost _, DiscoveryEvent.Failed _ -> {}
          }
        };
    Consumer<DiscoveryEvent> safe = new SafeListener(Mechanism.MDNS, events);
    this.loop =
        new MdnsLoop(
            "clasp-mdns-watch",
            network,
            LocalInterface::all,
            timetable ->
                new MdnsBrowser(
                    name, ServiceBrowser::device, timetable, RandomGenerator.getDefault(), safe));
  }

  /**
   * Begins to look.
   *
   * @throws DiscoveryException with a sentence for the user: the port is taken
   */
  public void start() {
    loop.start();
  }

  @Override
  public void close() {
    loop.close();
  }
}
