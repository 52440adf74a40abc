package dev.clasp.client;

import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Timeline;
import dev.clasp.protocol.TimelineException;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who gets what: the subscriptions, and the parameters they cover. Loop, except {@link #cached}.
 *
 * <p>The router sends one copy of a message however many subscriptions match, so matching is done
 * again here, with the router's own matcher; the result is remembered for each address.
 *
 * <p><b>Each value once.</b> Signals are counted. For each parameter we know the count at which its
 * value was delivered to every matching subscription, for each subscription the count at which it
 * joined. A snapshot entry that brings a known value therefore goes exactly to the subscriptions
 * that joined later; one that brings a new value goes to all.
 */
final class Subscriptions {

  /** Addresses whose matching subscriptions are remembered. */
  private static final int MAX_ROUTES = 65_536;

  private static final SubscriptionHandle[] NOBODY = {};

  private final Counters counters;
  private final LongSupplier nanos;
  private final Map<Integer, SubscriptionHandle> all = new LinkedHashMap<>();
  private final Map<String, SubscriptionHandle[]> routes = new HashMap<>();
  private final Map<String, Known> known = new ConcurrentHashMap<>();
  private long count;

  /** The count when the connection was lost; entries from before it are to be confirmed. */
  private long countAtLoss;

  /** Since when what is known may be out of date; empty while all subscriptions are in force. */
  private volatile OptionalLong staleSince = OptionalLong.empty();

  Subscriptions(Counters counters, LongSupplier nanos) {
    this.counters = counters;
    this.nanos = nanos;
  }

  void add(SubscriptionHandle subscription) {
    subscription.joined(++count);
    all.put(subscription.id(), subscription);
    routes.clear();
  }

  /** True if it was there. */
  boolean remove(SubscriptionHandle subscription) {
    if (!all.remove(subscription.id(), subscription)) {
      return false;
    }
    routes.clear();
    known.keySet().removeIf(address -> subscription.matches(address) && !isCovered(address));
    return true;
  }

  private boolean isCovered(String address) {
    for (SubscriptionHandle subscription : all.values()) {
      if (subscription.wants(SignalType.PARAM) && subscription.matches(address)) {
        return true;
      }
    }
    return false;
  }

  /** In the order in which they were made. */
  Collection<SubscriptionHandle> all() {
    return all.values();
  }

  /** Any thread. */
  Optional<Parameter> cached(String address) {
    Known k = known.get(address);
    return k == null ? Optional.empty() : Optional.of(k.parameter());
  }

  /** Any thread. For how long what is cached may have been out of date; 0 = it is not. */
  long staleNanos() {
    OptionalLong since = staleSince;
    return since.isPresent() ? Math.max(1, nanos.getAsLong() - since.getAsLong()) : 0;
  }

  // --- delivery ----------------------------------------------------------------------------------

  void set(Message.SetValue set) {
    deliver(
        new Parameter(
            set.address(),
            set.value(),
            set.revision().orElse(0),
            Optional.empty(),
            OptionalLong.empty()),
        false,
        set.revision().isPresent());
  }

  void snapshot(Message.Parameter entry) {
    deliver(
        new Parameter(
            entry.address(),
            entry.value(),
            entry.revision(),
            entry.writer(),
            entry.timestampMicros()),
        true,
        true);
  }

  private void deliver(Parameter parameter, boolean fromSnapshot, boolean hasRevision) {
    SubscriptionHandle[] route = route(parameter.address());
    Signal signal = null;
    Known before = null;
    boolean same = false;
    for (SubscriptionHandle subscription : route) {
      if (!subscription.wants(SignalType.PARAM)) {
        continue;
      }
      if (signal == null) {
        before = known.get(parameter.address());
        same = hasRevision && before != null && isSame(before.parameter(), parameter);
        signal =
            new Signal.Change(
                parameter.address(),
                parameter.value(),
                parameter.revision(),
                parameter.writer(),
                parameter.timestampMicros(),
                fromSnapshot);
      }
      if (!same || (before != null && subscription.joined() > before.delivered())) {
        deliver(subscription, signal);
      }
    }
    if (signal != null) {
      known.put(
          parameter.address(),
          // A snapshot knows more about the same value.
          new Known(
              same && !fromSnapshot && before != null ? before.parameter() : parameter, ++count));
    }
  }

  /** A router that has restarted may give the same revision to another value. */
  private static boolean isSame(Parameter a, Parameter b) {
    return a.revision() == b.revision() && a.value().equals(b.value());
  }

  void publish(Message.Publish publish) {
    SubscriptionHandle[] route = route(publish.address());
    Signal signal = null;
    for (SubscriptionHandle subscription : route) {
      if (subscription.wants(publish.signal())) {
        if (signal == null) {
          signal = signal(publish);
        }
        deliver(subscription, signal);
      }
    }
  }

  private static Signal signal(Message.Publish publish) {
    String address = publish.address();
    OptionalLong time = publish.timestampMicros();
    return switch (publish.signal()) {
      // A parameter that is published instead of set is not state.
      case PARAM, EVENT -> new Signal.Event(address, single(publish.content()), time);
      case STREAM -> new Signal.Stream(address, samples(publish.content()), publish.rate(), time);
      case GESTURE ->
          new Signal.Gesture(
              address, publish.id().orElse(0), publish.phase(), single(publish.content()), time);
      case TIMELINE -> {
        Value value = single(publish.content());
        yield new Signal.TimelinePublished(address, timeline(value), value, time);
      }
    };
  }

  private static Optional<Timeline> timeline(Value value) {
    try {
      return Optional.of(Timeline.ofValue(value));
    } catch (TimelineException e) {
      return Optional.empty();
    }
  }

  private static Value single(Content content) {
    return switch (content) {
      case Content.None _ -> Value.NULL;
      case Content.Single(Value value) -> value;
      case Content.Samples _ -> Value.of(samples(content));
    };
  }

  private static List<Value> samples(Content content) {
    return switch (content) {
      case Content.None _ -> List.of();
      case Content.Single(Value value) -> List.of(value);
      case Content.Samples samples -> {
        List<Value> values = new ArrayList<>(samples.count());
        for (int i = 0; i < samples.count(); i++) {
          values.add(Value.of(samples.sample(i)));
        }
        yield values;
      }
    };
  }

  private void deliver(SubscriptionHandle subscription, Signal signal) {
    if (!subscription.isOpen() || subscription.skips(signal)) {
      return;
    }
    switch (subscription.sink().signal(signal)) {
      case ADDED -> counters.add(Counter.DELIVERED, 1);
      case CONFLATED -> counters.add(Counter.CONFLATED, 1);
      case REPLACED -> {
        counters.add(Counter.DELIVERED, 1);
        counters.add(Counter.DROPPED, 1);
      }
      case DROPPED -> counters.add(Counter.DROPPED, 1);
    }
  }

  private SubscriptionHandle[] route(String address) {
    SubscriptionHandle[] route = routes.get(address);
    if (route == null) {
      route = match(address);
      if (routes.size() >= MAX_ROUTES) {
        routes.clear();
      }
      routes.put(address, route);
    }
    return route;
  }

  private SubscriptionHandle[] match(String address) {
    List<SubscriptionHandle> matching = null;
    for (SubscriptionHandle subscription : all.values()) {
      if (subscription.matches(address)) {
        if (matching == null) {
          matching = new ArrayList<>();
        }
        matching.add(subscription);
      }
    }
    return matching == null ? NOBODY : matching.toArray(NOBODY);
  }

  /**
   * A subscription with this pattern that the router may still refuse.
   *
   * @param passed whatever was sent before this number is answered
   */
  @Nullable SubscriptionHandle unanswered(String pattern, long passed) {
    for (SubscriptionHandle subscription : all.values()) {
      if (subscription.sequence() > passed && subscription.pattern().equals(pattern)) {
        return subscription;
      }
    }
    return null;
  }

  /** The connection is lost: none is in force. */
  void lost() {
    countAtLoss = count;
    if (staleSince.isEmpty()) {
      staleSince = OptionalLong.of(nanos.getAsLong());
    }
    for (SubscriptionHandle subscription : all.values()) {
      subscription.sent(0);
      subscription.sink().lost();
    }
  }

  /**
   * All subscriptions are in force on a new connection, their snapshots delivered. What no snapshot
   * has brought the router does not have any more.
   */
  void resumed() {
    known.values().removeIf(k -> k.delivered() <= countAtLoss);
    staleSince = OptionalLong.empty();
  }

  /** The client is closed. */
  List<SubscriptionHandle> takeAll() {
    List<SubscriptionHandle> taken = List.copyOf(all.values());
    all.clear();
    routes.clear();
    return taken;
  }
}
