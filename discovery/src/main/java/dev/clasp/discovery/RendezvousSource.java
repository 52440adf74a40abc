package dev.clasp.discovery;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds what is registered with a rendezvous server, by asking again and again (discovery.md 6.5).
 * A device is lost when two answers in succession do not have it.
 */
public final class RendezvousSource implements DeviceSource {

  static final Duration INTERVAL = Duration.ofSeconds(30);

  private static final int ABSENT_FOR_LOST = 2;

  /** What was known of a device at the last answer. */
  private record Known(Device device, int absent) {}

  private final Rendezvous rendezvous;
  private final Runnable closeRendezvous;
  private final Optional<String> tag;
  private final Duration timeout;
  private final Alarm alarm;

  // Used by the thread of the alarm only.
  private final Map<String, Known> known = new HashMap<>();
  private String lastFailure = "";

  // Guarded by this, and held while events are told, so that none comes behind close().
  private @Nullable Consumer<DiscoveryEvent> events;
  private boolean closed;

  /**
   * @param client closed with this source
   * @param tag only devices that have it
   */
  public RendezvousSource(RendezvousClient client, Optional<String> tag) {
    this(
        client,
        client::close,
        tag,
        RendezvousClient.TIMEOUT,
        Alarm.system("clasp-rendezvous-source"));
  }

  RendezvousSource(
      Rendezvous rendezvous,
      Runnable closeRendezvous,
      Optional<String> tag,
      Duration timeout,
      Alarm alarm) {
    this.rendezvous = rendezvous;
    this.closeRendezvous = closeRendezvous;
    this.tag = tag;
    this.timeout = timeout;
    this.alarm = alarm;
  }

  @Override
  public Mechanism mechanism() {
    return Mechanism.RENDEZVOUS;
  }

  @Override
  public synchronized void start(Consumer<DiscoveryEvent> to) {
    if (events != null) {
      throw new IllegalStateException("already started");
    }
    events = to;
    alarm.after(0, this::poll);
  }

  private void poll() {
    try {
      compare(rendezvous.discover(tag, Optional.empty(), timeout));
      lastFailure = "";
    } catch (RendezvousException e) {
      // An answer that did not come says nothing about who is there.
      if (!e.getMessage().equals(lastFailure)) {
        lastFailure = e.getMessage();
        tell(new DiscoveryEvent.Failed(Mechanism.RENDEZVOUS, lastFailure));
      }
    }
    alarm.after(INTERVAL.toNanos(), this::poll);
  }

  private void compare(List<RegisteredDevice> answer) {
    long now = alarm.nanos();
    Set<String> present = new HashSet<>();
    for (Device device : RegisteredDevice.devices(answer, now)) {
      if (!present.add(device.id())) {
        continue;
      }
      Known before = known.get(device.id());
      if (before == null) {
        known.put(device.id(), new Known(device, 0));
        tell(new DiscoveryEvent.Found(device));
      } else {
        Device after = since(before.device().discoveredNanos(), device);
        known.put(device.id(), new Known(after, 0));
        // Told although nothing may have changed: it was seen.
        tell(new DiscoveryEvent.Updated(after));
      }
    }
    for (String id : Set.copyOf(known.keySet())) {
      Known before = known.get(id);
      if (before != null && !present.contains(id)) {
        if (before.absent() + 1 >= ABSENT_FOR_LOST) {
          known.remove(id);
          tell(new DiscoveryEvent.Lost(id));
        } else {
          known.put(id, new Known(before.device(), before.absent() + 1));
        }
      }
    }
  }

  private static Device since(long discoveredNanos, Device device) {
    return new Device(
        device.id(),
        device.stableId(),
        device.name(),
        device.info(),
        device.endpoints(),
        device.sources(),
        discoveredNanos,
        device.lastSeenNanos());
  }

  private synchronized void tell(DiscoveryEvent event) {
    Consumer<DiscoveryEvent> to = events;
    if (!closed && to != null) {
      to.accept(event);
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    alarm.close();
    closeRendezvous.run();
  }
}
