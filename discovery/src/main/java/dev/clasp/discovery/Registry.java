package dev.clasp.discovery;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The devices that have registered (discovery.md 4.5, 4.6). No input or output. Thread-safe.
 *
 * <p><b>Ids.</b> Whoever registers gets a random secret. Others see a keyed hash of it, under which
 * the device is also kept: the secret itself is stored nowhere (D-01).
 *
 * <p><b>Bookkeeping.</b> Every step costs the same, however many devices there are, but for a list
 * of them. All devices are in the order in which they were last seen, so those that have ended are
 * in front. So are those of one source. Sources stand in buckets by how many devices they have, and
 * a number of devices changes by one only, so the fullest bucket is found by a step.
 *
 * <p><b>Eviction</b> (D-02). A full registry refuses nobody. First goes what has ended, then the
 * oldest device of the source that has most; if no source has two, the oldest device of all. So a
 * source that floods displaces itself.
 */
final class Registry {

  /** What all devices together may hold, in characters. */
  static final int MAX_CHARACTERS = 16 << 20;

  /** Bytes of the key of the hash. */
  static final int KEY_LENGTH = 32;

  /** Number of what happened. */
  enum Counter {
    REGISTERED("registered"),
    REFRESHED("refreshed"),
    UNREGISTERED("unregistered"),
    EXPIRED("expired"),
    EVICTED("evicted"),
    REFUSED("refused");

    private final String key;

    Counter(String key) {
      this.key = key;
    }
  }

  private static final class Entry {
    private final String id;
    private final Holder holder;
    private final Registration registration;
    private final int size;
    private final long registeredNanos;
    private long seenNanos;

    Entry(String id, Holder holder, Registration registration, long registered, long seen) {
      this.id = id;
      this.holder = holder;
      this.registration = registration;
      this.size = registration.size();
      this.registeredNanos = registered;
      this.seenNanos = seen;
    }
  }

  /** A source with its devices, who was last seen longest ago first. */
  private static final class Holder {
    private final Source source;
    private final LinkedHashMap<String, Entry> entries = new LinkedHashMap<>();

    Holder(Source source) {
      this.source = source;
    }
  }

  private final RegistryConfig config;
  private final LongSupplier nanos;
  private final LongSupplier unixMicros;
  private final SecureRandom random;
  private final byte[] key;
  private final long ttlNanos;

  // Everything below is guarded by this.
  private final LinkedHashMap<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, Holder> holders = new HashMap<>();
  private final List<LinkedHashSet<Holder>> byCount = new ArrayList<>();
  private int fullest;
  private int characters;
  private final long[] counts = new long[Counter.values().length];

  /** Changes with every registration and every end. */
  private long version;

  /** Changes with every refresh too. */
  private long touched;

  /**
   * @param nanos a monotonic clock
   * @param unixMicros what the clock on the wall says
   * @param key of the hash, {@value #KEY_LENGTH} bytes; the same key gives the same ids
   */
  Registry(
      RegistryConfig config,
      LongSupplier nanos,
      LongSupplier unixMicros,
      SecureRandom random,
      byte[] key) {
    if (key.length != KEY_LENGTH) {
      throw new IllegalArgumentException("the key must have " + KEY_LENGTH + " bytes");
    }
    this.config = config;
    this.nanos = nanos;
    this.unixMicros = unixMicros;
    this.random = random;
    this.key = key.clone();
    this.ttlNanos = config.ttl().toNanos();
  }

