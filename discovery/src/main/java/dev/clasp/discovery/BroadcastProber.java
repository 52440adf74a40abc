package dev.clasp.discovery;

import dev.clasp.protocol.DecodeException;
import dev.clasp.protocol.Feature;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks for servers by UDP broadcast and keeps the list of those who answer (discovery.md 3.4, 3.5).
 * Of one thread.
 *
 * <p>Who tells a stable id is one device wherever it answers from; others are one for each address
 * and port, because the id in their replies is new each time (1.2).
 */
final class BroadcastProber {

  /** Devices known at once. */
  static final int DEVICES_MAX = 1000;

  /** The first probes: a packet may get lost. */
  private static final long[] FIRST = {
    0, TimeUnit.MILLISECONDS.toNanos(500), TimeUnit.MILLISECONDS.toNanos(1500)
  };

  /** Rounds without an answer after which a device is gone (6.5). */
  private static final int MISSED = 3;

  private final Timetable timetable;
  private final long interval;
  private final Supplier<List<InetSocketAddress>> targets;
  private final BiConsumer<byte[], InetSocketAddress> sender;
  private final Consumer<DiscoveryEvent> events;
  private final Map<Object, Known> known = new LinkedHashMap<>();

  private static final class Known {
    private Device device;
    private InetAddress address;
    private Timetable.@Nullable Entry end;

    Known(Device device, InetAddress address) {
      this.device = device;
      this.address = address;
    }
  }

  /**
   * @param interval nanoseconds between probes, after the first ones
   * @param targets where they go
   */
  BroadcastProber(
      Timetable timetable,
      long interval,
      Supplier<List<InetSocketAddress>> targets,
      BiConsumer<byte[], InetSocketAddress> sender,
      Consumer<DiscoveryEvent> events) {
    this.timetable = timetable;
    this.interval = interval;
    this.targets = targets;
    this.sender = sender;
    this.events = events;
  }

  void begin() {
    for (long delay : FIRST) {
      timetable.in(delay, this::probe);
    }
    timetable.in(interval, this::again);
  }

  private void again() {
    probe();
    timetable.in(interval, this::again);
  }

  private void probe() {
    byte[] probe = ProbeFrames.probe();
    targets.get().forEach(target -> sender.accept(probe, target));
  }

  void received(byte[] datagram, int length, InetSocketAddress from) {
    Optional<ProbeFrames.Reply> reply;
    try {
      reply = ProbeFrames.reply(datagram, length);
    } catch (DecodeException e) {
      return;
    }
    reply.ifPresent(r -> heard(r, from));
  }

  private void heard(ProbeFrames.Reply reply, InetSocketAddress from) {
    Optional<String> stable =
        ServiceDevice.stableId(reply.more().get("id"))
            .filter(id -> id.equals(reply.welcome().session()));
    Object key = stable.<Object>map(id -> id).orElse(from);
    Known before = known.get(key);
    if (before == null) {
      if (known.size() < DEVICES_MAX) {
        Device device = device(reply, stable, from, Optional.empty());
        Known made = new Known(device, from.getAddress());
        known.put(key, made);
        live(key, made);
        events.accept(new DiscoveryEvent.Found(device));
      }
      return;
    }
    live(key, before);
    InetAddress address = from.getAddress();
    boolean better = before.address.isLoopbackAddress() && !address.isLoopbackAddress();
    if (!address.equals(before.address) && !better) {
      before.device = before.device.seen(timetable.now());
      return;
    }
    Device old = before.device;
    before.address = address;
    before.device = device(reply, stable, from, Optional.of(old));
    if (!before.device.name().equals(old.name())
        || !before.device.info().equals(old.info())
        || !before.device.endpoints().equals(old.endpoints())) {
      events.accept(new DiscoveryEvent.Updated(before.device));
    }
  }

  private void live(Object key, Known device) {
    if (device.end != null) {
      device.end.cancel();
    }
    device.end =
        timetable.in(
            MISSED * interval,
            () -> {
              known.remove(key);
              events.accept(new DiscoveryEvent.Lost(device.device.id()));
            });
  }

  private Device device(
      ProbeFrames.Reply reply,
      Optional<String> stable,
      InetSocketAddress from,
      Optional<Device> before) {
    ServiceDevice.Place place = new ServiceDevice.Place(from.getAddress(), "");
    Map<String, String> endpoints = new HashMap<>(ServiceDevice.endpoints(reply.more(), 0, place));
    if (reply.more().isEmpty()) {
      // As the reference has it; whether anything but probes is answered there nobody knows.
      endpoints.put("udp", place.inUrl() + ":" + from.getPort());
    }
    List<String> features =
        EnumSet.allOf(Feature.class).stream()
            .filter(reply.welcome().features()::contains)
            .map(Feature::wireName)
            .toList();
    long now = timetable.now();
    return new Device(
        before.map(Device::id).orElse(DisplayText.of(reply.welcome().session())),
        stable,
        DisplayText.of(reply.welcome().name()),
        DeviceInfo.DEFAULT.withFeatures(features),
        endpoints,
        EnumSet.of(Mechanism.BROADCAST),
        before.map(Device::discoveredNanos).orElse(now),
        now);
  }
}
