package dev.clasp.dmx;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One universe as several sources see it, merged to what its slots shall show.
 *
 * <p>Each slot belongs to the source with the highest priority for it: the one of its own (START
 * code 0xDD; 0 = this source leaves the slot alone) or that of the source. Among equals the highest
 * level wins, or the one that has changed last. A source has only the slots that it sends. A frame
 * that changes nothing costs one comparison; one that does costs the range that it changes.
 *
 * <p>Not thread-safe. Times are monotonic nanoseconds. Whoever calls checks sequence numbers
 * before.
 *
 * @param <K> who sends; compared with equals
 */
public final class UniverseMerge<K> {

  /** What became of a frame. */
  public enum Outcome {
    /** Taken, from somebody who was not there before. */
    NEW_SOURCE,
    TAKEN,
    /** Not taken: there are as many sources as may be. */
    TOO_MANY,
    /** Not taken: a START code that says nothing about levels. */
    OTHER_START_CODE
  }

  private static final int NOT_DRIVEN = -1;

  private final class Source {
    final K key;
    final byte[] levels = new byte[Dmx.SLOTS];
    final byte[] priorities = new byte[Dmx.SLOTS];

    /** When each level has changed last, as a number that only rises. */
    final int[] stamps = new int[Dmx.SLOTS];

    int length;
    int priority;
    boolean driving;
    boolean own;
    long heard;
    long prioritiesHeard;
    long frames;

    Source(K key) {
      this.key = key;
    }

    int priority(int slot) {
      if (!driving || slot >= length) {
        return NOT_DRIVEN;
      }
      if (!own) {
        return priority;
      }
      int given = Byte.toUnsignedInt(priorities[slot]);
      return given == 0 ? NOT_DRIVEN : Math.min(given, Dmx.MAX_PRIORITY);
    }

    long lastHeard() {
      return driving && (!own || heard - prioritiesHeard > 0) ? heard : prioritiesHeard;
    }
  }

  private final MergePolicy policy;
  private MergePolicy.Mode mode;
  private final byte[] scene;
  private final List<Source> sources = new ArrayList<>(2);
  private final byte[] levels = new byte[Dmx.SLOTS];
  private final List<@Nullable Source> owners = new ArrayList<>(Dmx.SLOTS);
  private final BitSet known = new BitSet(Dmx.SLOTS);
  private final BitSet changed = new BitSet(Dmx.SLOTS);

  /** Slots that lost their last source and still show what it said. */
  private final BitSet orphans = new BitSet(Dmx.SLOTS);

  private long orphansSince;
  private int stamp;

  public UniverseMerge(MergePolicy policy) {
    this(policy, new byte[0]);
  }

  /**
   * @param scene levels for {@link OnLoss#SCENE}; what is missing is dark
   */
  public UniverseMerge(MergePolicy policy, byte[] scene) {
    this.policy = policy;
    this.mode = policy.mode();
    this.scene = scene.clone();
    for (int slot = 0; slot < Dmx.SLOTS; slot++) {
      owners.add(null);
    }
  }

  /**
   * Takes a frame.
   *
   * @param priority of the source, 0 to 200
   * @param data slots begin at offset; what is beyond 512 is ignored
   */
  public Outcome offer(
      K key, int priority, int startCode, byte[] data, int offset, int length, long nanos) {
    boolean priorities = startCode == Dmx.START_PRIORITIES && policy.slotPriorities();
    if (startCode != Dmx.START_LEVELS && !priorities) {
      return Outcome.OTHER_START_CODE;
    }
    Source source = find(key);
    boolean fresh = source == null;
    if (source == null) {
      if (sources.size() >= policy.maxSources()) {
        return Outcome.TOO_MANY;
      }
      source = new Source(key);
      source.priority = priority;
      source.heard = nanos;
      source.prioritiesHeard = nanos;
      sources.add(source);
    }
    source.frames++;
    int slots = Math.min(length, Dmx.SLOTS);
    boolean all = source.priority != priority;
    source.priority = priority;
    if (priorities) {
      takePriorities(source, data, offset, slots, all, nanos);
    } else {
      takeLevels(source, data, offset, slots, all, nanos);
    }
    return fresh ? Outcome.NEW_SOURCE : Outcome.TAKEN;
  }

