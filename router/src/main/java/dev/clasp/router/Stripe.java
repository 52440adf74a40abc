package dev.clasp.router;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One share of the address space: a hash table of interned addresses and the lock that orders
 * everything that happens to them.
 *
 * <p>Apply, resolve and enqueue of a write happen while the lock is held, so that the order of
 * revisions is the order in every session's queue. The lock is held for short, bounded work only
 * and never while waiting.
 *
 * <p>Open addressing with linear probing, at most half full; deletion moves the rest of the cluster
 * (Knuth, TAOCP 6.4, algorithm R), so there are no tombstones. Addresses without a stored parameter
 * are kept for their route up to a limit; beyond it the oldest goes unless it was used since
 * (second chance), O(1) amortised.
 */
final class Stripe {

  final int index;
  final ReentrantLock lock = new ReentrantLock();

  private final int maxIdle;
  private final ParameterSettings.Rules rules;
  private final AddressIndex names;
  private @Nullable Address[] table = new @Nullable Address[16];
  private int size;

  /**
   * Addresses that were interned without a value, oldest first; may hold some that have one by now.
   */
  private final ArrayDeque<Address> idle = new ArrayDeque<>(4);

  /** Stored parameters. Read without the lock as a hint. */
  volatile int stored;

  /** Highest revision of an address that was forgotten: no address begins below it (RT-33). */
  private long revisionFloor;

  /** Every write gets a revision above it. */
  private long writeFloor;

  /** Changes that are noted at most; beyond, everything has to be asked for. */
  private static final int MAX_CHANGES = 1 << 16;

  /** Addresses that changed since somebody asked; null if nobody will. */
  private @Nullable Address @Nullable [] changed;

  /** How many. Read without the lock as a hint. */
  volatile int changes;

  /** There were more. Read without the lock as a hint. */
  volatile boolean changesLost;

  /** Where the next search for a parameter to displace begins. */
  private int hand;

  /**
   * @param names is told of every address that comes and goes
   */
  Stripe(int index, int maxIdle, ParameterSettings.Rules rules, AddressIndex names) {
    this.index = index;
    this.maxIdle = Math.max(1, maxIdle);
    this.rules = rules;
    this.names = names;
  }

  /** Lock held. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // only written under the lock
  void countStored(int change) {
    stored += change;
  }

  /**
   * Lets go of the routes that are of no use any more: of an address that nobody has used since,
   * they would hold sessions that have long ended. The epochs stay, because they also tell that an
   * address was used ({@link HistoryReplay}). Lock held.
   */
  void dropOldRoutes(SubscriptionIndex index) {
    for (Address address : table) {
      if (address != null && address.route != Route.NONE && index.isFarBehind(address)) {
        address.route = Route.NONE;
      }
    }
  }

  /** Number of interned addresses. Lock held. */
  int size() {
    return size;
  }

  @Nullable Address find(byte[] b, int offset, int length, long hash) {
    int mask = table.length - 1;
    for (int i = (int) hash & mask; ; i = (i + 1) & mask) {
      Address address = table[i];
      if (address == null) {
        return null;
      }
      if (address.hash == hash && address.is(b, offset, length)) {
        return address;
      }
    }
  }

  /** Adds an address that {@link #find} did not find. The caller has validated the bytes. */
  Address add(byte[] b, int offset, int length, long hash) {
    if (2 * (size + 1) > table.length) {
      grow();
    }
    byte[] name = Arrays.copyOfRange(b, offset, offset + length);
    Address address = new Address(name, hash, rules.of(name));
    address.revision = revisionFloor;
    place(table, address);
    size++;
    names.add(address);
    return address;
  }

  /**
   * Remembers that the address has no parameter, and forgets older ones of that kind beyond the
   * limit.
   */
  void keepIdle(Address address) {
    // Or it could be the one that goes, while its caller goes on with it.
    address.touched = true;
    if (address.idle) {
      return;
    }
    address.idle = true;
    idle.addLast(address);
    for (int chances = 8; idle.size() > maxIdle && chances > 0; chances--) {
      Address oldest = idle.removeFirst();
      oldest.idle = false;
      if (oldest.stored() || oldest.lockHolder != null || oldest.pins > 0) {
        continue;
      }
      if (oldest == address) {
        // Whoever adds it is about to use it.
        oldest.idle = true;
        idle.addLast(oldest);
        break;
      }
      if (oldest.touched && chances > 1) {
        oldest.touched = false;
        oldest.idle = true;
        idle.addLast(oldest);
      } else {
        remove(oldest);
      }
    }
  }

