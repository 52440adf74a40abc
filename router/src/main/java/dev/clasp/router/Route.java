package dev.clasp.router;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that receive an address, grouped by lane. Immutable.
 *
 * <p>A session appears once however many of its subscriptions match. One without options is in the
 * plain arrays of its lane; one with options is among the thinned members, together with what its
 * plain subscriptions want.
 */
final class Route {

  static final Route NONE = new Route(new Subscription[0], new Group[0]);

  private final Subscription[] subscriptions;
  private final Group[] groups;
  private final int size;

  private Route(Subscription[] subscriptions, Group[] groups) {
    this.subscriptions = subscriptions;
    this.groups = groups;
    int receivers = 0;
    for (Group group : groups) {
      Thinned[] thinned = group.thinned();
      receivers += group.sessions().length + (thinned == null ? 0 : thinned.length);
    }
    this.size = receivers;
  }

  /**
   * The receivers of one lane; {@code masks[i]} tells which signal types {@code sessions[i]} wants.
   *
   * @param thinned those with options, or null if there are none
   */
  record Group(Lane lane, Session[] sessions, int[] masks, Thinned @Nullable [] thinned) {}

  /**
   * A session that has subscriptions with options.
   *
   * @param mask the signal types it wants
   * @param plainMask those of which it wants every message
   * @param rules its subscriptions with options
   */
  record Thinned(Session session, int mask, int plainMask, Subscription[] rules) {}

  /** The route to these subscriptions, which are in order of age. */
  static Route of(Subscription[] subscriptions) {
    if (subscriptions.length == 0) {
      return NONE;
    }
    Map<Session, Receiver> receivers = new LinkedHashMap<>();
    for (Subscription s : subscriptions) {
      receivers.computeIfAbsent(s.session(), Receiver::new).add(s);
    }
    Map<Lane, List<Receiver>> byLane = new LinkedHashMap<>();
    for (Receiver receiver : receivers.values()) {
      byLane.computeIfAbsent(receiver.session.lane(), lane -> new ArrayList<>()).add(receiver);
    }
    Group[] groups = new Group[byLane.size()];
    int i = 0;
    for (Map.Entry<Lane, List<Receiver>> entry : byLane.entrySet()) {
      groups[i++] = group(entry.getKey(), entry.getValue());
    }
    return new Route(subscriptions, groups);
  }

  private static Group group(Lane lane, List<Receiver> receivers) {
    List<Receiver> plain = receivers.stream().filter(r -> r.rules.isEmpty()).toList();
    Thinned[] thinned =
        receivers.stream()
            .filter(r -> !r.rules.isEmpty())
            .map(r ->
                new Thinned(r.session, r.mask, r.plainMask, r.rules.toArray(Subscription[]::new)))
            .toArray(Thinned[]::new);
    return new Group(
        lane,
        plain.stream().map(r -> r.session).toArray(Session[]::new),
        plain.stream().mapToInt(r -> r.mask).toArray(),
        thinned.length == 0 ? null : thinned);
  }

  /** A session while its subscriptions are put together. */
  private static final class Receiver {
    final Session session;
    final List<Subscription> rules = new ArrayList<>(0);
    int mask;
    int plainMask;

    Receiver(Session session) {
      this.session = session;
    }

    void add(Subscription s) {
      mask |= s.typeMask();
      plainMask |= s.typeMask() & ~s.thinning().mask();
      if (s.thinning().mask() != 0) {
        rules.add(s);
      }
    }
  }

  /** Receivers of all lanes. */
  int size() {
    return size;
  }

  /** All receivers, by lane. */
  Group[] groups() {
    return groups;
  }

  /** The subscriptions that this is the route of, in order of age. Not to be changed. */
  Subscription[] subscriptions() {
    return subscriptions;
  }

  @Override
  public String toString() {
    return "route to " + Arrays.toString(subscriptions);
  }
}
