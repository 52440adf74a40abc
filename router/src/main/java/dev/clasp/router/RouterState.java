package dev.clasp.router;

import dev.clasp.protocol.AddressRules;
import dev.clasp.protocol.CodecLimits;
import dev.clasp.protocol.DecodeException;
import dev.clasp.protocol.ValueLayout;
import dev.clasp.router.spi.RouterClock;
import dev.clasp.router.spi.StateChange;
import dev.clasp.router.spi.StateSink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a router, for somebody who keeps them elsewhere: what there is, what has
 * changed, and back again.
 *
 * <p>A change is noted under the lock of the stripe that is held anyway, once for each address
 * until it is asked for: the newest value is what counts. That costs a SET one look at a flag, and
 * nothing while {@link #track} was not called.
 *
 * <p>{@link #changes} and {@link #everything} may be called on any thread, one at a time. They hold
 * up the writers of a stripe for as long as a few hundred values take to copy.
 */
public final class RouterState {

  /** Values copied under one lock. */
  private static final int PIECE = 256;

  /** Bytes of the id of a writer; session ids have 36. */
  private static final int MAX_WRITER = 64;

  private final Router router;
  private final AddressSpace space;
  private final Retention retention;
  private final RouterClock clock;

  RouterState(Router router) {
    this.router = router;
    this.space = router.space();
    this.retention = router.retention();
    this.clock = router.clock();
  }

  /** Notes changes from now on. Before the first connection. */
  public void track() {
    for (int i = 0; i < AddressSpace.STRIPES; i++) {
      Stripe stripe = space.stripe(i);
      stripe.lock.lock();
      try {
        stripe.trackChanges();
      } finally {
        stripe.lock.unlock();
      }
    }
  }

  /**
   * Tells what has changed since the last call, for each address what it is now, older changes of
   * one address first.
   *
   * @return false if there was too much to be noted: ask for {@link #everything}
   */
  public boolean changes(StateSink sink) {
    boolean all = true;
    List<StateChange> piece = new ArrayList<>();
    for (int i = 0; i < AddressSpace.STRIPES; i++) {
      Stripe stripe = space.stripe(i);
      if (stripe.changesLost) {
        stripe.changesLost = false;
        all = false;
      }
      // Only those of now: a fader that moves would keep us here for ever.
      for (int left = stripe.changes; left > 0; left -= PIECE) {
        int some = Math.min(left, PIECE);
        stripe.lock.lock();
        try {
          long nanos = clock.nanos();
          long micros = clock.unixMicros();
          stripe.takeChanges(some, address -> piece.add(changeOf(address, nanos, micros)));
        } finally {
          stripe.lock.unlock();
        }
        piece.forEach(sink::accept);
        piece.clear();
      }
    }
    return all;
  }

  /**
   * Tells all parameters, each as of some moment during the call. What changes meanwhile is told by
   * the next {@link #changes} too.
   *
   * @return the revision floor: no address that is new later may begin below it
   */
  public long everything(StateSink sink) {
    AddressWalk walk = AddressWalk.ofEverything(space);
    @Nullable Address[] piece = new @Nullable Address[PIECE];
    long floor = 0;
    do {
      int count = walk.fetch(piece);
      for (int i = 0; i < count; i++) {
        Address address = piece[i];
        if (address == null) {
          break;
        }
        walk.pass(address);
        StateChange change = changeOf(address);
        switch (change) {
          case StateChange.Stored stored -> sink.accept(stored);
          case StateChange.Removed(byte[] _, long revision) -> floor = Math.max(floor, revision);
        }
      }
    } while (!walk.last());
    for (int i = 0; i < AddressSpace.STRIPES; i++) {
      Stripe stripe = space.stripe(i);
      stripe.lock.lock();
      try {
        floor = Math.max(floor, stripe.revisionFloor());
      } finally {
        stripe.lock.unlock();
      }
    }
    return floor;
  }

  private StateChange changeOf(Address address) {
    Stripe stripe = space.stripeOf(address.hash);
    stripe.lock.lock();
    try {
      return changeOf(address, clock.nanos(), clock.unixMicros());
    } finally {
      stripe.lock.unlock();
    }
  }

  /** The lock of the stripe is held. */
  private static StateChange changeOf(Address address, long nanos, long micros) {
    // What ends with its writer would have nobody to end with after a restart.
    if (!address.stored() || address.ephemeral()) {
      return new StateChange.Removed(address.name, address.revision);
    }
    return new StateChange.Stored(
        address.name,
        address.valueType,
        Arrays.copyOf(address.value, address.valueLength),
        address.revision,
        address.writer,
        address.writtenMicros,
        micros - (nanos - address.usedNanos) / 1000,
        address.hasTtl ? OptionalInt.of(address.ttlWord) : OptionalInt.empty(),
        address.hasTtl ? micros - (nanos - address.ttlNanos) / 1000 : 0);
  }

  // --- back again --------------------------------------------------------------------------------

  /**
   * What became of changes that were put back.
   *
   * @param stored parameters stored or replaced
   * @param expired left out because their time has come meanwhile
   * @param refused left out because the router may not have so much, or because of their address
   */
  public record Restored(int stored, int expired, int refused) {
    public Restored plus(Restored other) {
      return new Restored(stored + other.stored, expired + other.expired, refused + other.refused);
    }
  }

  /**
   * Puts changes back, as they were told and in that order. Before the first connection, on the
   * thread of the lane, which then looks after lifetimes.
   */
  public Restored restore(Lane lane, List<StateChange> changes) {
    int stored = 0;
    int expired = 0;
    int refused = 0;
    for (StateChange change : changes) {
      byte[] name = change.address();
      if (!isSound(change)) {
        refused++;
        continue;
      }
      long hash = space.hash(name, 0, name.length);
      Stripe stripe = space.stripeOf(hash);
      stripe.lock.lock();
      try {
        Address address = stripe.find(name, 0, name.length, hash);
        if (address == null) {
          address = stripe.add(name, 0, name.length, hash);
        }
        switch (change) {
          case StateChange.Stored s -> {
            if (!retention.makeRoom(stripe, address, s.value().length)) {
              refused++;
            } else {
              put(address, s);
              if (hasEnded(address)) {
                retention.remove(address);
                expired++;
              } else {
                retention.written(lane, address);
                stored++;
              }
            }
          }
          case StateChange.Removed _ -> {
            if (address.stored()) {
              retention.remove(address);
              stored--;
            }
          }
        }
        address.revision = Math.max(address.revision, change.revision());
        if (!address.stored()) {
          stripe.keepIdle(address);
        }
      } finally {
        stripe.lock.unlock();
      }
    }
    return new Restored(stored, expired, refused);
  }

  /** What the router stores it also sends: nothing may come in here that could not come by wire. */
  private static boolean isSound(StateChange change) {
    byte[] name = change.address();
    if (change.revision() < 0 || AddressRules.violation(name, 0, name.length) != null) {
      return false;
    }
    return switch (change) {
      case StateChange.Removed _ -> true;
      case StateChange.Stored s ->
          name.length + s.value().length <= Writes.MAX_ADDRESS_AND_VALUE
              && isValue(s.valueType(), s.value())
              && isWriter(s.writer());
    };
  }

  private static boolean isValue(int type, byte[] value) {
    try {
      int depth = CodecLimits.DEFAULT.valueDepth();
      return ValueLayout.skip(value, type, 0, value.length, depth) == value.length;
    } catch (DecodeException e) {
      return false;
    }
  }

  private static boolean isWriter(byte[] writer) {
    for (byte b : writer) {
      if (b <= ' ' || b == 0x7F) {
        return false;
      }
    }
    return writer.length <= MAX_WRITER;
  }

  private void put(Address address, StateChange.Stored s) {
    long nanos = clock.nanos();
    long micros = clock.unixMicros();
    address.stored = true;
    address.store(s.value(), 0, s.value().length, s.valueType());
    address.revision = s.revision();
    address.writer = s.writer();
    address.writtenMicros = s.writtenMicros();
    address.writtenNanos = nanosOf(s.writtenMicros(), nanos, micros);
    address.usedNanos = nanosOf(s.usedMicros(), nanos, micros);
    address.hasTtl = s.ttl().isPresent();
    address.ttlWord = s.ttl().orElse(0);
    address.ttlNanos = nanosOf(s.ttlMicros(), nanos, micros);
  }

  /** A time before now, on the monotonic clock of today; what lies in the future is now. */
  private static long nanosOf(long thenMicros, long nanos, long micros) {
    long ago = Math.max(0, micros - thenMicros);
    return nanos - Math.min(ago, Long.MAX_VALUE / 4000) * 1000;
  }

  private boolean hasEnded(Address address) {
    long due = retention.due(address);
    return address.ephemeral() || due != Retention.NEVER && due - clock.nanos() <= 0;
  }

  /**
   * Keeps revisions from stepping back. Before the first connection.
   *
   * @param ofNew no address that is new begins below it
   * @param ofAll no write gets a revision up to it, whatever the revision of its address
   */
  public void raiseFloors(long ofNew, long ofAll) {
    for (int i = 0; i < AddressSpace.STRIPES; i++) {
      Stripe stripe = space.stripe(i);
      stripe.lock.lock();
      try {
        stripe.raiseFloors(ofNew, ofAll);
      } finally {
        stripe.lock.unlock();
      }
    }
  }

  /** Number of parameters now. */
  public int size() {
    return router.parameterCount();
  }
}
