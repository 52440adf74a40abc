package dev.clasp.discovery;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The mechanisms of the local network. */
final class LanSources {

  private LanSources() {}

  /** Those that the configuration wants. */
  static List<Supplier<DeviceSource>> all(DiscoveryConfig config) {
    List<Supplier<DeviceSource>> sources = new ArrayList<>();
    if (config.mdns()) {
      sources.add(MdnsSource::new);
    }
    if (config.broadcast()) {
      sources.add(
          () -> new BroadcastSource(config.broadcastPort(), BroadcastSource.DEFAULT_INTERVAL));
    }
    return sources;
  }
}