  private void takeLevels(
      Source source, byte[] data, int offset, int slots, boolean all, long nanos) {
    source.heard = nanos;
    int first = Dmx.SLOTS;
    int last = -1;
    boolean begins = !source.driving;
    stamp++;
    for (int slot = 0; slot < slots; slot++) {
      byte level = data[offset + slot];
      if (begins || slot >= source.length || source.levels[slot] != level) {
        source.levels[slot] = level;
        source.stamps[slot] = stamp;
        first = Math.min(first, slot);
        last = slot;
      }
    }
    if (slots < source.length) {
      first = Math.min(first, slots);
      last = source.length - 1;
    }
    source.driving = true;
    source.length = slots;
    if (all) {
      merge(0, Dmx.SLOTS, nanos);
    } else if (last >= 0) {
      merge(first, last + 1, nanos);
    }
  }

  private void takePriorities(
      Source source, byte[] data, int offset, int slots, boolean all, long nanos) {
    source.prioritiesHeard = nanos;
    boolean different = all || !source.own;
    source.own = true;
    for (int slot = 0; slot < Dmx.SLOTS; slot++) {
      byte priority = slot < slots ? data[offset + slot] : 0;
      different |= source.priorities[slot] != priority;
      source.priorities[slot] = priority;
    }
    if (different) {
      merge(0, Dmx.SLOTS, nanos);
    }
  }

  private @Nullable Source find(K key) {
    for (int i = 0; i < sources.size(); i++) {
      if (sources.get(i).key.equals(key)) {
        return sources.get(i);
      }
    }
    return null;
  }

  /** The source is there, but says nothing new. */
  public void touch(K key, long nanos) {
    Source source = find(key);
    if (source != null) {
      source.heard = nanos;
      if (source.own) {
        source.prioritiesHeard = nanos;
      }
    }
  }

  /** From now on sources of the same priority are merged like this. */
  public void mode(MergePolicy.Mode to, long nanos) {
    if (mode != to) {
      mode = to;
      merge(0, Dmx.SLOTS, nanos);
    }
  }

  /** The source says itself that it is going. False if it was not there. */
  public boolean terminate(K key, long nanos) {
    Source source = find(key);
    if (source == null) {
      return false;
    }
    sources.remove(source);
    merge(0, Dmx.SLOTS, nanos);
    return true;
  }

  /**
   * Lets go of sources that have been silent for too long, and of levels that were held for long
   * enough.
   *
   * @param lost hears of each source that is gone
   * @return when to call again; {@link Long#MAX_VALUE}: nothing waits
   */
  public long expire(long nanos, Consumer<K> lost) {
    long next = Long.MAX_VALUE;
    boolean different = false;
    for (int i = sources.size() - 1; i >= 0; i--) {
      Source source = sources.get(i);
      long silent = source.driving ? source.heard : source.prioritiesHeard;
      if (nanos - silent >= policy.timeoutNanos()) {
        sources.remove(i);
        different = true;
        lost.accept(source.key);
        continue;
      }
      if (source.own && nanos - source.prioritiesHeard >= policy.timeoutNanos()) {
        source.own = false;
        different = true;
      }
      next = Math.min(next, silent + policy.timeoutNanos());
      if (source.own) {
        next = Math.min(next, source.prioritiesHeard + policy.timeoutNanos());
      }
    }
    if (different) {
      merge(0, Dmx.SLOTS, nanos);
    }
    if (!orphans.isEmpty()) {
      if (nanos - orphansSince >= policy.holdNanos()) {
        release();
      } else {
        next = Math.min(next, orphansSince + policy.holdNanos());
      }
    }
    return next;
  }

