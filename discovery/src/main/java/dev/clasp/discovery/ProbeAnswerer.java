package dev.clasp.discovery;

import dev.clasp.protocol.DecodeException;
import dev.clasp.protocol.Message;
import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Answers probes of the UDP broadcast (discovery.md 3.3, 3.5): every HELLO from a network of ours,
 * so often and no more, with a reply that is the same server each time. Whoever sends it need not
 * be where it says: so nobody gets many replies, and nobody far away gets any (D-04).
 *
 * <p>Answers are made on one thread at a time; counters are for any.
 */
public final class ProbeAnswerer {

  /** Replies a second to one address, and to all. */
  static final int PER_SOURCE = 5;

  static final int PER_SECOND = 100;

  /** Addresses whose rate is known. */
  private static final int SOURCES = 1024;

  private final Advertisement what;
  private final Predicate<InetAddress> near;
  private final InstantSource time;
  private final LongSupplier nanos;
  private final TokenBucket all;
  private final Map<InetAddress, TokenBucket> sources =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, TokenBucket> eldest) {
          return size() > SOURCES;
        }
      };
  private final AtomicLongArray counts = new AtomicLongArray(ProbeCounter.values().length);

  ProbeAnswerer(
      Advertisement what, Predicate<InetAddress> near, InstantSource time, LongSupplier nanos) {
    this.what = what;
    this.near = near;
    this.time = time;
    this.nanos = nanos;
    this.all = new TokenBucket(PER_SECOND, nanos.getAsLong());
  }

  /**
   * The reply to a datagram, if there is to be one.
   *
   * @param length of what is in the array
   */
  public Optional<byte[]> answer(byte[] datagram, int length, InetAddress source) {
    Optional<Message.Hello> hello;
    try {
      hello = ProbeFrames.hello(datagram, length);
    } catch (DecodeException e) {
      add(ProbeCounter.MALFORMED);
      return Optional.empty();
    }
    if (hello.isEmpty()) {
      add(ProbeCounter.OTHER);
      return Optional.empty();
    }
    add(ProbeCounter.PROBES);
    if (!near.test(source)) {
      add(ProbeCounter.FAR);
      return Optional.empty();
    }
    long now = nanos.getAsLong();
    TokenBucket bucket = sources.computeIfAbsent(source, _ -> new TokenBucket(PER_SOURCE, now));
    if (!bucket.take(now) || !all.take(now)) {
      add(ProbeCounter.TOO_MANY);
      return Optional.empty();
    }
    add(ProbeCounter.REPLIES);
    long micros = ChronoUnit.MICROS.between(Instant.EPOCH, time.instant());
    return Optional.of(ProbeFrames.reply(what, micros, hello.get(), length));
  }

  private void add(ProbeCounter counter) {
    counts.incrementAndGet(counter.ordinal());
  }

  /** Since the start. */
  public long count(ProbeCounter counter) {
    return counts.get(counter.ordinal());
  }
}
