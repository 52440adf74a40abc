package dev.clasp.adaptermqtt;

import java.util.ArrayList;
import java.util.List;

/**
 * What the subscriptions of a client say about one topic. Those that are not shared are one: the
 * message comes once, with the highest QoS and all identifiers (MQTT 5.0 section 3.3.4).
 *
 * @param all that match
 * @param fromOthers messages of others
 * @param own messages of the client itself
 * @param shared subscriptions of which each has a turn of its own
 */
record Match(List<Subscribed> all, Target fromOthers, Target own, List<Subscribed> shared) {

  /**
   * @param qos highest that is wanted; -1 if nothing is
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Target(int qos, boolean retainAsPublished, int[] ids) {
    static final Target NOBODY = new Target(-1, false, new int[0]);

    static Target of(List<Subscribed> all) {
      return all.isEmpty()
          ? NOBODY
          : new Target(
              all.stream().mapToInt(Subscribed::qos).max().orElse(0),
              all.stream().anyMatch(Subscribed::retainAsPublished),
              all.stream().mapToInt(Subscribed::id).filter(id -> id != 0).toArray());
    }
  }

  static final Match NONE = of(List.of());

  static Match of(List<Subscribed> all) {
    List<Subscribed> fromOthers = new ArrayList<>(all.size());
    List<Subscribed> own = new ArrayList<>(all.size());
    List<Subscribed> shared = new ArrayList<>();
    for (Subscribed each : all) {
      if (each.group().isPresent()) {
        shared.add(each);
      } else {
        fromOthers.add(each);
        if (!each.noLocal()) {
          own.add(each);
        }
      }
    }
    return new Match(List.copyOf(all), Target.of(fromOthers), Target.of(own), List.copyOf(shared));
  }

  boolean concernsOwn() {
    return own.qos() >= 0 || !shared.isEmpty();
  }

  /** Is it what these say, the very same ones? */
  @SuppressWarnings("ReferenceEquality") // There is one object for each subscription.
  boolean isOf(List<Subscribed> others) {
    if (all.size() != others.size()) {
      return false;
    }
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i) != others.get(i)) {
        return false;
      }
    }
    return true;
  }
}
