package dev.clasp.transport;

import dev.clasp.protocol.Bytes;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Knows who is in, in all and by address, and who may come in (operations.md 12.6). Thread-safe.
 *
 * <p>Every question costs the same, however many addresses there are. Memory is bounded: there is a
 * record for each address with an open connection, and for at most {@value #REMEMBERED} more whose
 * rate still counts. When there are more of those, the one that left first is forgotten; at worst,
 * it may connect in a burst again.
 *
 * <p>The rate is that of the generic cell rate algorithm (ITU-T I.371, annex A): one time for each
 * address instead of a counter and a time.
 */
final class Doorkeeper {

  /** Addresses without a connection whose rate is remembered. */
  static final int REMEMBERED = 16_384;

  /** What is known of an address. Guarded by the doorkeeper. */
  private static final class Party {
    private int open;
    private int unauthenticated;

    /** When its next connection would be due if it came at exactly the allowed rate. */
    private long dueNanos;

    Party(long now) {
      dueNanos = now;
    }
  }

  private volatile ConnectionLimits limits;
  private final LongSupplier nanos;
  private final Map<Long, Party> present = new HashMap<>();

  /** Those without a connection; who left first comes first. */
  private final LinkedHashMap<Long, Party> gone = new LinkedHashMap<>();

  private int open;

  /**
   * @param nanos a monotonic clock
   */
  Doorkeeper(ConnectionLimits limits, LongSupplier nanos) {
    this.limits = limits;
    this.nanos = nanos;
  }

  /** Other limits, from now on. Who is in stays in. */
  void relimit(ConnectionLimits next) {
    limits = next;
  }

  /** A connection comes that is whose its address says. */
  synchronized Pass enter(InetAddress address) {
    Pass pass = new Pass();
    if (limits.maxConnections() > 0 && open >= limits.maxConnections()) {
      pass.refusal = Refusal.TOTAL;
      return pass;
    }
    pass.refusal = admit(pass, address);
    if (pass.refusal == null) {
      open++;
      pass.counted = true;
    }
    return pass;
  }

  /** A connection of a trusted proxy comes, which may say later whose it is. */
  synchronized Pass enterUnnamed() {
    Pass pass = new Pass();
    if (limits.maxConnections() > 0 && open >= limits.maxConnections()) {
      pass.refusal = Refusal.TOTAL;
    } else {
      open++;
      pass.counted = true;
    }
    return pass;
  }

  /** Connections that are in. */
  synchronized int open() {
    return open;
  }

  /** Addresses that there are records of. */
  synchronized int records() {
    return present.size() + gone.size();
  }

  /** Counts a connection for its address, unless that is full. */
  private @Nullable Refusal admit(Pass pass, InetAddress address) {
    if (address.isLoopbackAddress() && !limits.limitLoopback()) {
      return null;
    }
    long now = nanos.getAsLong();
    forget(now);
    long key = key(address);
    Party party = present.get(key);
    if (party == null) {
      party = gone.get(key);
    }
    if (party == null) {
      party = new Party(now);
    }
    if (limits.maxPerAddress() > 0 && party.open >= limits.maxPerAddress()) {
      return Refusal.ADDRESS;
    }
    if (limits.maxUnauthenticatedPerAddress() > 0
        && party.unauthenticated >= limits.maxUnauthenticatedPerAddress()) {
      return Refusal.UNAUTHENTICATED;
    }
    if (limits.ratePerAddress() > 0) {
      long interval = TimeUnit.SECONDS.toNanos(1) / limits.ratePerAddress();
      long due = party.dueNanos - now < 0 ? now : party.dueNanos;
      if (due - now > interval * (limits.burstPerAddress() - 1)) {
        return Refusal.RATE;
      }
      party.dueNanos = due + interval;
    }
    gone.remove(key);
    present.put(key, party);
    party.open++;
    party.unauthenticated++;
    pass.party = party;
    pass.key = key;
    pass.waiting = true;
    return null;
  }

  /** Forgets up to two whose rate no longer counts: more than come with each connection. */
  private void forget(long now) {
    Iterator<Party> first = gone.values().iterator();
    for (int i = 0; i < 2 && first.hasNext(); i++) {
      if (first.next().dueNanos - now > 0) {
        return;
      }
      first.remove();
    }
  }

  private void left(long key, Party party) {
    present.remove(key);
    if (gone.size() >= REMEMBERED) {
      Iterator<Party> first = gone.values().iterator();
      first.next();
      first.remove();
    }
    gone.put(key, party);
  }

  /**
   * An IPv4 address, or the first 64 bits of an IPv6 address. They do not meet: what begins with
   * ffff:ffff is no address of a host.
   */
  private static long key(InetAddress address) {
    byte[] b = address.getAddress();
    return b.length == 4
        ? 0xFFFF_FFFF_0000_0000L | Bytes.i32(b, 0) & 0xFFFF_FFFFL
        : Bytes.i64(b, 0);
  }

  /** What a connection holds while it is there. Thread-safe. */
  final class Pass {
    // All guarded by the doorkeeper.
    private @Nullable Refusal refusal;
    private boolean counted;
    private boolean waiting;
    private @Nullable Party party;
    private long key;

    /** Why it may not come in, if so. */
    Optional<Refusal> refusal() {
      synchronized (Doorkeeper.this) {
        return Optional.ofNullable(refusal);
      }
    }

    /**
     * The proxy says whose it is.
     *
     * @return why it may not stay, if so
     */
    Optional<Refusal> named(InetAddress client) {
      synchronized (Doorkeeper.this) {
        if (party != null || !counted) {
          return Optional.empty();
        }
        return Optional.ofNullable(admit(this, client));
      }
    }

    /** It has been let in. */
    void established() {
      synchronized (Doorkeeper.this) {
        if (waiting && party != null) {
          party.unauthenticated--;
        }
        waiting = false;
      }
    }

    /** The connection has ended. Idempotent. */
    void leave() {
      synchronized (Doorkeeper.this) {
        established();
        if (counted) {
          counted = false;
          open--;
        }
        Party p = party;
        party = null;
        if (p != null && --p.open == 0) {
          left(key, p);
        }
      }
    }
  }
}
