package dev.clasp.bridgesacn;

import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.dmx.Dmx;
import dev.clasp.dmx.DmxReceiver;
import dev.clasp.dmx.DmxSource;
import dev.clasp.dmx.GoneParameters;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What comes in: sources of each universe with their sequence numbers, synchronization, and who
 * tells which universes (ANSI E1.31-2018, 6.7, 11, 12).
 *
 * <p>Thread-safe; times are monotonic nanoseconds.
 */
final class SacnReceiver {

  /** Sources that are remembered for one universe, more than are merged. */
  private static final int MAX_TRACKS = 64;

  private static final int MAX_SYNC_ADDRESSES = 32;
  private static final int MAX_DISCOVERED = 1000;

  /** Numbers in the lists of all sources together. */
  private static final int MAX_LISTED = 100_000;

  /** Sequence numbers from here to the last one are old (6.7.2). */
  private static final int OLD = -20;

  /** A source of a universe. */
  private static final class Track {
    private final long cidHigh;
    private final long cidLow;
    private final DmxSource source;
    private byte[] name;
    private int sequence;
    private long heard;
    private int syncAddress;
    private boolean synced;
    private int priority;

    /** Levels and priorities that wait for a synchronization packet; -1: none wait. */
    private final byte[] waiting = new byte[Dmx.SLOTS];

    private int waits = -1;
    private final byte[] waitingPriorities = new byte[Dmx.SLOTS];
    private int prioritiesWait = -1;

    Track(SacnReader reader, DmxSource source) {
      this.cidHigh = reader.cidHigh();
      this.cidLow = reader.cidLow();
      this.source = source;
      this.name = reader.nameBytes();
      this.sequence = reader.sequence() - 1;
    }

    boolean is(SacnReader reader) {
      return cidHigh == reader.cidHigh() && cidLow == reader.cidLow();
    }
  }

  /** Who sends synchronization packets to which address. */
  private record SyncKey(UUID cid, int address) {}

  private static final class Sync {
    private int sequence;
    private long heard;
  }

  /** Who tells which universes. */
  private static final class Discovered {
    private int[] universes = {};
    private final Map<Integer, int[]> pages = new HashMap<>();
    private String name = "";
    private String address = "";
    private long heard;
    private boolean told;
  }

  private final SacnConfig config;
  private final UUID own;
  private final DmxReceiver lights;
  private final EndpointContext context;
  private final IntConsumer joinSync;
  private final Map<Integer, List<Track>> tracks = new HashMap<>();
  private final Map<SyncKey, Sync> syncs = new HashMap<>();
  private final Set<Integer> syncAddresses = new HashSet<>();
  private final Map<UUID, Discovered> discovered = new LinkedHashMap<>();
  private final GoneParameters gone;
  private final SacnReader reader = new SacnReader();
  private int listed;
  private long ignored;

  /**
   * @param own CID whose packets are one's own
   * @param joinSync asked to listen to a universe where synchronization packets come
   */
  SacnReceiver(
      SacnConfig config,
      UUID own,
      DmxReceiver lights,
      EndpointContext context,
      IntConsumer joinSync) {
    this.config = config;
    this.own = own;
    this.lights = lights;
    this.context = context;
    this.joinSync = joinSync;
    this.gone = new GoneParameters(context, MAX_DISCOVERED);
  }

  /** A datagram has come. */
  synchronized void received(byte[] datagram, int length, InetSocketAddress from, long nanos) {
    SacnReader.Kind kind = reader.read(datagram, length);
    switch (kind) {
      case BROKEN -> context.dropped("a datagram from " + text(from) + " " + reader.problem());
      case OTHER -> ignored++;
      case DATA, SYNC, DISCOVERY -> {
        if (reader.cidHigh() == own.getMostSignificantBits()
            && reader.cidLow() == own.getLeastSignificantBits()) {
          // Own packets come back because other programs of this machine shall hear them.
          return;
        }
        switch (kind) {
          case DATA -> data(datagram, from, nanos);
          case SYNC -> sync(nanos);
          default -> discovery(from, nanos);
        }
      }
    }
  }

  private static String text(InetSocketAddress from) {
    return from.getAddress().getHostAddress() + ":" + from.getPort();
  }

  // --- data --------------------------------------------------------------------------------------

