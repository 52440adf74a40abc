package dev.clasp.bridgeartnet;

import dev.clasp.dmx.Dmx;
import dev.clasp.dmx.DmxSource;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of levels before they are merged: which universes are wanted, who sends them, order
 * (sequence numbers), ArtSync, and sources that were chosen to be alone (AcCancelMerge).
 *
 * <p>A source is an address and a physical port, as Art-Net says. Pure: time is given. Not
 * thread-safe.
 */
final class ArtNetInput {

  /** Without ArtSync for so long, levels are put out at once again (Art-Net 4, ArtSync). */
  static final long SYNC_NANOS = 4_000_000_000L;

  /** A source that is silent for so long is forgotten (Art-Net 4, merging). */
  static final long SOURCE_NANOS = 10_000_000_000L;

  private static final int MAX_SOURCES = 4_096;

  /** As far back as a packet may be late and is not the beginning of a new count. */
  private static final int LATE = 20;

  /** Where levels go. */
  interface Levels {

    void received(int portAddress, DmxSource source, int startCode, byte[] data, long nanos);

    void terminated(int portAddress, DmxSource source, long nanos);

    /** Which universes come, or how many send them, is different now. */
    void sourcesChanged(long nanos);
  }

  private record Key(int portAddress, InetAddress address, int physical) {}

  private static final class Source {
    final Key key;
    final DmxSource identity;
    int sequence;

    /** Of ArtNzs, which is counted by itself. */
    int prioritySequence;

    long heard;
    byte @Nullable [] held;

    Source(Key key) {
      this.key = key;
      String text = key.address.getHostAddress();
      this.identity = new DmxSource(key.physical == 0 ? text : text + "-" + key.physical, "", text);
    }
  }

  private final IntPredicate wanted;
  private final long timeoutNanos;
  private final Levels levels;
  private final Map<Key, Source> sources = new LinkedHashMap<>();
  private final Map<Integer, Integer> counts = new HashMap<>();
  private final Set<Integer> cancelled = new HashSet<>();
  private final Map<Integer, Key> alone = new HashMap<>();
  private @Nullable InetAddress lastSender;
  private long syncedAt;
  private boolean synchronous;
  private long late;

  /**
   * @param timeoutNanos after which a silent source is forgotten
   */
  ArtNetInput(IntPredicate wanted, long timeoutNanos, Levels levels) {
    this.wanted = wanted;
    this.timeoutNanos = timeoutNanos;
    this.levels = levels;
  }

  /**
   * Levels, or slots with another START Code.
   *
   * @return why it is not taken; empty if it is, or if nobody needs to know
   */
  String received(
      int portAddress,
      int startCode,
      int sequence,
      int physical,
      byte[] data,
      InetAddress from,
      long nanos) {
    if (!wanted.test(portAddress)) {
      return "";
    }
    if (startCode != 0) {
      others(portAddress, startCode, sequence, data, from, nanos);
      return "";
    }
    Key key = new Key(portAddress, from, physical);
    Source source = sources.get(key);
    if (source == null) {
      if (sources.size() >= MAX_SOURCES) {
        return "more than " + MAX_SOURCES + " sources";
      }
      source = new Source(key);
      sources.put(key, source);
      counts.merge(portAddress, 1, Integer::sum);
      source.heard = nanos;
      source.sequence = sequence;
      levels.sourcesChanged(nanos);
    } else if (isLate(source.sequence, sequence)) {
      late++;
      return "";
    }
    source.heard = nanos;
    source.sequence = sequence;
    if (cancelled.remove(portAddress)) {
      alone.put(portAddress, key);
      endOthers(key, nanos);
    }
    Key chosen = alone.get(portAddress);
    if (chosen != null && !chosen.equals(key)) {
      return "";
    }
    lastSender = from;
    if (synchronous && !merges(portAddress)) {
      source.held = data;
    } else {
      source.held = null;
      levels.received(portAddress, source.identity, 0, data, nanos);
    }
    return "";
  }

