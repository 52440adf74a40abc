package dev.clasp.dmx;

import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Universes that come in: merges the sources of each and tells the host what has changed.
 *
 * <p><b>Threads.</b> All methods may be called by any thread; the lock of the object guards them,
 * and the host hears under it, so that order is kept. Somebody calls {@link #expire} when it is
 * due. Times are monotonic nanoseconds.
 */
public final class DmxReceiver {

  /** Universes that may be received at once. */
  public static final int MAX_UNIVERSES = 1024;

  /** So long after the last source is gone, nothing is known of a universe any more. */
  static final long EMPTY_NANOS = 300_000_000_000L;

  /** Sources that are told in a second; others later, if they are still there. */
  static final int TOLD_A_SECOND = 100;

  private static final long SECOND = 1_000_000_000L;
  private static final int MAX_GONE = 4096;

  /** A refusal is told at most so often. */
  private static final long TOLD_NANOS = 10_000_000_000L;

  private static final class Room {
    private final int universe;
    private final UniverseMerge<DmxSource> merge;
    private final String[] paths = new String[Dmx.SLOTS];
    private final Map<DmxSource, Integer> told = new HashMap<>();

    /** When nobody was there any more; {@link Long#MAX_VALUE} while somebody is. */
    private long emptySince = Long.MAX_VALUE;

    Room(int universe, UniverseMerge<DmxSource> merge) {
      this.universe = universe;
      this.merge = merge;
      for (int slot = 0; slot < Dmx.SLOTS; slot++) {
        paths[slot] = DmxPath.slot(universe, slot + 1);
      }
    }
  }

  private final DmxInput input;
  private final Patch patch;
  private final EndpointContext context;
  private final TreeMap<Integer, Room> rooms = new TreeMap<>();
  private final BitSet changes = new BitSet(Dmx.SLOTS);
  private final Map<Integer, MergePolicy.Mode> modes = new HashMap<>();
  private final GoneParameters gone;
  private long refusedAt = Long.MIN_VALUE;
  private long secondAt = Long.MIN_VALUE;
  private int toldInSecond;

  public DmxReceiver(DmxInput input, Patch patch, EndpointContext context) {
    this.input = input;
    this.patch = patch;
    this.context = context;
    this.gone = new GoneParameters(context, MAX_GONE);
  }

  /**
   * A frame has come; its sequence number is good.
   *
   * @param source always the same object for the same sender
   * @param priority 0 to 200; {@link Dmx#PRIORITY} if the protocol has none
   */
  public synchronized void received(
      int universe,
      DmxSource source,
      int priority,
      int startCode,
      byte[] data,
      int offset,
      int length,
      long nanos) {
    Room room = rooms.get(universe);
    if (room == null) {
      if (rooms.size() >= MAX_UNIVERSES && !makeRoom()) {
        refused("universe " + universe + " is left out: there are " + MAX_UNIVERSES, nanos);
        return;
      }
      room =
          new Room(
              universe,
              new UniverseMerge<>(
                  input.merge(), input.scenes().getOrDefault(universe, new byte[0])));
      rooms.put(universe, room);
      room.merge.mode(modes.getOrDefault(universe, input.merge().mode()), nanos);
    }
    switch (room.merge.offer(source, priority, startCode, data, offset, length, nanos)) {
      case NEW_SOURCE, TAKEN -> {
        room.emptySince = Long.MAX_VALUE;
        Integer before = room.told.get(source);
        if ((before == null || before != priority) && mayTell(nanos)) {
          room.told.put(source, priority);
          gone.back(path(room, source));
          tell(room, source, before == null ? "found" : "changed");
        }
      }
      case TOO_MANY ->
          refused(
              "universe "
                  + universe
                  + ": "
                  + source
                  + " is left out: there are "
                  + input.merge().maxSources()
                  + " sources already (setting max_sources)",
              nanos);
      case OTHER_START_CODE -> {}
    }
    emit(room, source);
  }

  /** Forgets the universe that is without sources for the longest time. */
  private boolean makeRoom() {
    Room oldest = null;
    for (Room each : rooms.values()) {
      if (each.emptySince != Long.MAX_VALUE
          && each.merge.isSettled()
          && (oldest == null || each.emptySince - oldest.emptySince < 0)) {
        oldest = each;
      }
    }
    return oldest != null && rooms.remove(oldest.universe, oldest);
  }

  /** Somebody may come with a new name in every packet. */
  private boolean mayTell(long nanos) {
    if (secondAt == Long.MIN_VALUE || nanos - secondAt >= SECOND) {
      secondAt = nanos;
      toldInSecond = 0;
    }
    return toldInSecond++ < TOLD_A_SECOND;
  }

  private void refused(String why, long nanos) {
    if (refusedAt == Long.MIN_VALUE || nanos - refusedAt >= TOLD_NANOS) {
      refusedAt = nanos;
      context.dropped(why);
    }
  }

  /** A source is there, but what it says is not to be shown yet. */
  public synchronized void touch(int universe, DmxSource source, long nanos) {
    Room room = rooms.get(universe);
    if (room != null) {
      room.merge.touch(source, nanos);
    }
  }

  /** Somebody asks for another merge of one universe, as consoles can (ArtAddress). */
  public synchronized void merge(int universe, MergePolicy.Mode mode, long nanos) {
    modes.put(universe, mode);
    Room room = rooms.get(universe);
    if (room != null) {
      room.merge.mode(mode, nanos);
      if (room.merge.hasChanges()) {
        emit(room, Optional.empty());
      }
    }
  }

  /** A source says that it gives the universe up. */
  public synchronized void terminated(int universe, DmxSource source, long nanos) {
    Room room = rooms.get(universe);
    if (room != null && room.merge.terminate(source, nanos)) {
      gone(room, source, "terminated", nanos);
      emit(room, source);
    }
  }

  /**
   * Lets go of sources that are silent.
   *
   * @return when to call again; {@link Long#MAX_VALUE}: when something has come
   */
  public synchronized long expire(long nanos) {
    long next = Long.MAX_VALUE;
    for (Iterator<Room> each = rooms.values().iterator(); each.hasNext(); ) {
      Room room = each.next();
      List<DmxSource> lost = new ArrayList<>(0);
      next = Math.min(next, room.merge.expire(nanos, lost::add));
      for (DmxSource source : lost) {
        gone(room, source, "lost", nanos);
        context.error(
            "universe " + room.universe + ": " + source + " is silent and counts as lost");
      }
      if (room.merge.hasChanges()) {
        emit(room, Optional.empty());
      }
      long empty = emptyUntil(room, nanos);
      if (empty <= nanos) {
        each.remove();
      } else {
        next = Math.min(next, empty);
      }
    }
    return Math.min(next, gone.expire(nanos));
  }

  /** When the universe is to be forgotten; never while the router must learn what comes of it. */
  private long emptyUntil(Room room, long nanos) {
    if (!room.merge.isSettled()) {
      return Long.MAX_VALUE;
    }
    if (room.emptySince == Long.MAX_VALUE) {
      room.emptySince = nanos;
    }
    // Without a baseline, slots are told to be dark only by who knows that they were not.
    return input.merge().baseline() || room.merge.isDark()
        ? room.emptySince + EMPTY_NANOS
        : Long.MAX_VALUE;
  }

  /** Nobody listens to the universe any more. */
  public synchronized void forget(int universe) {
    rooms.remove(universe);
  }

  private void gone(Room room, DmxSource source, String how, long nanos) {
    if (room.told.remove(source) != null && input.sources()) {
      tell(room, source, how);
      gone.gone(path(room, source), nanos);
    }
  }

  private static String path(Room room, DmxSource source) {
    return "/$sources/" + room.universe + "/" + source.id();
  }

  // --- telling -----------------------------------------------------------------------------------

  private void tell(Room room, DmxSource source, String how) {
    if (!input.sources()) {
      return;
    }
    Map<String, Value> about = about(room, source);
    about.put("state", Value.of(how.equals("found") || how.equals("changed") ? "active" : how));
    Optional<String> peer = Optional.of(source.address());
    List<MappedSignal> signals = new ArrayList<>(2);
    signals.add(new MappedSignal(path(room, source), SignalType.PARAM, Value.of(about)));
    Map<String, Value> event = new LinkedHashMap<>();
    event.put("event", Value.of(how));
    event.put("universe", Value.of(room.universe));
    event.put("source", Value.of(source.id()));
    event.put("name", Value.of(source.name()));
    signals.add(new MappedSignal("/$events/source", SignalType.EVENT, Value.of(event)));
    context.receive(new Parcel(signals, false, OptionalLong.empty(), peer));
  }

  private static Map<String, Value> about(Room room, DmxSource source) {
    Map<String, Value> about = new LinkedHashMap<>();
    about.put("name", Value.of(source.name()));
    about.put("address", Value.of(source.address()));
    room.merge.priority(source).ifPresent(priority -> about.put("priority", Value.of(priority)));
    about.put("slot_priorities", Value.of(room.merge.hasSlotPriorities(source)));
    return about;
  }

  private void emit(Room room, DmxSource source) {
    if (room.merge.hasChanges()) {
      emit(room, Optional.of(source.address()));
    }
  }

  private void emit(Room room, Optional<String> peer) {
    room.merge.takeChanges(changes);
    List<MappedSignal> signals = new ArrayList<>(changes.cardinality() + 1);
    for (int slot = changes.nextSetBit(0); slot >= 0; slot = changes.nextSetBit(slot + 1)) {
      if (input.slots()) {
        int level = room.merge.level(slot);
        signals.add(
            new MappedSignal(
                room.paths[slot],
                SignalType.PARAM,
                input.unit() ? Value.of(SlotLevels.share(level)) : Value.of(level)));
      }
    }
    for (Patch.Place place : patch.in(room.universe)) {
      boolean different =
          changes.get(place.slot()) || place.fine() >= 0 && changes.get(place.fine());
      if (different) {
        double value =
            place
                .channel()
                .value(
                    room.merge.level(place.slot()),
                    place.fine() < 0 ? 0 : room.merge.level(place.fine()));
        signals.add(new MappedSignal(place.path(), SignalType.PARAM, Value.of(value)));
      }
    }
    if (input.universes()) {
      signals.add(
          new MappedSignal(
              DmxPath.universe(room.universe),
              input.stream() ? SignalType.STREAM : SignalType.PARAM,
              Value.of(room.merge.levels())));
    }
    if (!signals.isEmpty()) {
      context.receive(new Parcel(signals, false, OptionalLong.empty(), peer));
    }
  }

  /** Who sends what now, for people: by universe. */
  public synchronized Value sources() {
    Map<String, Value> table = new LinkedHashMap<>();
    for (Room room : rooms.values()) {
      List<Value> list = new ArrayList<>();
      for (DmxSource source : room.merge.sources()) {
        list.add(described(room, source));
      }
      table.put(String.valueOf(room.universe), Value.of(list));
    }
    return Value.of(table);
  }

  private Value described(Room room, DmxSource source) {
    Map<String, Value> about = about(room, source);
    about.put("id", Value.of(source.id()));
    about.put("slots", Value.of(room.merge.owned(source)));
    about.put("frames", Value.of(room.merge.frames(source)));
    room.merge
        .heard(source)
        .ifPresent(
            at -> about.put("age_seconds", Value.of(Math.max(0, context.nanoTime() - at) / 1e9)));
    return Value.of(about);
  }

  /**
   * One universe: how it is merged, its sources, and for each slot which of them drives it, -1 for
   * none. Empty if nothing has come.
   */
  public synchronized Optional<Map<String, Value>> view(int universe) {
    Room room = rooms.get(universe);
    if (room == null) {
      return Optional.empty();
    }
    Map<String, Value> view = new LinkedHashMap<>();
    view.put("merge", Value.of(room.merge.mode().name().toLowerCase(Locale.ROOT)));
    List<DmxSource> there = room.merge.sources();
    view.put("sources", Value.of(there.stream().map(source -> described(room, source)).toList()));
    List<Value> owners = new ArrayList<>(Dmx.SLOTS);
    for (int slot = 0; slot < room.merge.length(); slot++) {
      owners.add(Value.of(room.merge.owner(slot).map(there::indexOf).orElse(-1)));
    }
    view.put("owners", Value.of(owners));
    return Optional.of(view);
  }

  /** The merged levels of a universe; empty if nothing has come. */
  public synchronized byte[] levels(int universe) {
    Room room = rooms.get(universe);
    return room == null ? new byte[0] : room.merge.levels();
  }
}