  private void data(byte[] datagram, InetSocketAddress from, long nanos) {
    int universe = reader.universe();
    if (!config.universes().contains(universe) || reader.preview() && !config.receivePreview()) {
      ignored++;
      return;
    }
    List<Track> all = tracks.computeIfAbsent(universe, _ -> new ArrayList<>(2));
    Track track = find(all);
    if (reader.terminated()) {
      // What such a packet carries is not to be used (6.2.6).
      if (track != null) {
        all.remove(track);
        lights.terminated(universe, track.source, nanos);
      }
      return;
    }
    if (track == null) {
      if (all.size() >= MAX_TRACKS) {
        ignored++;
        return;
      }
      track =
          new Track(
              reader,
              new DmxSource(
                  reader.cid().toString(),
                  reader.sourceName(),
                  from.getAddress().getHostAddress()));
      all.add(track);
    } else if (reader.sequence() == track.sequence) {
      // The same packet by another way: a second interface, or unicast and multicast.
      ignored++;
      return;
    } else if (isOld((byte) (reader.sequence() - track.sequence))) {
      context.dropped("universe " + universe + ": a packet of " + track.source + " came late");
      return;
    }
    track.sequence = reader.sequence();
    track.heard = nanos;
    if (!reader.nameIs(track.name)) {
      track.name = reader.nameBytes();
      track.source.rename(reader.sourceName());
    }
    track.priority = reader.priority();
    if (reader.syncAddress() != 0 && waitsForSync(track, universe, nanos)) {
      hold(track, datagram);
      lights.touch(universe, track.source, nanos);
      return;
    }
    track.waits = -1;
    track.prioritiesWait = -1;
    lights.received(
        universe,
        track.source,
        track.priority,
        reader.startCode(),
        datagram,
        Sacn.SLOTS,
        reader.slots(),
        nanos);
  }

