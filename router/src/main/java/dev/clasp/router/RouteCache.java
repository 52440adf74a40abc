package dev.clasp.router;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the one {@link Route} to a set of subscriptions, as long as somebody uses it, so that a
 * hundred thousand addresses with the same receivers hold one route. Not thread-safe.
 */
final class RouteCache {

  private final Map<Key, Use> uses = new HashMap<>();
  private final ReferenceQueue<Route> unused = new ReferenceQueue<>();

  /** Subscriptions in order of age. Identity, not content: sessions may hold equal ones. */
  private static final class Key {
    private final Subscription[] subscriptions;
    private final int hash;

    Key(Subscription[] subscriptions) {
      this.subscriptions = subscriptions;
      int h = 1;
      for (Subscription s : subscriptions) {
        h = 31 * h + Long.hashCode(s.order);
      }
      this.hash = h;
    }

    @Override
    public boolean equals(@Nullable Object o) {
      return o instanceof Key other
          && hash == other.hash
          && Arrays.equals(subscriptions, other.subscriptions);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  private static final class Use extends WeakReference<Route> {
    private final Key key;

    Use(Key key, Route route, ReferenceQueue<Route> unused) {
      super(route, unused);
      this.key = key;
    }
  }

  /**
   * The route to these subscriptions.
   *
   * @param subscriptions in order of age; not changed afterwards
   */
  Route of(Subscription[] subscriptions) {
    forgetUnused();
    if (subscriptions.length == 0) {
      return Route.NONE;
    }
    Key key = new Key(subscriptions);
    Use use = uses.get(key);
    Route route = use == null ? null : use.get();
    if (route == null) {
      route = Route.of(subscriptions);
      uses.put(key, new Use(key, route, unused));
    }
    return route;
  }

  int size() {
    forgetUnused();
    return uses.size();
  }

  private void forgetUnused() {
    for (Object use = unused.poll(); use != null; use = unused.poll()) {
      if (use instanceof Use u) {
        uses.remove(u.key, u);
      }
    }
  }
}