  /**
   * A device registers.
   *
   * @return empty if its source has as many as it may and the limit is strict
   */
  synchronized Optional<Receipt> register(Registration registration, Source source) {
    long now = nanos.getAsLong();
    expire(now);
    Holder holder = holders.computeIfAbsent(source.key(), _ -> new Holder(source));
    if (!source.local() && holder.entries.size() >= config.maxPerSource()) {
      if (config.strict()) {
        count(Counter.REFUSED);
        return Optional.empty();
      }
      evict(holder);
    }
    int size = registration.size();
    while (!entries.isEmpty()
        && (entries.size() >= config.maxDevices() || characters + size > MAX_CHARACTERS)) {
      evict(fullest > 1 ? byCount.get(fullest).getFirst() : entries.firstEntry().getValue().holder);
    }
    String secret = new UUID(random.nextLong(), random.nextLong()).toString();
    // A source that lost its last device just now is forgotten; it is there again now.
    Holder present = holders.computeIfAbsent(source.key(), _ -> holder);
    add(new Entry(publicId(secret), present, registration, now, now));
    count(Counter.REGISTERED);
    return Optional.of(new Receipt(secret, unixMicros.getAsLong(), config.ttl()));
  }

  /**
   * The devices that have this tag and this feature, at most {@code limit} of them. The one that
   * was seen last comes first.
   */
  synchronized List<RegisteredDevice> discover(
      Optional<String> tag, Optional<String> feature, int limit) {
    long now = nanos.getAsLong();
    expire(now);
    long wall = unixMicros.getAsLong();
    List<RegisteredDevice> found = new ArrayList<>();
    for (Entry entry : entries.sequencedValues().reversed()) {
      if (found.size() >= limit) {
        break;
      }
      if (tag.map(entry.registration.tags()::contains).orElse(true)
          && feature.map(entry.registration.features()::contains).orElse(true)) {
        found.add(listed(entry, now, wall));
      }
    }
    return found;
  }

  private static RegisteredDevice listed(Entry entry, long now, long wall) {
    return new RegisteredDevice(
        entry.id,
        entry.registration,
        wall - TimeUnit.NANOSECONDS.toMicros(now - entry.registeredNanos),
        wall - TimeUnit.NANOSECONDS.toMicros(now - entry.seenNanos));
  }

  /** False if there is no such registration, or no longer. */
  synchronized boolean refresh(String secret) {
    long now = nanos.getAsLong();
    expire(now);
    Entry entry = entries.remove(publicId(secret));
    if (entry == null) {
      return false;
    }
    entry.seenNanos = now;
    entries.put(entry.id, entry);
    entry.holder.entries.remove(entry.id);
    entry.holder.entries.put(entry.id, entry);
    touched++;
    count(Counter.REFRESHED);
    return true;
  }

  /** False if there is no such registration, or no longer. */
  synchronized boolean unregister(String secret) {
    expire(nanos.getAsLong());
    Entry entry = entries.get(publicId(secret));
    if (entry == null) {
      return false;
    }
    remove(entry);
    count(Counter.UNREGISTERED);
    return true;
  }

  synchronized int size() {
    expire(nanos.getAsLong());
    return entries.size();
  }

  /** What happened since the start, and how many devices there are. */
  synchronized Map<String, Long> counters() {
    Map<String, Long> all = new LinkedHashMap<>();
    all.put("devices", (long) size());
    for (Counter counter : Counter.values()) {
      all.put(counter.key, counts[counter.ordinal()]);
    }
    return all;
  }

  private void count(Counter counter) {
    counts[counter.ordinal()]++;
  }

  // --- books -------------------------------------------------------------------------------------

  private void add(Entry entry) {
    entries.put(entry.id, entry);
    characters += entry.size;
    move(entry.holder, 1, entry);
    version++;
    touched++;
  }

  private void remove(Entry entry) {
    entries.remove(entry.id);
    characters -= entry.size;
    move(entry.holder, -1, entry);
    version++;
    touched++;
  }

  /** One device more or less for a source. */
  private void move(Holder holder, int change, Entry entry) {
    int before = holder.entries.size();
    if (before > 0) {
      byCount.get(before).remove(holder);
    }
    if (change > 0) {
      holder.entries.put(entry.id, entry);
    } else {
      holder.entries.remove(entry.id);
    }
    int after = holder.entries.size();
    while (byCount.size() <= after) {
      byCount.add(new LinkedHashSet<>());
    }
    if (after > 0) {
      byCount.get(after).add(holder);
    } else {
      holders.remove(holder.source.key());
    }
    if (after > fullest) {
      fullest = after;
    } else if (byCount.get(fullest).isEmpty()) {
      fullest = after;
    }
  }