  /**
   * ArtNzs: priorities of slots. It has no physical port: it is for everything that this machine
   * sends to the universe, and makes nobody a source who sends no levels.
   */
  private void others(
      int portAddress, int startCode, int sequence, byte[] data, InetAddress from, long nanos) {
    if (startCode != Dmx.START_PRIORITIES || !counts.containsKey(portAddress)) {
      return;
    }
    Key chosen = alone.get(portAddress);
    for (Source source : sources.values()) {
      boolean meant =
          source.key.portAddress == portAddress
              && source.key.address.equals(from)
              && (chosen == null || chosen.equals(source.key));
      if (!meant) {
        continue;
      }
      if (isLate(source.prioritySequence, sequence)) {
        late++;
        return;
      }
      source.prioritySequence = sequence;
      levels.received(portAddress, source.identity, startCode, data, nanos);
    }
  }

  /** Sequence 0 means: do not look. The difference is one of eight bits. */
  private static boolean isLate(int before, int sequence) {
    if (sequence == 0 || before == 0) {
      return false;
    }
    int difference = (byte) (sequence - before);
    return difference <= 0 && difference > -LATE;
  }

  private void endOthers(Key chosen, long nanos) {
    for (Source other : sources.values()) {
      if (other.key.portAddress == chosen.portAddress && !other.key.equals(chosen)) {
        other.held = null;
        levels.terminated(other.key.portAddress, other.identity, nanos);
      }
    }
    levels.sourcesChanged(nanos);
  }

  /** From now on levels wait for this; those that wait are put out together. */
  void sync(InetAddress from, long nanos) {
    if (!from.equals(lastSender) || counts.keySet().stream().anyMatch(this::merges)) {
      return;
    }
    synchronous = true;
    syncedAt = nanos;
    release(nanos);
  }

  private void release(long nanos) {
    for (Source source : List.copyOf(sources.values())) {
      byte[] held = source.held;
      if (held != null) {
        source.held = null;
        levels.received(source.key.portAddress, source.identity, 0, held, nanos);
      }
    }
  }

  /**
   * Ends what has lasted too long.
   *
   * @return when to call again
   */
  long tick(long nanos) {
    long next = Long.MAX_VALUE;
    if (synchronous) {
      if (nanos - syncedAt >= SYNC_NANOS) {
        synchronous = false;
        release(nanos);
      } else {
        next = syncedAt + SYNC_NANOS;
      }
    }
    boolean gone = false;
    for (Iterator<Source> each = sources.values().iterator(); each.hasNext(); ) {
      Source source = each.next();
      if (nanos - source.heard >= timeoutNanos) {
        each.remove();
        gone = true;
        counts.merge(source.key.portAddress, -1, ArtNetInput::sumOrNothing);
        alone.remove(source.key.portAddress, source.key);
      } else {
        next = Math.min(next, source.heard + timeoutNanos);
      }
    }
    if (gone) {
      levels.sourcesChanged(nanos);
    }
    return next;
  }

  private static @Nullable Integer sumOrNothing(Integer before, Integer change) {
    int sum = before + change;
    return sum == 0 ? null : sum;
  }

  /** The next who sends one of these is alone, until it is silent. */
  void cancelMerge(Collection<Integer> portAddresses) {
    for (int each : portAddresses) {
      if (merges(each)) {
        cancelled.add(each);
      }
    }
  }

  boolean receives(int portAddress) {
    return counts.containsKey(portAddress);
  }

  boolean merges(int portAddress) {
    return counts.getOrDefault(portAddress, 0) > 1 && !alone.containsKey(portAddress);
  }

  boolean synchronous() {
    return synchronous;
  }

  /** Packets that came behind newer ones. */
  long late() {
    return late;
  }

  /** Universes that come now. */
  SortedSet<Integer> universes() {
    return new TreeSet<>(counts.keySet());
  }

  /** Addresses that send now, for people. */
  List<String> senders() {
    List<String> texts = new ArrayList<>();
    sources
        .keySet()
        .forEach(key -> {
          String text = key.address.getHostAddress();
          if (!texts.contains(text)) {
            texts.add(text);
          }
        });
    return texts;
  }
}
