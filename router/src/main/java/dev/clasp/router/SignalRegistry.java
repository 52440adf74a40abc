package dev.clasp.router;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.Message.Announce;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.MessageCodec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Announced signal definitions, by address (RT-19, RT-37).
 *
 * <p>A definition belongs to the session that announced it. While that session lives, nobody else
 * may replace it, except a client of the same name and the same token's subject: that is the same
 * client, come back before its old connection was found dead. When the session has ended its
 * definitions are stale: still found, but free for anybody to replace, first to go when the table
 * is full, and removed after a time.
 *
 * <p>Thread-safe: changes under the object's monitor, questions without it. No other lock is taken
 * meanwhile.
 */
final class SignalRegistry {

  /** Average size of a definition for which there is room, in bytes. */
  private static final long BYTES_EACH = 1024;

  /** One session may have this share of the table. */
  private static final int SHARES = 4;

  private final int max;
  private final Map<String, Entry> byAddress = new ConcurrentHashMap<>();
  private long bytes;

  /** Ended sessions that still have definitions, longest ended first. */
  private final ArrayDeque<Announcer> stale = new ArrayDeque<>();

  private record Entry(SignalDefinition definition, Announcer announcer, int bytes) {}

  /** A session in its role as the owner of definitions. Guarded by the registry. */
  static final class Announcer {
    private final String name;
    private final Set<String> addresses = new HashSet<>();
    private boolean live = true;

    /**
     * @param name of the client, see {@link Session#client}
     */
    Announcer(String name) {
      this.name = name;
    }
  }

  /** Why an announcement is refused, and because of which address, if of one. */
  record Rejection(Refusal refusal, Optional<String> address) {}

  SignalRegistry(int max) {
    this.max = max;
  }

  /** Number of definitions. Any thread. */
  int size() {
    return byAddress.size();
  }

  /** Ended sessions that still have definitions. Any thread. */
  synchronized int staleAnnouncers() {
    return stale.size();
  }

  /**
   * Stores the definitions, all or none.
   *
   * @param changed gets every address whose definition has changed
   * @return null if they are stored
   */
  synchronized @Nullable Rejection announce(
      Announcer announcer, List<SignalDefinition> definitions, Set<String> changed) {
    Map<String, Entry> news = new LinkedHashMap<>();
    for (SignalDefinition definition : definitions) {
      Entry present = byAddress.get(definition.address());
      if (present != null && !mayReplace(announcer, present.announcer)) {
        return new Rejection(
            new Refusal(
                ErrorCode.BAD_REQUEST,
                "SignalOwned: another session has announced this signal and is connected"),
            Optional.of(definition.address()));
      }
      news.put(definition.address(), new Entry(definition, announcer, sizeOf(definition)));
    }
    int ownCount = announcer.addresses.size();
    int addedCount = 0;
    long addedBytes = 0;
    for (Map.Entry<String, Entry> entry : news.entrySet()) {
      Entry present = byAddress.get(entry.getKey());
      addedBytes += entry.getValue().bytes - (present == null ? 0 : present.bytes);
      addedCount += present == null ? 1 : 0;
      ownCount += present == null || present.announcer != announcer ? 1 : 0;
    }
    if (ownCount > maxPerSession()) {
      return full("a session may announce at most " + maxPerSession() + " signals");
    }
    if (!fits(addedCount, addedBytes)
        && !makeRoom(addedCount, addedBytes, news.keySet(), changed)) {
      return full(
          "the router keeps at most "
              + max
              + " signal definitions of together "
              + max * BYTES_EACH
              + " bytes");
    }
    news.forEach(this::put);
    changed.addAll(news.keySet());
    return null;
  }

  /** At least one. */
  int maxPerSession() {
    return Math.max(1, max / SHARES);
  }

  private static boolean mayReplace(Announcer announcer, Announcer owner) {
    return owner == announcer || !owner.live || owner.name.equals(announcer.name);
  }

  private boolean fits(int count, long size) {
    return byAddress.size() + count <= max && bytes + size <= max * BYTES_EACH;
  }

  private static Rejection full(String text) {
    return new Rejection(
        new Refusal(ErrorCode.BAD_REQUEST, "AtCapacity: " + text), Optional.empty());
  }

  /** Removes stale definitions, the oldest first, until the new ones fit; none if they never do. */
  private boolean makeRoom(int count, long size, Set<String> spared, Set<String> changed) {
    List<String> leaving = new ArrayList<>();
    int lessCount = 0;
    long lessBytes = 0;
    for (Announcer announcer : stale) {
      for (String address : announcer.addresses) {
        Entry entry = byAddress.get(address);
        if (entry != null && !spared.contains(address)) {
          leaving.add(address);
          lessCount++;
          lessBytes += entry.bytes;
          if (fits(count - lessCount, size - lessBytes)) {
            leaving.forEach(this::remove);
            changed.addAll(leaving);
            return true;
          }
        }
      }
    }
    return false;
  }

  private void put(String address, Entry entry) {
    remove(address);
    byAddress.put(address, entry);
    entry.announcer.addresses.add(address);
    bytes += entry.bytes;
  }

  private void remove(String address) {
    Entry entry = byAddress.remove(address);
    if (entry != null) {
      bytes -= entry.bytes;
      Announcer announcer = entry.announcer;
      announcer.addresses.remove(address);
      if (!announcer.live && announcer.addresses.isEmpty()) {
        stale.remove(announcer);
      }
    }
  }

  /** The session has ended; false if it has nothing here. */
  synchronized boolean end(Announcer announcer) {
    announcer.live = false;
    if (announcer.addresses.isEmpty()) {
      return false;
    }
    stale.addLast(announcer);
    return true;
  }

  /** Removes what an ended session still has and nobody has announced since. */
  synchronized Set<String> expire(Announcer announcer) {
    Set<String> gone = Set.copyOf(announcer.addresses);
    gone.forEach(this::remove);
    return gone;
  }

  /** The definition of an address, or null. Any thread. */
  @Nullable SignalDefinition find(String address) {
    Entry entry = byAddress.get(address);
    return entry == null ? null : entry.definition;
  }

  /** Definitions whose address matches, sorted by address. Any thread. */
  List<SignalDefinition> query(AddressPattern pattern) {
    List<SignalDefinition> found = new ArrayList<>();
    for (Entry entry : byAddress.values()) {
      if (pattern.matches(entry.definition.address())) {
        found.add(entry.definition);
      }
    }
    found.sort(Comparator.comparing(SignalDefinition::address));
    return found;
  }

  private static int sizeOf(SignalDefinition definition) {
    return MessageCodec.encode(new Announce("", List.of(definition), Map.of())).length;
  }
}
