package dev.clasp.discovery;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Finds services (RFC 6762 sections 5, 7 and 10, discovery.md 2.5 items 7 to 9).
 *
 * <p>Asks at once, after 1, 2, 4 seconds and so on up to an hour; before what it knows runs out it
 * asks again, and what is missing of a service it asks for. Everything is kept by interface, so
 * that an interface that goes takes with it what was found there.
 *
 * <p>A service is reported when pointer, port, text and an address are there; without the text, a
 * moment later.
 */
final class MdnsBrowser implements MdnsRole {

  /** Services known at once, over all interfaces. */
  static final int INSTANCES_MAX = 1000;

  private static final int HOSTS_MAX = 1000;
  private static final int ADDRESSES_MAX = 8;
  private static final int QUESTIONS_MAX = 16;

  /** Bytes of a packet of ours, for one Ethernet frame. */
  private static final int LONGEST_PACKET = 1400;

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_PAUSE = TimeUnit.HOURS.toNanos(1);
  private static final long TEXT_PATIENCE = 2 * SECOND;

  /** Nothing is believed for longer than a day, whatever it says. */
  private static final long LONGEST_TTL = TimeUnit.DAYS.toSeconds(1);

  /** What is missing of a service is asked for at once, after 1, 2, 4 s and so on up to this. */
  private static final long LONGEST_RETRY = TimeUnit.MINUTES.toNanos(1);

  /** When it is asked again, in hundredths of the time that a record lives (section 5.2). */
  private static final int[] REFRESH = {80, 85, 90, 95};

  /** Makes a device of what was found of a service. */
  @FunctionalInterface
  interface DeviceMaker {

    /**
     * @param places at least one, the best first
     */
    Device device(
        DnsName instance,
        int port,
        Map<String, String> text,
        List<ServiceDevice.Place> places,
        long now);
  }

  private final DnsName type;
  private final DeviceMaker devices;
  private final Timetable timetable;
  private final RandomGenerator random;
  private final Consumer<DiscoveryEvent> events;
  private final Map<MdnsLink, View> views = new LinkedHashMap<>();
  private final Map<DnsName, Device> reported = new HashMap<>();
  private final Set<DnsName> touched = new LinkedHashSet<>();

  MdnsBrowser(Timetable timetable, RandomGenerator random, Consumer<DiscoveryEvent> events) {
    this(SERVICE, ServiceDevice::ofService, timetable, random, events);
  }

  /**
   * @param type of the services that are looked for
   * @param devices what becomes of a service
   */
  MdnsBrowser(
      DnsName type,
      DeviceMaker devices,
      Timetable timetable,
      RandomGenerator random,
      Consumer<DiscoveryEvent> events) {
    this.type = type;
    this.devices = devices;
    this.timetable = timetable;
    this.random = random;
    this.events = events;
  }

  /** Something heard, for as long as it lives. */
  private final class Lease {
    private final View view;
    private final DnsRecord record;
    private final long received = timetable.now();
    private final long life;
    private final BooleanSupplier wanted;
    private final Runnable over;
    private int step;
    private Timetable.@Nullable Entry next;

    /**
     * @param wanted whether it is to be asked for again in time
     * @param over what happens at its end
     */
    Lease(View view, DnsRecord record, BooleanSupplier wanted, Runnable over) {
      this.view = view;
      this.record = record;
      this.life = Math.min(record.ttl(), LONGEST_TTL) * SECOND;
      this.wanted = wanted;
      this.over = over;
      plan();
    }

    private void plan() {
      long at =
          step < REFRESH.length
              ? life / 100 * REFRESH[step] + random.nextLong(Math.max(1, life / 50))
              : life;
      next = timetable.in(at - (timetable.now() - received), this::due);
    }

    private void due() {
      if (step == REFRESH.length) {
        over.run();
        report();
      } else {
        step++;
        if (wanted.getAsBoolean()) {
          view.ask(record.name(), record.type());
        }
        plan();
      }
    }