  private void merge(int from, int to, long nanos) {
    boolean latest = mode == MergePolicy.Mode.LTP;
    for (int slot = from; slot < to; slot++) {
      Source best = null;
      int highest = NOT_DRIVEN;
      for (int i = 0; i < sources.size(); i++) {
        Source source = sources.get(i);
        int priority = source.priority(slot);
        if (priority > highest) {
          best = source;
          highest = priority;
        } else if (priority == highest && best != null) {
          boolean wins =
              latest
                  ? source.stamps[slot] - best.stamps[slot] > 0
                  : Byte.compareUnsigned(source.levels[slot], best.levels[slot]) > 0;
          best = wins ? source : best;
        }
      }
      boolean driven = owners.get(slot) != null;
      owners.set(slot, best);
      if (best != null) {
        orphans.clear(slot);
        show(slot, best.levels[slot]);
      } else if (driven && policy.onLoss() != OnLoss.HOLD) {
        orphans.set(slot);
        orphansSince = nanos;
      }
    }
    if (policy.holdNanos() == 0) {
      release();
    }
  }

  private void show(int slot, byte level) {
    boolean first = !known.get(slot);
    if (first) {
      known.set(slot);
    }
    if (levels[slot] != level || first && policy.baseline()) {
      levels[slot] = level;
      changed.set(slot);
    }
  }

  private void release() {
    for (int slot = orphans.nextSetBit(0); slot >= 0; slot = orphans.nextSetBit(slot + 1)) {
      boolean scenic = policy.onLoss() == OnLoss.SCENE && slot < scene.length;
      show(slot, scenic ? scene[slot] : 0);
    }
    orphans.clear();
  }

  // --- what comes of it --------------------------------------------------------------------------

  /** Of a slot, 0 to 511. */
  public int level(int slot) {
    return Byte.toUnsignedInt(levels[slot]);
  }

  /** Slots up to the last one that was ever driven. */
  public int length() {
    return known.length();
  }

  /** The first {@link #length} levels. */
  public byte[] levels() {
    byte[] copy = new byte[length()];
    System.arraycopy(levels, 0, copy, 0, copy.length);
    return copy;
  }

  /** Who drives a slot, 0 to 511; empty if nobody does. */
  public Optional<K> owner(int slot) {
    Source owner = owners.get(slot);
    return owner == null ? Optional.empty() : Optional.of(owner.key);
  }

  /** How many slots a source drives now. */
  public int owned(K key) {
    int count = 0;
    for (int slot = 0; slot < Dmx.SLOTS; slot++) {
      Source owner = owners.get(slot);
      if (owner != null && owner.key.equals(key)) {
        count++;
      }
    }
    return count;
  }

  /** Is nobody there, and nothing to come of those who were? */
  public boolean isSettled() {
    return sources.isEmpty() && orphans.isEmpty();
  }

  /** Is every slot dark? */
  public boolean isDark() {
    for (byte level : levels) {
      if (level != 0) {
        return false;
      }
    }
    return true;
  }

  /** Who is there. */
  public List<K> sources() {
    List<K> keys = new ArrayList<>(sources.size());
    sources.forEach(source -> keys.add(source.key));
    return keys;
  }

  /** Priority of a source; empty if it is not there. */
  public Optional<Integer> priority(K key) {
    Source source = find(key);
    return source == null ? Optional.empty() : Optional.of(source.priority);
  }

  /** Does it give each slot a priority of its own? */
  public boolean hasSlotPriorities(K key) {
    Source source = find(key);
    return source != null && source.own;
  }

  /** When a source was heard last. */
  public Optional<Long> heard(K key) {
    Source source = find(key);
    return source == null ? Optional.empty() : Optional.of(source.lastHeard());
  }

  /** How many frames a source has sent; 0 if it is not there. */
  public long frames(K key) {
    Source source = find(key);
    return source == null ? 0 : source.frames;
  }

  /** How sources of the same priority are merged. */
  public MergePolicy.Mode mode() {
    return mode;
  }

  /** Is there anything that {@link #takeChanges} would give? */
  public boolean hasChanges() {
    return !changed.isEmpty();
  }

  /** Slots, 0 to 511, that show something else than when this was asked last. */
  public void takeChanges(BitSet into) {
    into.clear();
    into.or(changed);
    changed.clear();
  }
}
