package dev.clasp.adaptermqtt;

import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The subscriptions of a client, and what they say about a topic. Loop thread. */
final class Subscriptions {

  /** Topics that are remembered. */
  private static final int TOPICS = 1 << 12;

  /** Sets of subscriptions that matched together, remembered. */
  private static final int SETS = 32;

  private final Map<String, Subscribed> byFilter = new LinkedHashMap<>();

  /** Shared ones that were unsubscribed, for messages whose turn was decided before. */
  private final List<Subscribed> leaving = new ArrayList<>();

  private final Map<TopicName, Match> matches = new IdentityHashMap<>();
  private final List<Match> sets = new ArrayList<>();
  private final ArrayList<Subscribed> found = new ArrayList<>();
  private int highestQos;
  private int routerCount;
  private int nextRouterId;

  boolean isEmpty() {
    return byFilter.isEmpty();
  }

  int size() {
    return byFilter.size();
  }

  /** Subscriptions of the router that they are. */
  int routerCount() {
    return routerCount;
  }

  Collection<Subscribed> all() {
    return byFilter.values();
  }

  /** Of the filter as the client wrote it. */
  @Nullable Subscribed of(String filter) {
    return byFilter.get(filter);
  }

  int nextRouterId() {
    return ++nextRouterId;
  }

  int highestQos() {
    return highestQos;
  }

  /** Takes the place of the one with the same filter. */
  void put(Subscribed subscription) {
    String filter = subscription.filter().text();
    byFilter.put(filter, subscription);
    leaving.removeIf(each -> each.filter().text().equals(filter));
    changed();
  }

  @Nullable Subscribed remove(String filter) {
    Subscribed gone = byFilter.remove(filter);
    if (gone != null) {
      if (gone.group().isPresent()) {
        leaving.add(gone);
      }
      changed();
    }
    return gone;
  }

  /** What was on its way to a shared subscription when it was unsubscribed has come. */
  @SuppressWarnings("ReferenceEquality") // There is one object for each subscription.
  void left(Subscribed gone) {
    if (leaving.removeIf(each -> each == gone)) {
      changed();
    }
  }

  void clear() {
    byFilter.clear();
    leaving.clear();
    changed();
  }

  private void changed() {
    matches.clear();
    sets.clear();
    int highest = 0;
    int count = 0;
    for (Subscribed each : byFilter.values()) {
      highest = Math.max(highest, each.qos());
      count += each.routerIds().size();
    }
    highestQos = highest;
    routerCount = count;
  }

  Match match(TopicName name) {
    Match known = matches.get(name);
    if (known == null) {
      if (matches.size() >= TOPICS) {
        matches.clear();
      }
      known = compute(name.topic());
      matches.put(name, known);
    }
    return known;
  }

  /** Many topics are matched by the same subscriptions, and so share one answer. */
  private Match compute(String topic) {
    if (topic.isEmpty()) {
      return Match.NONE;
    }
    found.clear();
    for (Subscribed each : byFilter.values()) {
      if (each.filter().matches(topic)) {
        found.add(each);
      }
    }
    for (Subscribed each : leaving) {
      if (each.filter().matches(topic)) {
        found.add(each);
      }
    }
    if (found.isEmpty()) {
      return Match.NONE;
    }
    for (Match each : sets) {
      if (each.isOf(found)) {
        return each;
      }
    }
    Match made = Match.of(found);
    if (sets.size() < SETS) {
      sets.add(made);
    }
    return made;
  }
}