    /** Lives for a second more at most: somebody has said that it is over (section 10.1, 10.2). */
    void endSoon() {
      if (life - (timetable.now() - received) > SECOND) {
        cancel();
        step = REFRESH.length;
        next = timetable.in(SECOND, this::due);
      }
    }

    void cancel() {
      if (next != null) {
        next.cancel();
      }
    }

    long secondsLeft() {
      return Math.max(0, (life - (timetable.now() - received)) / SECOND);
    }
  }

  /** What is known of one service on one interface. */
  private static final class Instance {
    private @Nullable Lease pointer;
    private @Nullable Lease service;
    private @Nullable Lease text;
    private Timetable.@Nullable Entry retry;
    private int tries;
    private @Nullable Long completeSince;

    void cancel() {
      for (Lease lease : new Lease[] {pointer, service, text}) {
        if (lease != null) {
          lease.cancel();
        }
      }
      if (retry != null) {
        retry.cancel();
      }
    }
  }

  /** One interface. */
  private final class View {
    private final MdnsLink link;
    private final Map<DnsName, Instance> instances = new LinkedHashMap<>();
    private final Map<DnsName, List<Lease>> hosts = new LinkedHashMap<>();
    private final Set<DnsQuestion> questions = new LinkedHashSet<>();
    private Timetable.@Nullable Entry asking;
    private Timetable.@Nullable Entry sending;
    private long pause = SECOND;

    View(MdnsLink link) {
      this.link = link;
    }

    void begin() {
      pause = SECOND;
      if (asking != null) {
        asking.cancel();
      }
      asking = timetable.in(millis(20, 120), this::browse);
    }

    private void browse() {
      ask(type, DnsData.PTR);
      asking = timetable.in(pause, this::browse);
      pause = Math.min(2 * pause, LONGEST_PAUSE);
    }

    void end() {
      for (Timetable.Entry entry : new Timetable.Entry[] {asking, sending}) {
        if (entry != null) {
          entry.cancel();
        }
      }
      instances.values().forEach(Instance::cancel);
      hosts.values().forEach(leases -> leases.forEach(Lease::cancel));
      touched.addAll(instances.keySet());
    }

    /** Together with what else is asked in this moment. */
    void ask(DnsName name, int type) {
      if (questions.size() < QUESTIONS_MAX) {
        questions.add(new DnsQuestion(name, type, false));
      }
      if (sending == null) {
        sending = timetable.in(millis(1, 20), this::send);
      }
    }

    private void send() {
      sending = null;
      List<DnsRecord> known = new ArrayList<>();
      if (questions.stream().anyMatch(question -> question.name().equals(type))) {
        for (Instance instance : instances.values()) {
          Lease pointer = instance.pointer;
          if (pointer != null && pointer.secondsLeft() > pointer.record.ttl() / 2) {
            known.add(pointer.record.withFlush(false).withTtl(pointer.secondsLeft()));
          }
        }
      }
      List<DnsQuestion> asked = List.copyOf(questions);
      questions.clear();
      // What we know may need several packets; all but the last say that more follows.
      int from = 0;
      do {
        int to = known.size();
        byte[] packet = packet(asked, known.subList(from, to), false);
        while (packet.length > LONGEST_PACKET && to > from + 1) {
          to = from + (to - from + 1) / 2;
          packet = packet(asked, known.subList(from, to), true);
        }
        link.send(packet);
        asked = List.of();
        from = to;
      } while (from < known.size());
    }

    private byte[] packet(List<DnsQuestion> asked, List<DnsRecord> known, boolean more) {
      DnsMessage query = DnsMessage.query(asked, known);
      return DnsWriter.write(more ? query.withTruncated() : query);
    }

    // --- what is heard ---------------------------------------------------------------------------

