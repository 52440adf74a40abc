package dev.clasp.discovery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Looks for services of other protocols by mDNS. What it finds nobody has vouched for.
 *
 * <p>Thread-safe; has one thread, and a socket for each interface.
 */
public final class ServiceBrowser {

  /**
   * A service that was found. Immutable.
   *
   * @param name for people; free of control characters
   * @param authority {@code ip:port} of its best address, as in a URL
   */
  public record Found(String name, String authority) {}

  private static final String KIND = "authority";

  private final DnsName type;
  private final MdnsNetwork network;

  /**
   * @param type as in {@code _oscjson._tcp}
   */
  public ServiceBrowser(String type, MdnsNetwork network) {
    this.type = MdnsService.type(type);
    this.network = network;
  }

  /**
   * Looks for as long as this, and waits.
   *
   * @return sorted by name
   * @throws DiscoveryException with a sentence for the user: the port is taken
   * @throws InterruptedException the caller was interrupted; the search is over
   */
  public List<Found> look(Duration time) throws InterruptedException {
    Map<String, Device> devices = new LinkedHashMap<>();
    try (MdnsLoop loop =
        new MdnsLoop(
            "clasp-mdns-services",
            network,
            LocalInterface::all,
            timetable ->
                new MdnsBrowser(
                    type,
                    ServiceBrowser::device,
                    timetable,
                    RandomGenerator.getDefault(),
                    event -> note(devices, event)))) {
      loop.start();
      Thread.sleep(time);
    }
    synchronized (devices) {
      List<Found> found = new ArrayList<>();
      devices.values().forEach(device -> found.add(found(device)));
      found.sort(Comparator.comparing(Found::name).thenComparing(Found::authority));
      return found;
    }
  }

  private static void note(Map<String, Device> devices, DiscoveryEvent event) {
    synchronized (devices) {
      switch (event) {
        case DiscoveryEvent.Found(Device device) -> devices.put(device.id(), device);
        case DiscoveryEvent.Updated(Device device) -> devices.put(device.id(), device);
        case DiscoveryEvent.Lost(String id) -> devices.remove(id);
        case DiscoveryEvent.Failed _ -> {}
      }
    }
  }

  static Found found(Device device) {
    return new Found(device.name(), device.endpoints().getOrDefault(KIND, ""));
  }

  static Device device(
      DnsName instance,
      int port,
      Map<String, String> text,
      List<ServiceDevice.Place> places,
      long now) {
    return new Device(
        DisplayText.of(instance.text()),
        Optional.empty(),
        DisplayText.of(instance.first()),
        DeviceInfo.DEFAULT,
        Map.of(KIND, places.getFirst().inUrl() + ":" + port),
        EnumSet.of(Mechanism.MDNS),
        now,
        now);
  }
}
