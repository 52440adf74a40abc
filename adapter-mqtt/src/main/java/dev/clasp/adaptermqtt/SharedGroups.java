package dev.clasp.adaptermqtt;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Shared subscriptions (MQTT 5.0 section 4.8.2). Every member gets every message from the router,
 * so that the rights of each are asked; the first one that sees a message decides whose turn it is,
 * and the others keep to that, whoever has come or gone since. Nothing is passed between loops.
 * Thread-safe, without waiting.
 *
 * <p>Whose turn it is comes from the message and the member ("highest random weight": Thaler and
 * Ravishankar, 1998): everybody gets an equal share, and the turns of those who stay do not change
 * when others come or go. So it is right as well for a message whose decision is forgotten already,
 * because {@value Group#REMEMBERED} newer ones have come, except if its member has just come or
 * gone.
 */
final class SharedGroups {

  /** The members of one group with one filter. */
  static final class Group {

    /** A power of two. */
    private static final int REMEMBERED = 1024;

    private final CopyOnWriteArrayList<MqttSession> members = new CopyOnWriteArrayList<>();
    private final Map<Long, MqttSession> decided = new ConcurrentHashMap<>();
    private final AtomicLongArray order = new AtomicLongArray(REMEMBERED);
    private final AtomicInteger next = new AtomicInteger();

    /**
     * Whether this is the turn of a member: of those that are connected, or of all if nobody is.
     *
     * @param asking may have left the group: then it gets what was decided before
     * @param key of the message, the same for all of them
     * @param once whether no other message has this key: only then is the decision remembered
     */
    boolean isTurnOf(MqttSession asking, long key, boolean once) {
      if (!once) {
        return choose(key) == asking;
      }
      MqttSession whose = decided.get(key);
      if (whose == null) {
        MqttSession first = choose(key);
        if (first == null) {
          return false;
        }
        whose = decided.putIfAbsent(key, first);
        if (whose == null) {
          whose = first;
          long forgotten = order.getAndSet(next.getAndIncrement() & (REMEMBERED - 1), key);
          if (forgotten != key) {
            decided.remove(forgotten);
          }
        }
      }
      return whose == asking;
    }

    private @Nullable MqttSession choose(long key) {
      MqttSession best = null;
      boolean bestConnected = false;
      long most = 0;
      for (MqttSession each : members) {
        boolean connected = each.connected();
        long weight = mixed(key ^ each.weight());
        if (best == null
            || connected && !bestConnected
            || connected == bestConnected && weight > most) {
          best = each;
          bestConnected = connected;
          most = weight;
        }
      }
      return best;
    }

    /** The finalizer of MurmurHash3. */
    private static long mixed(long hash) {
      long h = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
      h = (h ^ h >>> 33) * 0xc4ceb9fe1a85ec53L;
      return h ^ h >>> 33;
    }
  }

  private final Map<String, Group> groups = new ConcurrentHashMap<>();

  Group join(TopicFilter filter, MqttSession member) {
    return groups.compute(
        filter.text(),
        (_, before) -> {
          Group group = before == null ? new Group() : before;
          group.members.addIfAbsent(member);
          return group;
        });
  }

  void leave(TopicFilter filter, MqttSession member) {
    groups.computeIfPresent(
        filter.text(),
        (_, group) -> {
          group.members.remove(member);
          return group.members.isEmpty() ? null : group;
        });
  }

  int size() {
    return groups.size();
  }
}