    void hear(DnsRecord record) {
      switch (record.data()) {
        case DnsData.Pointer(DnsName target) -> {
          if (record.name().equals(type) && target.isChildOf(type)) {
            pointer(target, record);
          }
        }
        case DnsData.Service _ -> {
          if (record.name().isChildOf(type)) {
            service(record);
          }
        }
        case DnsData.Text _ -> {
          if (record.name().isChildOf(type)) {
            text(record);
          }
        }
        case DnsData.Address(InetAddress address) -> {
          if (!address.isLoopbackAddress()
              && !address.isAnyLocalAddress()
              && !address.isMulticastAddress()) {
            address(record);
          }
        }
        case DnsData.Existing _, DnsData.Other _ -> {}
      }
    }

    private @Nullable Instance instance(DnsName name, DnsRecord record) {
      Instance known = instances.get(name);
      if (known == null && record.ttl() > 0 && roomForOne()) {
        known = new Instance();
        instances.put(name, known);
      }
      if (known != null) {
        touched.add(name);
      }
      return known;
    }

    private void pointer(DnsName target, DnsRecord record) {
      Instance instance = instance(target, record);
      if (instance == null) {
        return;
      }
      if (record.ttl() == 0) {
        endSoon(instance.pointer);
        return;
      }
      cancel(instance.pointer);
      instance.pointer =
          new Lease(
              this,
              record,
              () -> true,
              () -> {
                instance.pointer = null;
                dropIfEmpty(target, instance);
              });
    }

    private void service(DnsRecord record) {
      Instance instance = instance(record.name(), record);
      if (instance == null) {
        return;
      }
      if (record.ttl() == 0) {
        endSoon(instance.service);
        return;
      }
      cancel(instance.service);
      instance.service =
          new Lease(
              this,
              record,
              () -> instance.pointer != null,
              () -> {
                instance.service = null;
                dropIfEmpty(record.name(), instance);
              });
    }

    private void text(DnsRecord record) {
      Instance instance = instance(record.name(), record);
      if (instance == null) {
        return;
      }
      if (record.ttl() == 0) {
        endSoon(instance.text);
        return;
      }
      cancel(instance.text);
      instance.text =
          new Lease(
              this,
              record,
              () -> instance.pointer != null,
              () -> {
                instance.text = null;
                dropIfEmpty(record.name(), instance);
              });
    }

    private void address(DnsRecord record) {
      List<Lease> leases = hosts.get(record.name());
      if (leases == null) {
        if (record.ttl() == 0 || hosts.size() >= HOSTS_MAX && !forgetHost()) {
          return;
        }
        leases = new ArrayList<>();
        hosts.put(record.name(), leases);
      }
      List<Lease> all = leases;
      touchUsers(record.name());
      if (record.flush()) {
        long now = timetable.now();
        for (Lease each : all) {
          if (each.record.type() == record.type()
              && !each.record.says(record)
              && now - each.received > SECOND) {
            each.endSoon();
          }
        }
      }
      int place = 0;
      while (place < all.size() && !all.get(place).record.says(record)) {
        place++;
      }
      boolean known = place < all.size();
      if (record.ttl() == 0) {
        if (known) {
          all.get(place).endSoon();
        }
        return;
      }
      Lease[] made = new Lease[1];
      made[0] =
          new Lease(
              this,
              record,
              () -> used(record.name()),
              () -> {
                all.remove(made[0]);
                touchUsers(record.name());
                if (all.isEmpty()) {
                  hosts.remove(record.name(), all);
                }
              });
      if (known) {
        // In its old place: which address comes first must not change for nothing.
        all.set(place, made[0]).cancel();
      } else {
        if (all.size() >= ADDRESSES_MAX) {
          all.removeFirst().cancel();
        }
        all.add(made[0]);
      }
    }

    private void dropIfEmpty(DnsName name, Instance instance) {
      touched.add(name);
      if (instance.pointer == null && instance.service == null && instance.text == null) {
        instance.cancel();
        instances.remove(name, instance);
      }
    }

    private boolean used(DnsName host) {
      return instances.values().stream()
          .anyMatch(instance -> Objects.equals(host, target(instance)));
    }

