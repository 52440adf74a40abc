package dev.clasp.discovery;

import dev.clasp.discovery.DiscoveryEvent.Found;
import dev.clasp.discovery.DiscoveryEvent.Lost;
import dev.clasp.discovery.DiscoveryEvent.Updated;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The devices that all mechanisms together have found, each once (discovery.md 6.5, D-10, D-22).
 * Not thread-safe.
 *
 * <p>Each mechanism has its own <i>sighting</i> of a device. Sightings are of one device if they
 * have the same stable id; if at most one of them has one, if they have the same host and port for
 * WebSockets. The device keeps the id of the sighting that was first; what several say differently
 * is as the first says. A device ends with its last sighting.
 */
final class DeviceTable {

  /** Bound on devices, and on sightings of one. Further ones are not taken. */
  static final int MAX_DEVICES = 1000;

  private static final int MAX_SIGHTINGS = 16;

  private record Key(Mechanism mechanism, String id) {}

  private static final class Group {
    private final LinkedHashMap<Key, Device> sightings = new LinkedHashMap<>();
    private @Nullable Device merged;
    private Set<String> stableIds = Set.of();
    private Set<String> addresses = Set.of();
  }

  private final Map<Key, Group> bySighting = new HashMap<>();
  private final Map<String, Group> byStableId = new HashMap<>();
  private final Map<String, Group> byAddress = new HashMap<>();

  /** In the order in which they were found. */
  private final Map<String, Group> groups = new LinkedHashMap<>();

  /**
   * A mechanism has found a device, or again.
   *
   * @return what changes by it: nothing, a found or updated device, and a lost one if two turn out
   *     to be the same
   */
  List<DiscoveryEvent> seen(Mechanism mechanism, Device device) {
    Key key = new Key(mechanism, device.id());
    List<DiscoveryEvent> events = new ArrayList<>();
    Group before = bySighting.get(key);
    Group target = target(before, device);
    if (target == null) {
      if (groups.size() >= MAX_DEVICES) {
        return events;
      }
      target = new Group();
    }
    if (before != null && before != target) {
      before.sightings.remove(key);
      bySighting.remove(key);
      refresh(before, events);
    }
    if (!target.sightings.containsKey(key) && target.sightings.size() >= MAX_SIGHTINGS) {
      return events;
    }
    target.sightings.put(key, device);
    bySighting.put(key, target);
    refresh(target, events);
    return events;
  }

  private @Nullable Group target(@Nullable Group before, Device device) {
    Optional<String> stableId = device.stableId();
    if (stableId.isPresent()) {
      Group same = byStableId.get(stableId.get());
      if (same != null) {
        return same;
      }
    }
    if (before != null) {
      return before;
    }
    for (String address : addresses(device)) {
      Group same = byAddress.get(address);
      if (same != null && (stableId.isEmpty() || same.stableIds.isEmpty())) {
        return same;
      }
    }
    return null;
  }

  /** A mechanism has lost a device. */
  List<DiscoveryEvent> lost(Mechanism mechanism, String id) {
    return without(new Key(mechanism, id));
  }

  private List<DiscoveryEvent> without(Key key) {
    List<DiscoveryEvent> events = new ArrayList<>();
    Group group = bySighting.remove(key);
    if (group != null) {
      group.sightings.remove(key);
      refresh(group, events);
    }
    return events;
  }

  /** Ends the sightings of a mechanism that are older than this. */
  List<DiscoveryEvent> age(Mechanism mechanism, long nowNanos, long limitNanos) {
    List<DiscoveryEvent> events = new ArrayList<>();
    List<Key> stale = new ArrayList<>();
    for (Group group : groups.values()) {
      group.sightings.forEach((key, device) -> {
        if (key.mechanism() == mechanism && device.stale(nowNanos, limitNanos)) {
          stale.add(key);
        }
      });
    }
    stale.forEach(key -> events.addAll(without(key)));
    return events;
  }

  List<Device> devices() {
    List<Device> all = new ArrayList<>();
    for (Group group : groups.values()) {
      if (group.merged != null) {
        all.add(group.merged);
      }
    }
    return all;
  }

