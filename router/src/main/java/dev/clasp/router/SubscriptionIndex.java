package dev.clasp.router;

import dev.clasp.protocol.AddressPattern.Segment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All subscriptions, as a tree of pattern segments that is run as a non-deterministic automaton
 * over the segments of an address: cost O(segments × live tree nodes), whatever the number of
 * subscriptions that do not match, and no backtracking however many {@code **} there are.
 *
 * <p>Routing does not come here: addresses cache their {@link Route} and compare {@link #epoch}.
 * Every change raises the epoch. Thread-safe; a caller may hold stripe locks (lock order: stripes
 * before this).
 */
final class SubscriptionIndex {

  private final Node root = new Node();
  private volatile int epoch;
  private int size;

  /** Routes already built in this epoch, so that addresses with the same receivers share one. */
  private final Map<Set<Subscription>, Route> routes = new HashMap<>();

  /** Number of the current state; a cached route is valid while it is unchanged. */
  int epoch() {
    return epoch;
  }

  synchronized int size() {
    return size;
  }

  synchronized void add(Subscription subscription) {
    Node node = root;
    for (Segment segment : subscription.pattern().segments()) {
      node = node.child(segment);
    }
    node.subscriptions.add(subscription);
    size++;
    changed();
  }

  synchronized void removeAll(Collection<Subscription> subscriptions) {
    for (Subscription subscription : subscriptions) {
      remove(root, subscription, subscription.pattern().segments(), 0);
    }
    changed();
  }

  /** Every subscription. */
  synchronized List<Subscription> all() {
    List<Subscription> all = new ArrayList<>(size);
    ArrayDeque<Node> open = new ArrayDeque<>(List.of(root));
    for (Node node = open.poll(); node != null; node = open.poll()) {
      all.addAll(node.subscriptions);
      open.addAll(node.children.values());
    }
    return all;
  }

  /** The route of an address and nothing newer than the epoch read before. */
  synchronized Route resolve(byte[] address) {
    Set<Subscription> matching = match(address);
    if (matching.isEmpty()) {
      return Route.NONE;
    }
    return routes.computeIfAbsent(matching, Route::of);
  }

  /** The subscriptions whose pattern matches. */
  synchronized Set<Subscription> match(byte[] address) {
    Set<Node> live = Collections.newSetFromMap(new IdentityHashMap<>());
    enter(root, live);
    for (String segment : segments(address)) {
      Set<Node> next = Collections.newSetFromMap(new IdentityHashMap<>());
      for (Node node : live) {
        node.step(segment, next);
      }
      live = next;
      if (live.isEmpty()) {
        return Set.of();
      }
    }
    Set<Subscription> found = new LinkedHashSet<>();
    for (Node node : live) {
      found.addAll(node.subscriptions);
    }
    return found;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // only written under this object's monitor
  private void changed() {
    routes.clear();
    epoch++;
  }

  private boolean remove(Node node, Subscription subscription, List<Segment> path, int depth) {
    if (depth == path.size()) {
      if (node.subscriptions.remove(subscription)) {
        size--;
      }
    } else {
      Segment segment = path.get(depth);
      Node child = node.children.get(segment);
      if (child != null && remove(child, subscription, path, depth + 1)) {
        node.drop(segment);
      }
    }
    return node.subscriptions.isEmpty() && node.children.isEmpty();
  }

  /** Adds a node and, since {@code **} matches nothing too, the {@code **} below it. */
  private static void enter(Node node, Set<Node> live) {
    live.add(node);
    if (node.many != null) {
      enter(node.many, live);
    }
  }

  private static List<String> segments(byte[] address) {
    String text = new String(address, StandardCharsets.UTF_8);
    List<String> segments = new ArrayList<>();
    int start = 1;
    for (int slash = text.indexOf('/', start); slash >= 0; slash = text.indexOf('/', start)) {
      segments.add(text.substring(start, slash));
      start = slash + 1;
    }
    segments.add(text.substring(start));
    return segments;
  }

  private static final class Node {
    final Map<Segment, Node> children = new HashMap<>(4);
    final Set<Subscription> subscriptions = new LinkedHashSet<>(4);

    /** The literal children again by text, and the wildcard children by kind. */
    final Map<String, Node> literals = new HashMap<>(4);

    final List<Map.Entry<Segment.Glob, Node>> globs = new ArrayList<>(0);
    @Nullable Node one;
    @Nullable Node many;

    /** True for a node reached by {@code **}: it stays live whatever comes. */
    boolean stays;

    Node child(Segment segment) {
      Node existing = children.get(segment);
      if (existing != null) {
        return existing;
      }
      Node node = new Node();
      children.put(segment, node);
      switch (segment) {
        case Segment.Literal literal -> literals.put(literal.text(), node);
        case Segment.AnyOne _ -> one = node;
        case Segment.AnyMany _ -> {
          many = node;
          node.stays = true;
        }
        case Segment.Glob glob -> globs.add(Map.entry(glob, node));
      }
      return node;
    }

    void drop(Segment segment) {
      Node node = children.remove(segment);
      switch (segment) {
        case Segment.Literal literal -> literals.remove(literal.text());
        case Segment.AnyOne _ -> one = null;
        case Segment.AnyMany _ -> many = null;
        case Segment.Glob _ -> globs.removeIf(entry -> entry.getValue() == node);
      }
    }

    void step(String segment, Set<Node> next) {
      if (stays) {
        enter(this, next);
      }
      Node literal = literals.get(segment);
      if (literal != null) {
        enter(literal, next);
      }
      if (one != null) {
        enter(one, next);
      }
      for (Map.Entry<Segment.Glob, Node> glob : globs) {
        if (glob.getKey().matches(segment)) {
          enter(glob.getValue(), next);
        }
      }
    }
  }
}
