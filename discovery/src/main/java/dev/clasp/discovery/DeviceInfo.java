package dev.clasp.discovery;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a device says it can do (discovery.md 1.1).
 *
 * @param version protocol version, 0 to 255
 * @param features {@code param}, {@code event}, {@code stream}, ...
 * @param bridge whether it speaks for another protocol
 * @param bridgeProtocol which one
 * @param meta anything else it tells
 */
public record DeviceInfo(
    int version,
    List<String> features,
    boolean bridge,
    Optional<String> bridgeProtocol,
    Map<String, String> meta) {

  /** Version 1 with parameters, events and streams. */
  public static final DeviceInfo DEFAULT =
      new DeviceInfo(1, List.of("param", "event", "stream"), false, Optional.empty(), Map.of());

  public DeviceInfo {
    if (version < 0 || version > 255) {
      throw new IllegalArgumentException("version must be 0 to 255, not " + version);
    }
    features = List.copyOf(features);
    meta = Map.copyOf(meta);
  }

  public DeviceInfo withFeatures(List<String> value) {
    return new DeviceInfo(version, value, bridge, bridgeProtocol, meta);
  }

  public DeviceInfo withMeta(Map<String, String> value) {
    return new DeviceInfo(version, features, bridge, bridgeProtocol, value);
  }
}
