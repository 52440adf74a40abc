package dev.clasp.adaptermqtt;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What messages were, for the receivers that speak MQTT: of values their spelling ({@code 20.50},
 * JSON with blanks), quality and properties. The router carries values, not packets; here the rest
 * waits until the value comes out of the router. Bounded: what is forgotten is delivered in the
 * usual spelling of its value, without properties.
 *
 * <p>An event is found by a mark: the router hands on its time, which is unlike that of every other
 * event here, and its id, where {@link #MARK} stands in front of quality and place. A kept value is
 * found by its address and itself. Thread-safe.
 */
final class Originals {

  /** Places for events, a power of two: more than are under way at any time. */
  private static final int PLACES = 1 << 15;

  private static final long EVENT_BYTES = 32L << 20;
  private static final long VALUE_BYTES = 64L << 20;

  private static final int ADDRESS_OVERHEAD = 128;

  /** Of one address. */
  private static final int DEPTH = 4;

  /** In the highest byte of the id of an event. */
  private static final int MARK = 0x4D;

  private static final int NO_ORIGINAL = 1 << 21;

  private final AtomicReferenceArray<@Nullable Original> events =
      new AtomicReferenceArray<>(PLACES);
  private final AtomicInteger nextPlace = new AtomicInteger();
  private final AtomicLong eventBytes = new AtomicLong();
  private final AtomicLong lastStamp = new AtomicLong();

  /**
   * What is remembered of an address.
   *
   * @param arrival its place among the arrivals
   */
  private record Kept(long arrival, Original newest) {}

  private final Map<String, Kept> values = new ConcurrentHashMap<>();
  private final AtomicLong valueBytes = new AtomicLong();

  /** Of values: in which order they were remembered. */
  private final AtomicLong order = new AtomicLong();

  /** The addresses that are remembered, in the order in which they came. */
  private final ConcurrentSkipListMap<Long, String> arrivals = new ConcurrentSkipListMap<>();

  private final int maxValues;
  private final BrokerTime time;

  /**
   * @param maxValues addresses whose spelling is remembered
   */
  Originals(int maxValues, BrokerTime time) {
    this.maxValues = maxValues;
    this.time = time;
  }

  /** A time that no other event has, as near to now as that allows. Unix microseconds. */
  long stamp(long nowMicros) {
    return lastStamp.updateAndGet(last -> Math.max(last + 1, nowMicros));
  }

  // --- events ------------------------------------------------------------------------------------

  /** The id of an event that its value says all of. */
  static int plain(int qos) {
    return MARK << 24 | qos << 22 | NO_ORIGINAL;
  }

  /** Remembers an event; its id. */
  int remember(Original event) {
    int place = nextPlace.getAndIncrement() & (PLACES - 1);
    Original before = events.getAndSet(place, event);
    long bytes = eventBytes.addAndGet(event.bytes() - (before == null ? 0 : before.bytes()));
    for (int i = 1; bytes > EVENT_BYTES && i < PLACES; i++) {
      Original oldest = events.getAndSet(place + i & (PLACES - 1), null);
      if (oldest != null) {
        bytes = eventBytes.addAndGet(-oldest.bytes());
      }
    }
    return MARK << 24 | event.qos() << 22 | place;
  }

  /** Whether the id is one of ours; else the event comes from a client that speaks CLASP. */
  static boolean isMarked(int id) {
    return id >>> 24 == MARK;
  }

  static int qosOf(int id) {
    return id >>> 22 & 3;
  }

  /** What an event was, if it was remembered and still is. */
  @Nullable Original event(int id, long stamp) {
    if ((id & NO_ORIGINAL) != 0) {
      return null;
    }
    Original found = events.get(id & (PLACES - 1));
    return found != null && found.stamp() == stamp ? found : null;
  }

  // --- values ------------------------------------------------------------------------------------

  /**
   * Remembers what the value of an address is going to be; of others, those that came first go.
   *
   * @return by what it is withdrawn if the router refuses it
   */
  long remember(String address, Original original) {
    long stamp = order.incrementAndGet();
    values.compute(
        address,
        (_, before) -> {
          boolean full = valueBytes.get() > VALUE_BYTES / 2;
          // What is still on its way keeps its spelling, unless there is too much of it.
          Original older = before == null || full ? null : cut(before.newest, DEPTH - 1);
          Original now =
              new Original(
                  original.qos(),
                  original.payload(),
                  original.properties(),
                  original.expires(),
                  stamp,
                  original.value(),
                  older);
          valueBytes.addAndGet(sum(now) - (before == null ? -cost(address) : sum(before.newest)));
          if (before != null) {
            return new Kept(before.arrival, now);
          }
          arrivals.put(stamp, address);
          return new Kept(stamp, now);
        });
    while (values.size() > maxValues || valueBytes.get() > VALUE_BYTES) {
      Map.Entry<Long, String> first = arrivals.pollFirstEntry();
      if (first == null) {
        break;
      }
      long arrival = first.getKey();
      values.computeIfPresent(
          first.getValue(),
          (forgotten, kept) -> kept.arrival == arrival ? gone(forgotten, kept) : kept);
    }
    return stamp;
  }

  private @Nullable Kept gone(String address, Kept kept) {
    arrivals.remove(kept.arrival);
    valueBytes.addAndGet(-sum(kept.newest) - cost(address));
    return null;
  }

  /** Of the address itself, in the maps. */
  private static long cost(String address) {
    return ADDRESS_OVERHEAD + 2L * address.length();
  }

  private static long sum(Original newest) {
    long bytes = 0;
    for (@Nullable Original at = newest; at != null; at = at.older()) {
      bytes += at.bytes();
    }
    return bytes;
  }

  private static @Nullable Original cut(Original original, int depth) {
    if (depth == 0) {
      return null;
    }
    Original older = original.older();
    return older == null ? original : original.before(cut(older, depth - 1));
  }

  /** The value that was remembered last, of whatever address; those up to it are older than now. */
  long last() {
    return order.get();
  }

  /** The router has refused the value. */
  void withdraw(String address, long remembered) {
    leave(address, stamp -> stamp != remembered);
  }

  /**
   * The parameter has been deleted.
   *
   * @param upTo {@link #last} when that was asked for: what came later is not meant
   */
  void forget(String address, long upTo) {
    leave(address, stamp -> stamp > upTo);
  }

  private void leave(String address, LongPredicate stays) {
    values.computeIfPresent(
        address,
        (_, kept) -> {
          Original left = filtered(kept.newest, stays);
          if (left == null) {
            return gone(address, kept);
          }
          valueBytes.addAndGet(sum(left) - sum(kept.newest));
          return new Kept(kept.arrival, left);
        });
  }

  @SuppressWarnings("ReferenceEquality") // Is it the very same row?
  private static @Nullable Original filtered(@Nullable Original at, LongPredicate stays) {
    if (at == null) {
      return null;
    }
    Original older = filtered(at.older(), stays);
    if (!stays.test(at.stamp())) {
      return older;
    }
    return older == at.older() ? at : at.before(older);
  }

  /** What a value was that came out of the router, if it is remembered and its time not over. */
  @Nullable Original value(String address, int type, byte[] b, int offset, int length) {
    Kept kept = values.get(address);
    for (Original at = kept == null ? null : kept.newest; at != null; at = at.older()) {
      byte[] value = at.value();
      if (value != null
          && value.length == 1 + length
          && value[0] == type
          && Arrays.equals(value, 1, value.length, b, offset, offset + length)
          && (at.expires() == Original.NEVER || !at.expired(time.nanos()))) {
        return at;
      }
    }
    return null;
  }

  /** For tests and the status. */
  int remembered() {
    return values.size();
  }
}
