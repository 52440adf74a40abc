package dev.clasp.discovery;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A device as a rendezvous server lists it (discovery.md 4.4). Immutable.
 *
 * @param id public: it lets nobody change anything
 * @param registeredMicros Unix time
 * @param lastSeenMicros Unix time of the last refresh
 */
public record RegisteredDevice(
    String id, Registration registration, long registeredMicros, long lastSeenMicros) {

  /** In metadata: the id that a server has over all mechanisms. */
  public static final String STABLE_ID = "clasp.id";

  /** What the rest of discovery makes of it (discovery.md 6.4). */
  Device device(long nowNanos) {
    Map<String, String> meta = new LinkedHashMap<>(registration.metadata());
    if (!registration.tags().isEmpty()) {
      meta.put("tags", String.join(",", registration.tags()));
    }
    return new Device(
        id,
        Optional.ofNullable(registration.metadata().get(STABLE_ID)).filter(s -> !s.isBlank()),
        registration.name(),
        DeviceInfo.DEFAULT.withFeatures(new ArrayList<>(registration.features())).withMeta(meta),
        registration.endpoints(),
        EnumSet.of(Mechanism.RENDEZVOUS),
        nowNanos,
        nowNanos);
  }

  /** Where a browser can connect to: the {@code ws} endpoint, for lack of it {@code wss}. */
  Optional<String> url() {
    return Optional.ofNullable(registration.endpoints().get("ws"))
        .or(() -> Optional.ofNullable(registration.endpoints().get("wss")));
  }

  static List<Device> devices(List<RegisteredDevice> all, long nowNanos) {
    return all.stream().map(one -> one.device(nowNanos)).toList();
  }
}
