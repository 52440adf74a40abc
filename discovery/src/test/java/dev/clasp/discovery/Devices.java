package dev.clasp.discovery;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Devices and registrations for tests. */
final class Devices {

  private Devices() {}

  static Device device(Mechanism mechanism, String id, Optional<String> stableId, String ws) {
    return new Device(
        id,
        stableId,
        "name of " + id,
        DeviceInfo.DEFAULT,
        ws.isEmpty() ? Map.of() : Map.of("ws", ws),
        EnumSet.of(mechanism),
        1,
        1);
  }

  static Registration registration(String name, String... tags) {
    return new Registration(
        name,
        Map.of("ws", "ws://192.0.2.1:7330/clasp"),
        Optional.empty(),
        List.of("param", "event"),
        List.of(tags),
        Map.of());
  }
}