    private void touchUsers(DnsName host) {
      instances.forEach((name, instance) -> {
        if (Objects.equals(host, target(instance))) {
          touched.add(name);
        }
      });
    }

    /** Makes room where no service of ours lives. */
    private boolean forgetHost() {
      for (DnsName host : hosts.keySet()) {
        if (!used(host)) {
          List<Lease> leases = hosts.remove(host);
          if (leases != null) {
            leases.forEach(Lease::cancel);
          }
          return true;
        }
      }
      return false;
    }

    /** Asks for what is missing of a service that is there, again and again but less and less. */
    void chase(DnsName name) {
      Instance instance = instances.get(name);
      if (instance == null) {
        return;
      }
      List<DnsQuestion> missing = instance.pointer == null ? List.of() : missing(name, instance);
      if (missing.isEmpty()) {
        instance.tries = 0;
        if (instance.retry != null) {
          instance.retry.cancel();
          instance.retry = null;
        }
      } else if (instance.retry == null) {
        // A moment first: most of it is in the same packet or on its way.
        long delay =
            instance.tries == 0
                ? millis(20, 60)
                : Math.min(LONGEST_RETRY, SECOND << Math.min(instance.tries - 1, 10));
        instance.tries++;
        instance.retry =
            timetable.in(
                delay,
                () -> {
                  instance.retry = null;
                  if (instance.pointer != null) {
                    missing(name, instance).forEach(q -> ask(q.name(), q.type()));
                  }
                  chase(name);
                });
      }
    }

    private List<DnsQuestion> missing(DnsName name, Instance instance) {
      List<DnsQuestion> missing = new ArrayList<>();
      if (instance.service == null) {
        missing.add(new DnsQuestion(name, DnsData.SRV, false));
      }
      if (instance.text == null) {
        missing.add(new DnsQuestion(name, DnsData.TXT, false));
      }
      DnsName host = target(instance);
      if (host != null && !hosts.containsKey(host)) {
        missing.add(new DnsQuestion(host, DnsData.A, false));
        missing.add(new DnsQuestion(host, DnsData.AAAA, false));
      }
      return missing;
    }
  }

  private static @Nullable DnsName target(Instance instance) {
    return instance.service != null
            && instance.service.record.data() instanceof DnsData.Service service
        ? service.target()
        : null;
  }

  private static void cancel(@Nullable Lease lease) {
    if (lease != null) {
      lease.cancel();
    }
  }

  private static void endSoon(@Nullable Lease lease) {
    if (lease != null) {
      lease.endSoon();
    }
  }

  private long millis(int from, int to) {
    return TimeUnit.MILLISECONDS.toNanos(from)
        + random.nextLong(TimeUnit.MILLISECONDS.toNanos(to - from));
  }

  /** Whether one more service may be known; one that nobody has seen complete may have to go. */
  private boolean roomForOne() {
    int count = views.values().stream().mapToInt(view -> view.instances.size()).sum();
    if (count < INSTANCES_MAX) {
      return true;
    }
    for (View view : views.values()) {
      for (Map.Entry<DnsName, Instance> each : view.instances.entrySet()) {
        if (!reported.containsKey(each.getKey())) {
          each.getValue().cancel();
          view.instances.remove(each.getKey());
          return true;
        }
      }
    }
    return false;
  }

  // --- the network -------------------------------------------------------------------------------

  @Override
  public void up(MdnsLink link) {
    View view = new View(link);
    views.put(link, view);
    view.begin();
  }

  @Override
  public void changed(MdnsLink link) {
    View view = views.get(link);
    if (view != null) {
      // Perhaps another network: ask as at the beginning.
      view.begin();
    }
  }

  @Override
  public void down(MdnsLink link) {
    View view = views.remove(link);
    if (view != null) {
      view.end();
      report();
    }
  }