  private void evict(Holder holder) {
    remove(holder.entries.firstEntry().getValue());
    count(Counter.EVICTED);
  }

  private void expire(long now) {
    while (!entries.isEmpty()) {
      Entry oldest = entries.firstEntry().getValue();
      if (now - oldest.seenNanos < ttlNanos) {
        return;
      }
      remove(oldest);
      count(Counter.EXPIRED);
    }
  }

  // --- ids ---------------------------------------------------------------------------------------

  /** What others see of a secret. */
  private String publicId(String secret) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      byte[] hash = mac.doFinal(secret.getBytes(StandardCharsets.UTF_8));
      ByteBuffer bytes = ByteBuffer.wrap(hash);
      return new UUID(bytes.getLong(), bytes.getLong()).toString();
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every JDK has HMAC with SHA-256", e);
    }
  }

  // --- over a restart ----------------------------------------------------------------------------

  /**
   * A device as it is kept over a restart.
   *
   * @param local whether its source is this machine
   */
  record Kept(RegisteredDevice device, String source, boolean local) {}

  /** Everything, who was last seen longest ago first. */
  synchronized List<Kept> kept() {
    long now = nanos.getAsLong();
    expire(now);
    long wall = unixMicros.getAsLong();
    return entries.values().stream()
        .map(e -> new Kept(listed(e, now, wall), e.holder.source.key(), e.holder.source.local()))
        .toList();
  }

  /** Takes back what was kept, into an empty registry. What ended meanwhile has ended. */
  synchronized void restore(List<Kept> devices) {
    long now = nanos.getAsLong();
    long wall = unixMicros.getAsLong();
    devices.stream()
        .sorted(Comparator.comparingLong(k -> k.device().lastSeenMicros()))
        .forEach(k -> {
          RegisteredDevice device = k.device();
          long seen = now - age(wall, device.lastSeenMicros());
          if (entries.size() < config.maxDevices()
              && characters + device.registration().size() <= MAX_CHARACTERS
              && !entries.containsKey(device.id())
              && now - seen < ttlNanos) {
            Source source = new Source(k.source(), k.local());
            Holder holder = holders.computeIfAbsent(source.key(), _ -> new Holder(source));
            add(
                new Entry(
                    device.id(),
                    holder,
                    device.registration(),
                    Math.min(seen, now - age(wall, device.registeredMicros())),
                    seen));
          }
        });
  }

  /** In nanoseconds; the clock on the wall may have been set back. */
  private static long age(long wallMicros, long thenMicros) {
    long micros = Math.clamp(wallMicros - thenMicros, 0, Duration.ofDays(3650).toMillis() * 1000);
    return TimeUnit.MICROSECONDS.toNanos(micros);
  }

  synchronized long version() {
    return version;
  }

  synchronized long touched() {
    return touched;
  }

  byte[] key() {
    return key.clone();
  }

  /** For tests: the books agree with each other. */
  synchronized @Nullable String inconsistency() {
    int sum = 0;
    int most = 0;
    for (Holder holder : holders.values()) {
      int count = holder.entries.size();
      sum += count;
      most = Math.max(most, count);
      if (count == 0 || !byCount.get(count).contains(holder)) {
        return holder.source + " with " + count + " is in the wrong bucket";
      }
    }
    int size = entries.values().stream().mapToInt(e -> e.size).sum();
    return sum != entries.size()
        ? sum + " devices of sources, " + entries.size() + " in all"
        : most != fullest
            ? "the fullest has " + most + ", not " + fullest
            : size != characters ? size + " characters, not " + characters : null;
  }
}
