package dev.clasp.router;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/**
 * One change of the subscriptions: it takes the route of an address from before to after. Addresses
 * with the same route before share the one after, so that a change costs each address a look-up,
 * and only each different route a copy. Guarded by the {@link SubscriptionIndex}.
 */
abstract sealed class RouteChange {

  private final RouteCache routes;
  private final Map<Route, Route> after = new IdentityHashMap<>(4);

  private RouteChange(RouteCache routes) {
    this.routes = routes;
  }

  /** The route of the address after the change. */
  final Route apply(Route before, byte[] address) {
    return concerns(address)
        ? after.computeIfAbsent(before, r -> routes.of(change(r.subscriptions())))
        : before;
  }

  abstract boolean concerns(byte[] address);

  /** Subscriptions of a route, in order of age, to what is left or added; not in place. */
  abstract Subscription[] change(Subscription[] before);

  /** A subscription was added, younger than all others. */
  static final class Added extends RouteChange {
    private final Subscription added;

    Added(Subscription added, RouteCache routes) {
      super(routes);
      this.added = added;
    }

    @Override
    boolean concerns(byte[] address) {
      return added.concerns(address);
    }

    @Override
    Subscription[] change(Subscription[] before) {
      Subscription[] more = Arrays.copyOf(before, before.length + 1);
      more[before.length] = added;
      return more;
    }
  }

  /** Some subscriptions were removed. */
  static final class Removed extends RouteChange {
    private final Set<Subscription> removed;

    Removed(Set<Subscription> removed, RouteCache routes) {
      super(routes);
      this.removed = removed;
    }

    @Override
    boolean concerns(byte[] address) {
      // Whether it matched is faster found in the route than by matching.
      return true;
    }

    @Override
    Subscription[] change(Subscription[] before) {
      return Arrays.stream(before).filter(s -> !removed.contains(s)).toArray(Subscription[]::new);
    }
  }
}
