package dev.clasp.adaptermqtt;

import java.util.List;
import java.util.Optional;

/**
 * One subscription of a client.
 *
 * @param id that the client gave it; 0 = none
 * @param routerIds of the subscriptions of the router that it is made of
 */
record Subscribed(
    TopicFilter filter,
    int qos,
    boolean noLocal,
    boolean retainAsPublished,
    int id,
    List<Integer> routerIds,
    Optional<SharedGroups.Group> group) {

  private static final int[] NO_IDS = {};

  Subscribed {
    routerIds = List.copyOf(routerIds);
  }

  int[] ids() {
    return id == 0 ? NO_IDS : new int[] {id};
  }
}
