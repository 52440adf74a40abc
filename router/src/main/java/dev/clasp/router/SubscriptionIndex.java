package dev.clasp.router;

import dev.clasp.protocol.AddressPattern.GlobstarParent;
import dev.clasp.protocol.AddressPattern.Segment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All subscriptions, as a tree of pattern segments that is run as a non-deterministic automaton
 * over the segments of an address: cost O(segments × live tree nodes), whatever the number of
 * subscriptions that do not match, and no backtracking however many {@code **} there are.
 *
 * <p>Routing does not come here: addresses cache their {@link Route} and compare {@link #epoch},
 * which every change raises. An address that is a few changes behind catches up by looking at those
 * changes only ({@link RouteChange}); one that is new or far behind is matched against the tree.
 *
 * <p>Thread-safe; a caller may hold stripe locks (lock order: stripes before this).
 */
final class SubscriptionIndex {

  /** Changes that are remembered. A power of two. */
  private static final int LOG = 64;

  private final GlobstarParent globstarParent;
  private final Node root = new Node();
  private volatile int epoch;
  private int size;
  private long added;
  private final RouteCache routes = new RouteCache();
  private final @Nullable RouteChange[] log = new @Nullable RouteChange[LOG];

  /** The nodes that are live before and after a segment; reused. */
  private ArrayList<Node> live = new ArrayList<>();

  private ArrayList<Node> next = new ArrayList<>();
  private int step;

  SubscriptionIndex() {
    this(GlobstarParent.MATCHES);
  }

  /** An index of patterns that were all parsed with this mode. */
  SubscriptionIndex(GlobstarParent globstarParent) {
    this.globstarParent = globstarParent;
  }

  /** Number of the current state; a cached route is valid while it is unchanged. */
  int epoch() {
    return epoch;
  }

  synchronized int size() {
    return size;
  }

  synchronized void add(Subscription subscription) {
    addBelow(Integer.MAX_VALUE, subscription);
  }

  /** Adds a subscription unless there are {@code max} already; true if it was added. */
  synchronized boolean addBelow(int max, Subscription subscription) {
    if (size >= max) {
      return false;
    }
    Node node = root;
    for (Segment segment : subscription.pattern().segments()) {
      node = node.child(segment);
    }
    subscription.order = added++;
    node.subscriptions.add(subscription);
    size++;
    changed(new RouteChange.Added(subscription, routes));
    subscription.epoch = epoch;
    return true;
  }

  synchronized void removeAll(Collection<Subscription> subscriptions) {
    for (Subscription subscription : subscriptions) {
      remove(root, subscription, subscription.pattern().segments(), 0);
    }
    changed(new RouteChange.Removed(Set.copyOf(subscriptions), routes));
  }

  /** Some subscriptions, at most so many. */
  synchronized List<Subscription> some(int max) {
    List<Subscription> some = new ArrayList<>();
    ArrayDeque<Node> open = new ArrayDeque<>(List.of(root));
    for (Node node = open.poll(); node != null && some.size() < max; node = open.poll()) {
      for (Subscription subscription : node.subscriptions) {
        if (some.size() < max) {
          some.add(subscription);
        }
      }
      if (open.size() < max) {
        open.addAll(node.children.values());
      }
    }
    return some;
  }

  /** Brings the route of an address up to date. The lock of its stripe is held. */
  synchronized void refresh(Address address) {
    int now = epoch;
    int behind = now - address.routeEpoch;
    if (address.routeEpoch < 0 || behind > LOG) {
      address.route = resolve(address.name);
    } else {
      Route route = address.route;
      for (int i = address.routeEpoch + 1; i <= now; i++) {
        route = Objects.requireNonNull(log[i & LOG - 1]).apply(route, address.name);
      }
      address.route = route;
    }
    address.routeEpoch = now;
  }

  /**
   * Is its route of so long ago that {@link #refresh} will not look at it? Lock of the stripe held.
   */
  boolean isFarBehind(Address address) {
    return address.routeEpoch >= 0 && epoch - address.routeEpoch > LOG;
  }

  /** The current route of an address. */
  synchronized Route resolve(byte[] address) {
    return routes.of(match(address));
  }

  /**
   * The subscriptions whose pattern matches and whose session may read the address, in order of
   * age.
   */
  synchronized Subscription[] match(byte[] address) {
    live.clear();
    step++;
    enter(root, live);
    for (String segment : segments(address)) {
      next.clear();
      step++;
      for (Node node : live) {
        step(node, segment);
      }
      ArrayList<Node> before = live;
      live = next;
      next = before;
      if (live.isEmpty()) {
        return NOTHING;
      }
    }
    ArrayList<Subscription> found = new ArrayList<>();
    for (Node node : live) {
      // The final ** of /a/** is live after /a because it may be nothing; whether that counts is
      // a setting. It is something if it was live before the last segment too.
      if (!node.stays || globstarParent == GlobstarParent.MATCHES || next.contains(node)) {
        for (Subscription subscription : node.subscriptions) {
          if (subscription.mayRead(address)) {
            found.add(subscription);
          }
        }
      }
    }
    found.sort(BY_AGE);
    return found.toArray(Subscription[]::new);
  }

  private static final Subscription[] NOTHING = {};
  private static final Comparator<Subscription> BY_AGE =
      Comparator.comparingLong(subscription -> subscription.order);

  @SuppressWarnings("NonAtomicVolatileUpdate") // only written under this object's monitor
  private void changed(RouteChange change) {
    int now = epoch + 1;
    log[now & LOG - 1] = change;
    epoch = now;
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
  private void enter(Node node, List<Node> nodes) {
    // A node below a ** is no ** itself: the canonical form has no two in a row.
    if (node.reached != step) {
      node.reached = step;
      nodes.add(node);
      if (node.many != null) {
        enter(node.many, nodes);
      }
    }
  }

  private void step(Node node, String segment) {
    if (node.stays) {
      enter(node, next);
    }
    Node literal = node.literals.get(segment);
    if (literal != null) {
      enter(literal, next);
    }
    if (node.one != null) {
      enter(node.one, next);
    }
    for (GlobChild glob : node.globs) {
      if (segment.startsWith(glob.prefix) && glob.segment.matches(segment)) {
        enter(glob.node, next);
      }
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

  /**
   * A child whose segment has a {@code *} inside.
   *
   * @param prefix what stands before it: most segments differ there already
   */
  private record GlobChild(String prefix, Segment.Glob segment, Node node) {
    static GlobChild of(Segment.Glob segment, Node node) {
      return new GlobChild(segment.text().substring(0, segment.text().indexOf('*')), segment, node);
    }
  }

  private static final class Node {
    final Map<Segment, Node> children = new HashMap<>(4);
    final Set<Subscription> subscriptions = new LinkedHashSet<>(4);

    /** The literal children again by text, and the wildcard children by kind. */
    final Map<String, Node> literals = new HashMap<>(4);

    final List<GlobChild> globs = new ArrayList<>(0);
    @Nullable Node one;
    @Nullable Node many;

    /** True for a node reached by {@code **}: it stays live whatever comes. */
    boolean stays;

    /** The step of a match that reached this node last. */
    int reached;

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
        case Segment.Glob glob -> globs.add(GlobChild.of(glob, node));
      }
      return node;
    }

    void drop(Segment segment) {
      Node node = children.remove(segment);
      switch (segment) {
        case Segment.Literal literal -> literals.remove(literal.text());
        case Segment.AnyOne _ -> one = null;
        case Segment.AnyMany _ -> many = null;
        case Segment.Glob _ -> globs.removeIf(glob -> glob.node == node);
      }
    }
  }
}