  @Override
  public void received(MdnsLink link, InetSocketAddress from, DnsMessage message) {
    View view = views.get(link);
    if (view == null || !message.isResponse() || !message.isOrdinary() || from.getPort() != PORT) {
      return;
    }
    List<DnsRecord> records = new ArrayList<>(message.answers());
    records.addAll(message.additionals());
    // Whom a record is about must be known before it comes, in whatever order they were sent.
    records.sort(Comparator.comparingInt(MdnsBrowser::turn));
    records.forEach(view::hear);
    report();
  }

  private static int turn(DnsRecord record) {
    return switch (record.data()) {
      case DnsData.Pointer _ -> 0;
      case DnsData.Service _, DnsData.Text _ -> 1;
      case DnsData.Address _ -> 2;
      case DnsData.Existing _, DnsData.Other _ -> 3;
    };
  }

  // --- what is told ------------------------------------------------------------------------------

  private void report() {
    List<DnsName> names = List.copyOf(touched);
    touched.clear();
    for (DnsName name : names) {
      views.values().forEach(view -> view.chase(name));
      Device before = reported.get(name);
      Optional<Device> now = device(name);
      if (now.isEmpty()) {
        if (before != null) {
          reported.remove(name);
          events.accept(new DiscoveryEvent.Lost(before.id()));
        }
      } else if (before == null) {
        reported.put(name, now.get());
        events.accept(new DiscoveryEvent.Found(now.get()));
      } else {
        Device device = since(before, now.get());
        reported.put(name, device);
        if (!device.name().equals(before.name())
            || !device.info().equals(before.info())
            || !device.stableId().equals(before.stableId())
            || !device.endpoints().equals(before.endpoints())) {
          events.accept(new DiscoveryEvent.Updated(device));
        }
      }
    }
  }

  /** The same device as before, with what is known of it now. */
  private static Device since(Device before, Device now) {
    return new Device(
        before.id(),
        now.stableId(),
        now.name(),
        now.info(),
        now.endpoints(),
        now.sources(),
        before.discoveredNanos(),
        now.lastSeenNanos());
  }

  /** From all interfaces together; the first that has it complete says what it is. */
  private Optional<Device> device(DnsName name) {
    DnsData.@Nullable Service service = null;
    List<String> text = List.of();
    List<ServiceDevice.Place> places = new ArrayList<>();
    for (View view : views.values()) {
      Instance instance = view.instances.get(name);
      if (instance == null
          || instance.pointer == null
          || instance.service == null
          || !(instance.service.record.data() instanceof DnsData.Service found)) {
        continue;
      }
      List<Lease> leases = view.hosts.getOrDefault(found.target(), List.of());
      if (leases.isEmpty() || !hasText(view, name, instance)) {
        continue;
      }
      if (service == null) {
        service = found;
        text =
            instance.text != null && instance.text.record.data() instanceof DnsData.Text strings
                ? strings.strings()
                : List.of();
      }
      for (Lease lease : leases) {
        if (lease.record.data() instanceof DnsData.Address(InetAddress address)) {
          places.add(new ServiceDevice.Place(address, view.link.name()));
        }
      }
    }
    if (service == null) {
      return Optional.empty();
    }
    // Stable, so that what came first on the first interface stays in front.
    places.sort(Comparator.comparingInt(ServiceDevice.Place::rank));
    return Optional.of(
        devices.device(
            name,
            service.port(),
            ServiceText.parse(text),
            places.stream().distinct().toList(),
            timetable.now()));
  }

  /** Or has waited long enough for it. */
  private boolean hasText(View view, DnsName name, Instance instance) {
    if (instance.text != null) {
      return true;
    }
    if (instance.completeSince == null) {
      instance.completeSince = timetable.now();
      timetable.in(
          TEXT_PATIENCE,
          () -> {
            if (view.instances.containsKey(name)) {
              touched.add(name);
              report();
            }
          });
    }
    return timetable.now() - instance.completeSince >= TEXT_PATIENCE;
  }
}