  /** Keeps the address interned until {@link #unpin}. Lock held. */
  void pin(Address address) {
    address.pins++;
  }

  /** Lets go of a pinned address; without a parameter it may now be forgotten. Lock held. */
  void unpin(Address address) {
    address.pins--;
    if (address.pins == 0 && !address.stored()) {
      keepIdle(address);
    }
  }

  // --- changes -----------------------------------------------------------------------------------

  /** Lock held. */
  void trackChanges() {
    if (changed == null) {
      changed = new @Nullable Address[16];
    }
  }

  /** The parameter of the address has changed, came or went. Lock held. */
  void noteChange(Address address) {
    if (changed != null && !address.noted) {
      note(address, changed);
    }
  }

  private void note(Address address, @Nullable Address[] list) {
    int count = changes;
    if (count == MAX_CHANGES) {
      takeChanges(count, _ -> {});
      changesLost = true;
      count = 0;
    }
    if (changesLost) {
      return;
    }
    if (count == list.length) {
      list = Arrays.copyOf(list, 2 * count);
      changed = list;
    }
    address.noted = true;
    list[count] = address;
    changes = count + 1;
  }

  /** Shows the oldest changes to the visitor and forgets them. Lock held. */
  void takeChanges(int max, Visitor visitor) {
    @Nullable Address[] list = changed;
    if (list == null) {
      return;
    }
    int count = changes;
    int taken = Math.min(count, max);
    for (int i = 0; i < taken; i++) {
      Address address = list[i];
      if (address != null) {
        address.noted = false;
        visitor.visit(address);
      }
    }
    System.arraycopy(list, taken, list, 0, count - taken);
    Arrays.fill(list, count - taken, count, null);
    changes = count - taken;
  }

  // --- revisions ---------------------------------------------------------------------------------

  /** The revision of a write to this address. Lock held. */
  long nextRevision(Address address) {
    return Math.max(address.revision, writeFloor) + 1;
  }

  /** No address that is new begins below it. Lock held. */
  long revisionFloor() {
    return revisionFloor;
  }

  /** Lock held. */
  void raiseFloors(long ofNew, long ofAll) {
    revisionFloor = Math.max(revisionFloor, ofNew);
    writeFloor = Math.max(writeFloor, ofAll);
  }

  /** Calls the visitor for every address that has a parameter. Lock held. */
  void forEachStored(Visitor visitor) {
    for (Address address : table) {
      if (address != null && address.stored()) {
        visitor.visit(address);
      }
    }
  }

  /**
   * Shows some stored parameters to the visitor, others at each call. Lock held.
   *
   * @return how many it showed, at most {@code max}
   */
  int sample(int max, Visitor visitor) {
    int shown = 0;
    int mask = table.length - 1;
    for (int i = 0; i <= mask && shown < max; i++) {
      hand = (hand + 1) & mask;
      Address address = table[hand];
      if (address != null && address.stored()) {
        visitor.visit(address);
        shown++;
      }
    }
    return shown;
  }

  /** Sees one address. */
  interface Visitor {
    void visit(Address address);
  }

  private void remove(Address address) {
    int mask = table.length - 1;
    int i = (int) address.hash & mask;
    while (table[i] != address) {
      if (table[i] == null) {
        return;
      }
      i = (i + 1) & mask;
    }
    size--;
    names.remove(address);
    revisionFloor = Math.max(revisionFloor, address.revision);
    address.forget();
    int hole = i;
    table[hole] = null;
    for (int j = (hole + 1) & mask; ; j = (j + 1) & mask) {
      Address next = table[j];
      if (next == null) {
        return;
      }
      int home = (int) next.hash & mask;
      boolean reachable = hole <= j ? hole < home && home <= j : hole < home || home <= j;
      if (!reachable) {
        table[hole] = next;
        table[j] = null;
        hole = j;
      }
    }
  }

  private void grow() {
    @Nullable Address[] larger = new @Nullable Address[table.length * 2];
    for (Address address : table) {
      if (address != null) {
        place(larger, address);
      }
    }
    table = larger;
  }

  private static void place(@Nullable Address[] table, Address address) {
    int mask = table.length - 1;
    int i = (int) address.hash & mask;
    while (table[i] != null) {
      i = (i + 1) & mask;
    }
    table[i] = address;
  }
}