  private @Nullable Track find(List<Track> all) {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).is(reader)) {
        return all.get(i);
      }
    }
    return null;
  }

  /** 6.7.2: late or twice, but not a source that has begun again. */
  static boolean isOld(byte difference) {
    return difference <= 0 && difference > OLD;
  }

  // --- synchronization ---------------------------------------------------------------------------

  /**
   * Data waits only if synchronization packets have come lately (11.1); when they stop, it is shown
   * at once again if the source allows that, else not before they come again (6.2.6).
   */
  private boolean waitsForSync(Track track, int universe, long nanos) {
    int address = reader.syncAddress();
    if (address > Sacn.MAX_UNIVERSE) {
      return false;
    }
    if (address != track.syncAddress) {
      track.syncAddress = address;
      track.synced = false;
    }
    if (address != universe
        && !config.universes().contains(address)
        && syncAddresses.size() < MAX_SYNC_ADDRESSES
        && syncAddresses.add(address)) {
      joinSync.accept(address);
    }
    Sync sync = syncs.get(new SyncKey(reader.cid(), address));
    boolean alive = sync != null && nanos - sync.heard < Sacn.LOSS_NANOS;
    if (alive) {
      track.synced = true;
      return true;
    }
    if (track.synced && reader.forceSync()) {
      track.synced = false;
    }
    return track.synced;
  }

  private void hold(Track track, byte[] datagram) {
    int slots = reader.slots();
    if (reader.startCode() == Dmx.START_LEVELS) {
      System.arraycopy(datagram, Sacn.SLOTS, track.waiting, 0, slots);
      track.waits = slots;
    } else if (reader.startCode() == Dmx.START_PRIORITIES) {
      System.arraycopy(datagram, Sacn.SLOTS, track.waitingPriorities, 0, slots);
      track.prioritiesWait = slots;
    }
  }

  private void sync(long nanos) {
    int address = reader.syncUniverse();
    boolean wanted = config.universes().contains(address) || syncAddresses.contains(address);
    if (!wanted) {
      ignored++;
      return;
    }
    SyncKey key = new SyncKey(reader.cid(), address);
    Sync sync = syncs.get(key);
    if (sync == null) {
      if (syncs.size() >= MAX_SYNC_ADDRESSES * MAX_TRACKS) {
        ignored++;
        return;
      }
      sync = new Sync();
      syncs.put(key, sync);
    } else if (isOld((byte) (reader.syncSequence() - sync.sequence))) {
      ignored++;
      return;
    }
    sync.sequence = reader.syncSequence();
    sync.heard = nanos;
    tracks.forEach((universe, all) -> {
      for (Track track : all) {
        if (track.syncAddress == address && track.is(reader)) {
          release(universe, track, nanos);
        }
      }
    });
  }

  private void release(int universe, Track track, long nanos) {
    if (track.prioritiesWait >= 0) {
      lights.received(
          universe,
          track.source,
          track.priority,
          Dmx.START_PRIORITIES,
          track.waitingPriorities,
          0,
          track.prioritiesWait,
          nanos);
      track.prioritiesWait = -1;
    }
    if (track.waits >= 0) {
      lights.received(
          universe,
          track.source,
          track.priority,
          Dmx.START_LEVELS,
          track.waiting,
          0,
          track.waits,
          nanos);
      track.waits = -1;
    }
  }

  // --- universe discovery ------------------------------------------------------------------------

  private void discovery(InetSocketAddress from, long nanos) {
    if (reader.lastPage() > Sacn.LAST_PAGE || reader.page() > reader.lastPage()) {
      ignored++;
      return;
    }
    UUID cid = reader.cid();
    Discovered source = discovered.get(cid);
    if (source == null) {
      if (discovered.size() >= MAX_DISCOVERED) {
        ignored++;
        return;
      }
      source = new Discovered();
      discovered.put(cid, source);
    }
    source.heard = nanos;
    source.name = reader.sourceName();
    source.address = from.getAddress().getHostAddress();
    int[] page = IntStream.of(reader.listed()).filter(SacnReceiver::isUniverse).toArray();
    int[] before = source.pages.get(reader.page());
    boolean fewer = source.pages.keySet().stream().anyMatch(each -> each > reader.lastPage());
    if (Arrays.equals(page, before) && !fewer) {
      return;
    }
    listed -= size(source);
    source.pages.keySet().removeIf(each -> each > reader.lastPage() || each == reader.page());
    if (listed + size(source) + page.length > MAX_LISTED) {
      // The page is missing now, so that the list stays as it was told.
      ignored++;
    } else {
      source.pages.put(reader.page(), page);
    }
    listed += size(source);
    if (source.pages.size() <= reader.lastPage()) {
      return;
    }
    int[] universes =
        source.pages.values().stream().flatMapToInt(IntStream::of).sorted().distinct().toArray();
    if (!Arrays.equals(universes, source.universes)) {
      source.universes = universes;
      source.told = true;
      tell(cid, source, "active");
    }
  }

  private static boolean isUniverse(int number) {
    return number >= Sacn.MIN_UNIVERSE && number <= Sacn.MAX_UNIVERSE;
  }

  private static int size(Discovered source) {
    return source.pages.values().stream().mapToInt(page -> page.length).sum();
  }

  private static String path(UUID cid) {
    return "/$discovery/" + cid;
  }

  private void tell(UUID cid, Discovered source, String state) {
    if (!config.lights().input().sources()) {
      return;
    }
    gone.back(path(cid));
    Map<String, Value> about = about(source);
    about.put("state", Value.of(state));
    context.receive(
        new Parcel(
            List.of(new MappedSignal(path(cid), SignalType.PARAM, Value.of(about))),
            false,
            OptionalLong.empty(),
            Optional.of(source.address)));
  }

  private static Map<String, Value> about(Discovered source) {
    Map<String, Value> about = new LinkedHashMap<>();
    about.put("name", Value.of(source.name));
    about.put("address", Value.of(source.address));
    about.put(
        "universes",
        Value.of(IntStream.of(source.universes).mapToObj(each -> Value.of(each)).toList()));
    return about;
  }

  // --- time --------------------------------------------------------------------------------------

  /**
   * Lets go of who is silent.
   *
   * @return when to call again
   */
  synchronized long expire(long nanos) {
    long timeout = config.lights().input().merge().timeoutNanos();
    for (List<Track> all : tracks.values()) {
      all.removeIf(track -> nanos - track.heard >= timeout);
    }
    syncs.values().removeIf(sync -> nanos - sync.heard >= 2 * Sacn.LOSS_NANOS);
    for (Iterator<Map.Entry<UUID, Discovered>> each = discovered.entrySet().iterator();
        each.hasNext(); ) {
      Map.Entry<UUID, Discovered> entry = each.next();
      // Two packets may be lost.
      if (nanos - entry.getValue().heard >= 3 * Sacn.DISCOVERY_NANOS) {
        each.remove();
        listed -= size(entry.getValue());
        if (config.lights().input().sources() && entry.getValue().told) {
          tell(entry.getKey(), entry.getValue(), "lost");
          gone.gone(path(entry.getKey()), nanos);
        }
      }
    }
    long next = Math.min(lights.expire(nanos), gone.expire(nanos));
    return discovered.isEmpty() ? next : Math.min(next, nanos + Sacn.DISCOVERY_NANOS);
  }

  /** Others by what they tell of themselves, for people. */
  synchronized Value discovered() {
    Map<String, Value> table = new LinkedHashMap<>();
    discovered.forEach((cid, source) -> table.put(cid.toString(), Value.of(about(source))));
    return Value.of(table);
  }

  /** Packets that were good and not wanted: other universes, preview, other vectors. */
  synchronized long ignored() {
    return ignored;
  }
}