  Optional<Device> device(String id) {
    Group group = groups.get(id);
    return group == null ? Optional.empty() : Optional.ofNullable(group.merged);
  }

  /** Takes a device out with all its sightings; it may be found again. */
  List<DiscoveryEvent> remove(String id) {
    List<DiscoveryEvent> events = new ArrayList<>();
    Group group = groups.get(id);
    if (group != null) {
      Set.copyOf(group.sightings.keySet())
          .forEach(key -> {
            group.sightings.remove(key);
            bySighting.remove(key);
          });
      refresh(group, events);
    }
    return events;
  }

  /** What has changed about a group, after its sightings have. */
  private void refresh(Group group, List<DiscoveryEvent> events) {
    group.stableIds.forEach(id -> byStableId.remove(id, group));
    group.addresses.forEach(address -> byAddress.remove(address, group));
    Device before = group.merged;
    if (group.sightings.isEmpty()) {
      if (before != null) {
        groups.remove(before.id());
        group.merged = null;
        events.add(new Lost(before.id()));
      }
      return;
    }
    Set<String> stableIds = new HashSet<>();
    Set<String> addresses = new HashSet<>();
    for (Device sighting : group.sightings.values()) {
      sighting.stableId().ifPresent(stableIds::add);
      addresses.addAll(addresses(sighting));
    }
    group.stableIds = stableIds;
    group.addresses = addresses;
    stableIds.forEach(id -> byStableId.put(id, group));
    // Whoever was there first is found by the address.
    addresses.forEach(address -> byAddress.putIfAbsent(address, group));
    Device after = merged(group, before == null ? freeId(group) : before.id());
    group.merged = after;
    groups.put(after.id(), group);
    if (before == null) {
      events.add(new Found(after));
    } else if (!sameBut(before, after)) {
      events.add(new Updated(after));
    }
  }

  /** Two mechanisms may call different devices the same. */
  private String freeId(Group group) {
    Key first = group.sightings.firstEntry().getKey();
    return groups.containsKey(first.id()) ? first.mechanism() + ":" + first.id() : first.id();
  }

  private static Device merged(Group group, String id) {
    List<Device> all = List.copyOf(group.sightings.values());
    Device first = all.getFirst();
    Map<String, String> endpoints = new LinkedHashMap<>();
    Map<String, String> meta = new LinkedHashMap<>();
    Set<String> features = new LinkedHashSet<>();
    Set<Mechanism> sources = EnumSet.noneOf(Mechanism.class);
    Optional<String> stableId = Optional.empty();
    long discovered = first.discoveredNanos();
    long seen = first.lastSeenNanos();
    for (Device one : all) {
      one.endpoints().forEach(endpoints::putIfAbsent);
      one.info().meta().forEach(meta::putIfAbsent);
      features.addAll(one.info().features());
      sources.addAll(one.sources());
      stableId = stableId.or(one::stableId);
      discovered = one.discoveredNanos() - discovered < 0 ? one.discoveredNanos() : discovered;
      seen = one.lastSeenNanos() - seen > 0 ? one.lastSeenNanos() : seen;
    }
    group.sightings.keySet().forEach(key -> sources.add(key.mechanism()));
    return new Device(
        id,
        stableId,
        first.name(),
        first.info().withFeatures(List.copyOf(features)).withMeta(meta),
        endpoints,
        sources,
        discovered,
        seen);
  }

  /** But for when they were seen. */
  private static boolean sameBut(Device a, Device b) {
    return a.stableId().equals(b.stableId())
        && a.name().equals(b.name())
        && a.info().equals(b.info())
        && a.endpoints().equals(b.endpoints())
        && a.sources().equals(b.sources());
  }

  private static Set<String> addresses(Device device) {
    Set<String> addresses = new LinkedHashSet<>();
    for (String kind : List.of("ws", "wss")) {
      Optional.ofNullable(device.endpoints().get(kind))
          .flatMap(url -> EndpointUrl.hostAndPort(kind, url))
          .ifPresent(addresses::add);
    }
    return addresses;
  }
}
