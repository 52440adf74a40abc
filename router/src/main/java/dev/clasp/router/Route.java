package dev.clasp.router;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The sessions that receive an address, grouped by lane. Immutable.
 *
 * <p>A session appears once however many of its subscriptions match; its mask is the union of
 * theirs.
 *
 * @param size receivers of all lanes
 */
record Route(Group[] groups, int size) {

  static final Route NONE = new Route(new Group[0], 0);

  /**
   * The receivers of one lane; {@code masks[i]} tells which signal types {@code sessions[i]} wants.
   */
  record Group(Lane lane, Session[] sessions, int[] masks) {}

  static Route of(Collection<Subscription> subscriptions) {
    if (subscriptions.isEmpty()) {
      return NONE;
    }
    Map<Lane, Map<Session, Integer>> byLane = new LinkedHashMap<>();
    for (Subscription s : subscriptions) {
      byLane
          .computeIfAbsent(s.session().lane(), lane -> new LinkedHashMap<>())
          .merge(s.session(), s.typeMask(), (a, b) -> a | b);
    }
    List<Group> groups = new ArrayList<>(byLane.size());
    byLane.forEach((lane, masks) ->
        groups.add(
            new Group(
                lane,
                masks.keySet().toArray(Session[]::new),
                masks.values().stream().mapToInt(Integer::intValue).toArray())));
    return new Route(
        groups.toArray(Group[]::new), groups.stream().mapToInt(g -> g.sessions().length).sum());
  }
}
