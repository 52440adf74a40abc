package dev.clasp.bridgeartnet;

import dev.clasp.bridgeartnet.ArtNetPacket.ArtPoll;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtPollReply;
import dev.clasp.bridgeartnet.ArtNetPacket.ReplyPort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The part of a controller: polls, keeps the table of nodes, and says who wants a universe.
 *
 * <p>Pure: time, chance and the wire are given. Not thread-safe, except where it is said.
 */
final class ArtNetController {

  /** Polls come every 2.5 to 3 s. */
  private static final long POLL_NANOS = 2_500_000_000L;

  private static final long POLL_SPREAD_NANOS = 500_000_000L;

  /** Three polls without a reply, and the second that a node may wait. */
  private static final long GONE_NANOS = 3 * (POLL_NANOS + POLL_SPREAD_NANOS) + 1_000_000_000L;

  /** Pages of all nodes together. */
  private static final int MAX_PAGES = 2_048;

  /**
   * Names a page.
   *
   * @param bindIndex from 1
   */
  record Key(InetAddress address, int bindIndex) {}

  /** A page of a node. */
  static final class Entry {
    final Key key;
    final InetSocketAddress machine;
    ArtPollReply reply;
    long heard;

    Entry(Key key, InetSocketAddress machine, ArtPollReply reply, long heard) {
      this.key = key;
      this.machine = machine;
      this.reply = reply;
      this.heard = heard;
    }
  }

  /** Hears of changes. */
  interface Watcher {

    /** It is new, or tells something else than before. */
    void changed(Entry entry);

    void gone(Entry entry);
  }

  private final Wire wire;
  private final Supplier<List<InetSocketAddress>> where;
  private final RandomGenerator random;
  private final Watcher watcher;
  private final int port;
  private final Map<Key, Entry> entries = new LinkedHashMap<>();
  private volatile Map<Integer, List<InetSocketAddress>> subscribers = Map.of();
  private long pollAt = Long.MIN_VALUE;
  private boolean full;

  /**
   * @param where polls go, asked each time
   * @param port of Art-Net, at which nodes listen from wherever they reply
   */
  ArtNetController(
      Wire wire,
      Supplier<List<InetSocketAddress>> where,
      int port,
      RandomGenerator random,
      Watcher watcher) {
    this.wire = wire;
    this.port = port;
    this.where = where;
    this.random = random;
    this.watcher = watcher;
  }

  /**
   * Polls, and lets go of those that do not answer.
   *
   * @return when to call again
   */
  long tick(long nanos) {
    if (pollAt == Long.MIN_VALUE || nanos - pollAt >= 0) {
      ArtPoll poll = new ArtPoll(ArtPoll.REPLY_ON_CHANGE, 0x10, 0, 0, 0, 0);
      where.get().forEach(to -> wire.send(poll, to));
      pollAt = nanos + POLL_NANOS + random.nextLong(POLL_SPREAD_NANOS);
    }
    List<Entry> gone =
        entries.values().stream().filter(entry -> nanos - entry.heard >= GONE_NANOS).toList();
    for (Entry entry : gone) {
      entries.remove(entry.key);
      index();
      full = false;
      watcher.gone(entry);
    }
    long next = pollAt;
    for (Entry entry : entries.values()) {
      next = Math.min(next, entry.heard + GONE_NANOS);
    }
    return next;
  }

  /** False if the table has no place for it. */
  boolean replied(ArtPollReply reply, InetSocketAddress from, long nanos) {
    Key key = new Key(from.getAddress(), Math.max(1, reply.bindIndex()));
    Entry entry = entries.get(key);
    if (entry == null) {
      if (entries.size() >= MAX_PAGES) {
        boolean first = !full;
        full = true;
        return !first;
      }
      entry = new Entry(key, new InetSocketAddress(from.getAddress(), port), reply, nanos);
      entries.put(key, entry);
      index();
      watcher.changed(entry);
      return true;
    }
    entry.heard = nanos;
    ArtPollReply before = entry.reply;
    if (!tells(before).equals(tells(reply))) {
      entry.reply = reply;
      index();
      watcher.changed(entry);
    }
    return true;
  }

  /** Everything but the report, which counts replies. */
  private static List<Object> tells(ArtPollReply reply) {
    return List.of(
        reply.netSwitch(),
        reply.subSwitch(),
        reply.oem(),
        reply.esta(),
        reply.status1(),
        reply.status2(),
        reply.status3(),
        reply.portName(),
        reply.longName(),
        reply.numPorts(),
        reply.ports(),
        reply.style(),
        reply.version());
  }

  /** Others read it while frames leave: it is replaced, never changed. */
  private void index() {
    Map<Integer, Set<InetSocketAddress>> found = new HashMap<>();
    for (Entry entry : entries.values()) {
      for (int address : outputs(entry.reply)) {
        found.computeIfAbsent(address, _ -> new LinkedHashSet<>()).add(entry.machine);
      }
    }
    Map<Integer, List<InetSocketAddress>> lists = new HashMap<>();
    found.forEach((address, machines) -> lists.put(address, List.copyOf(machines)));
    subscribers = Map.copyOf(lists);
  }

  /** Port-addresses that it puts out: what it wants to get. */
  static Set<Integer> outputs(ArtPollReply reply) {
    return addresses(reply, true);
  }

  /** Port-addresses that it sends. */
  static Set<Integer> inputs(ArtPollReply reply) {
    return addresses(reply, false);
  }

  private static Set<Integer> addresses(ArtPollReply reply, boolean outputs) {
    Set<Integer> addresses = new TreeSet<>();
    // NumPorts is not to be relied on: some count only the one kind.
    for (ReplyPort port : reply.ports()) {
      if (outputs && port.outputs()) {
        addresses.add(reply.portAddress(port.swOut()));
      } else if (!outputs && port.inputs()) {
        addresses.add(reply.portAddress(port.swIn()));
      }
    }
    return addresses;
  }

  /** Who wants this universe; each machine once. Any thread. */
  List<InetSocketAddress> subscribers(int portAddress) {
    return subscribers.getOrDefault(portAddress, List.of());
  }

  List<Entry> nodes() {
    return new ArrayList<>(entries.values());
  }
}
