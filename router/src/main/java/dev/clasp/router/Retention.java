package dev.clasp.router;

import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.Ttl;
import dev.clasp.protocol.ValueLayout;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How many parameters there are, whose, and for how long (router.md 5.8, 5.9).
 *
 * <p><b>Room.</b> A full router displaces the parameter that was not used for longest among a
 * sample of {@value #SAMPLE}, which costs the same however many there are and is exact for few.
 * Locked and fresh parameters are never displaced; if there are no others the new one is refused.
 * The search begins in the stripe of the new address, whose lock is held; of other stripes it takes
 * the lock only if that is free at once, so that it neither waits nor upsets the lock order.
 *
 * <p><b>Lifetime.</b> A stored parameter has one entry in the agenda of a lane, for the earliest
 * time at which it may end. Writes and GETs only note their time; when the entry comes up it either
 * ends the parameter or goes back for the rest. An entry whose ticket is not the newest of its
 * address is void. A lifetime that becomes shorter gets a new entry.
 *
 * <p>Stripe lock held, except where said otherwise.
 */
final class Retention {

  /** What a parameter costs besides its address and value, roughly. */
  static final int OVERHEAD_BYTES = 160;

  private static final int SAMPLE = 16;

  /** Parameters displaced for one new one when bytes are short. */
  private static final int DISPLACED_MAX = 16;

  private static final long SECOND = 1_000_000_000L;

  /** What {@link #due} says of a parameter without an end. */
  static final long NEVER = Long.MAX_VALUE;

  private final Router router;
  private final AddressSpace space;

  Retention(Router router) {
    this.router = router;
    this.space = router.space();
  }

  // --- room --------------------------------------------------------------------------------------

  /**
   * Makes room for a parameter that is not stored yet and takes it, or says why not.
   *
   * @param bytes of its address and value
   */
  @Nullable Refusal reserve(Session session, Stripe stripe, int bytes) {
    if (router.pressure() != MemoryPressure.NONE) {
      return atCapacity("the router is short of memory and takes no new addresses");
    }
    if (!session.quota.take(router.config().maxParametersPerSession())) {
      return atCapacity(
          "a session may create at most "
              + router.config().maxParametersPerSession()
              + " parameters");
    }
    int tries = 0;
    while (!takePlace()) {
      boolean displaced = displaceOne(session.lane(), stripe, null, session.now());
      // Another lane may have made room meanwhile.
      if (++tries > DISPLACED_MAX
          || !displaced && space.parameters().get() >= router.config().maxParameters()) {
        session.quota.giveBack();
        return atCapacity(
            "the router stores at most " + router.config().maxParameters() + " parameters");
      }
    }
    Refusal refusal = reserveBytes(session, stripe, null, bytes + OVERHEAD_BYTES);
    if (refusal != null) {
      space.parameters().decrementAndGet();
      session.quota.giveBack();
    }
    return refusal;
  }

  /** Takes bytes for a parameter that grows; negative ones are given back. */
  @Nullable Refusal reserveBytes(
      Session session, Stripe stripe, @Nullable Address growing, long bytes) {
    if (bytes <= 0) {
      if (bytes < 0) {
        space.bytes().addAndGet(bytes);
      }
      return null;
    }
    int tries = 0;
    while (!takeBytes(bytes)) {
      boolean displaced = displaceOne(session.lane(), stripe, growing, session.now());
      if (++tries > DISPLACED_MAX
          || !displaced && space.bytes().get() + bytes > router.config().maxStateBytes()) {
        return atCapacity(
            "the router stores at most "
                + router.config().maxStateBytes()
                + " bytes of parameters");
      }
    }
    return null;
  }

  /** Never above the limit, not even for a moment: another lane would be refused for nothing. */
  private boolean takePlace() {
    AtomicInteger parameters = space.parameters();
    for (int n = parameters.get(); n < router.config().maxParameters(); n = parameters.get()) {
      if (parameters.compareAndSet(n, n + 1)) {
        return true;
      }
    }
    return false;
  }

  private boolean takeBytes(long bytes) {
    AtomicLong all = space.bytes();
    for (long n = all.get(); n + bytes <= router.config().maxStateBytes(); n = all.get()) {
      if (all.compareAndSet(n, n + bytes)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Takes the room of a parameter that is put back from before a restart.
   *
   * @return false if there is none
   */
  boolean makeRoom(Stripe stripe, Address address, int valueLength) {
    long bytes =
        address.stored()
            ? valueLength - address.valueLength
            : address.name.length + valueLength + OVERHEAD_BYTES;
    boolean isNew = !address.stored();
    if (isNew && !takePlace()) {
      return false;
    }
    if (!takeBytes(bytes)) {
      if (isNew) {
        space.parameters().decrementAndGet();
      }
      return false;
    }
    if (isNew) {
      stripe.countStored(1);
    }
    return true;
  }

  private static Refusal atCapacity(String what) {
    return new Refusal(ErrorCode.BAD_REQUEST, "AtCapacity: " + what);
  }

  private boolean displaceOne(Lane lane, Stripe own, @Nullable Address keep, long now) {
    if (router.config().eviction() == Eviction.REFUSE_NEW) {
      return false;
    }
    Search search = new Search(keep, now);
    for (int i = 0; i < AddressSpace.STRIPES && search.left > 0; i++) {
      Stripe stripe = space.stripe((own.index + i) & (AddressSpace.STRIPES - 1));
      if (stripe.stored > 0 && stripe.lock.tryLock()) {
        try {
          search.left -= stripe.sample(search.left, search);
        } finally {
          stripe.lock.unlock();
        }
      }
    }
    Address victim = search.best;
    if (victim == null) {
      return false;
    }
    Stripe stripe = space.stripeOf(victim.hash);
    if (!stripe.lock.tryLock()) {
      return false;
    }
    try {
      // It may have been written between the two locks.
      if (!search.suits(victim)) {
        return false;
      }
      remove(victim);
    } finally {
      stripe.lock.unlock();
    }
    lane.add(Counter.EVICTED, 1);
    return true;
  }

  private final class Search implements Stripe.Visitor {
    private final @Nullable Address keep;
    private final long now;

    /** A parameter written in this very turn is fresh, whatever the setting. */
    private final long fresh = Math.max(1, router.config().freshNanos());

    private final boolean byUse = router.config().eviction() == Eviction.LEAST_RECENT;
    private int left = SAMPLE;
    private @Nullable Address best;

    Search(@Nullable Address keep, long now) {
      this.keep = keep;
      this.now = now;
    }

    boolean suits(Address address) {
      return address.stored()
          && address != keep
          && address.lockHolder == null
          && now - address.writtenNanos >= fresh;
    }

    @Override
    public void visit(Address address) {
      if (suits(address) && (best == null || age(address) > age(best))) {
        best = address;
      }
    }

    private long age(Address address) {
      return now - (byUse ? address.usedNanos : address.writtenNanos);
    }
  }

  /** Takes a stored parameter away and gives its room back; the address stays for its route. */
  void remove(Address address) {
    Stripe stripe = space.stripeOf(address.hash);
    space.parameters().decrementAndGet();
    space.bytes().addAndGet(-(address.name.length + address.valueLength + OVERHEAD_BYTES));
    Quota creator = address.creator;
    if (creator != null) {
      creator.giveBack();
    }
    stripe.countStored(-1);
    address.clear();
    stripe.noteChange(address);
    stripe.keepIdle(address);
  }

  // --- lifetime ----------------------------------------------------------------------------------

  /** After a write: sees to it that the parameter ends in time. */
  void written(Lane lane, Address address) {
    long due = due(address);
    if (due != NEVER && (address.expiryTicket == 0 || due - address.expiryDue < 0)) {
      new Expiry(lane, address).arm(due);
    }
  }

  /** When the parameter ends if it is not used again. */
  long due(Address address) {
    if (!address.hasTtl) {
      long ruled = address.ruledTtlNanos();
      if (ruled != ParameterSettings.UNSAID) {
        // Whoever reads the presence of somebody does not keep it alive.
        return ruled == 0 ? NEVER : address.writtenNanos + ruled;
      }
      long ttl = router.config().parameterTtlNanos();
      return ttl == 0 ? NEVER : address.usedNanos + ttl;
    }
    return switch (Ttl.ofWord(address.ttlWord)) {
      case Ttl.Never() -> NEVER;
      case Ttl.Sliding(int seconds) -> address.usedNanos + seconds * SECOND;
      case Ttl.Absolute(int seconds) -> address.ttlNanos + seconds * SECOND;
    };
  }

  private final class Expiry extends Agenda.Entry {
    private final Lane lane;
    private final Address address;
    private int ticket;

    Expiry(Lane lane, Address address) {
      this.lane = lane;
      this.address = address;
    }

    void arm(long due) {
      ticket = nextTicket(address);
      address.expiryDue = due;
      lane.agenda().add(due, this);
    }

    /** Without a stripe lock, on the lane's thread. */
    @Override
    void run() {
      Stripe stripe = space.stripeOf(address.hash);
      stripe.lock.lock();
      try {
        if (ticket != address.expiryTicket || !address.stored()) {
          return;
        }
        long now = router.clock().nanos();
        long due = due(address);
        if (due == NEVER) {
          address.expiryTicket = 0;
        } else if (due - now > 0) {
          arm(due);
        } else if (address.lockHolder != null) {
          // Whoever holds the lock still cares; look again soon.
          arm(now + SECOND);
        } else {
          end(lane, address);
          lane.add(Counter.EXPIRED, 1);
        }
      } finally {
        stripe.lock.unlock();
      }
    }
  }

  /** Never 0, and another one each time, also after the parameter was removed and stored again. */
  private int nextTicket(Address address) {
    address.expiryTickets =
        address.expiryTickets == Integer.MAX_VALUE ? 1 : address.expiryTickets + 1;
    address.expiryTicket = address.expiryTickets;
    return address.expiryTicket;
  }

  /** Ends a parameter whose time has come, or whose writer has left: tells it, and removes it. */
  void end(Lane lane, Address address) {
    boolean tell =
        switch (router.config().expiryNotice()) {
          case NONE -> false;
          case OWN_LIFETIME -> hasEndOfItsOwn(address);
          case ALL -> true;
        };
    end(lane, address, tell);
  }

  /** Ends a parameter because somebody wants that. */
  void delete(Lane lane, Address address) {
    end(lane, address, router.config().expiryNotice() != ExpiryNotice.NONE);
  }

  private void end(Lane lane, Address address, boolean tell) {
    // A client that said goodbye has set it to null itself: once is enough.
    if (tell && address.valueType != ValueLayout.NULL) {
      space.bytes().addAndGet(-address.valueLength);
      address.store(address.value, 0, 0, ValueLayout.NULL);
      address.revision = space.stripeOf(address.hash).nextRevision(address);
      router.writes().announceValue(lane, address);
    }
    remove(address);
  }

  private static boolean hasEndOfItsOwn(Address address) {
    return address.hasTtl
        || address.ruledTtlNanos() != ParameterSettings.UNSAID
        || address.ephemeral();
  }
}
