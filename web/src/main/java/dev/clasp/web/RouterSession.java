package dev.clasp.web;

import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.SignalType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One session of the router, for one program or for all with one token. Thread-safe. */
public final class RouterSession implements AutoCloseable {

  /** Sources without listeners. */
  private static final int MAX_UNUSED = 256;

  /** What they keep together, besides that of the last one. */
  private static final int MAX_UNUSED_VALUES = 100_000;

  private final ClaspClient client;
  private final WebClock clock;
  private final Map<FeedSource.Key, FeedSource> sources = new HashMap<>();
  private final List<Consumer<Problem>> listeners = new ArrayList<>();
  private @Nullable Problem end;
  private int holds;

  RouterSession(ClaspClient client, WebClock clock) {
    this.client = client;
    this.clock = clock;
  }

  /** To work with; not to be closed. */
  public ClaspClient client() {
    return client;
  }

  public synchronized boolean isOpen() {
    return end == null;
  }

  /** Runs once, with the reason, when the session has ended; at once if it has. */
  public void whenEnded(Consumer<Problem> listener) {
    Problem over;
    synchronized (this) {
      over = end;
      if (over == null) {
        listeners.add(listener);
      }
    }
    if (over != null) {
      listener.accept(over);
    }
  }

  /**
   * Listens to signals. The present values come first, marked; see {@link Feed}.
   *
   * @param types empty: all
   * @param resume the {@link FeedItem#id} after which to go on; empty text: from the present values
   * @throws ProblemException a pattern is none (400), or the session has ended. What the router
   *     refuses ends the feed
   */
  public Feed feed(List<String> patterns, Set<SignalType> types, int capacity, String resume) {
    return join(FeedSource.Key.of(patterns, types), source -> source.join(capacity, resume));
  }

  /** Only to look at {@link Feed#page}. As {@link #feed} otherwise. */
  Feed visit(String pattern) {
    return join(FeedSource.Key.of(List.of(pattern), Set.of(SignalType.PARAM)), FeedSource::visit);
  }

  private Feed join(FeedSource.Key key, Function<FeedSource, @Nullable Feed> way) {
    while (true) {
      FeedSource source;
      boolean made = false;
      synchronized (this) {
        Problem over = end;
        if (over != null) {
          throw new ProblemException(over);
        }
        source = sources.get(key);
        if (source == null) {
          source = new FeedSource(client, clock, key, this::ended);
          sources.put(key, source);
          made = true;
        }
      }
      if (made) {
        makeRoom();
      }
      Feed feed = way.apply(source);
      if (made) {
        // Behind the first listener, who is told if the router refuses at once.
        source.open();
      }
      if (feed != null) {
        return feed;
      }
      // It ended in between.
      Problem why = source.why();
      if (made && why != null) {
        throw new ProblemException(why);
      }
      ended(source);
    }
  }

  /** From the present values, with room for a usual number of events. */
  public Feed feed(List<String> patterns, Set<SignalType> types) {
    return feed(patterns, types, Feed.CAPACITY, "");
  }

  /**
   * Sources that nobody listens to are kept for a while, for those who come back; but each of them
   * is a subscription at the router and a copy of its values. Those that were left first go.
   */
  private void makeRoom() {
    List<FeedSource> all;
    synchronized (this) {
      all = List.copyOf(sources.values());
    }
    List<FeedSource> unused =
        all.stream()
            .filter(source -> source.isLeft())
            .sorted(Comparator.comparingLong(FeedSource::leftNanos).reversed())
            .toList();
    long kept = 0;
    for (int i = 0; i < unused.size(); i++) {
      kept += unused.get(i).size();
      if (i >= MAX_UNUSED || i > 0 && kept > MAX_UNUSED_VALUES) {
        unused.get(i).endIfLeft();
      }
    }
  }

  private synchronized void ended(FeedSource source) {
    sources.remove(source.key(), source);
  }

  /** It is not idle until {@link #release}. */
  public synchronized void hold() {
    holds++;
  }

  public synchronized void release() {
    holds--;
  }

  synchronized boolean isHeld() {
    return holds > 0 || sources.values().stream().anyMatch(FeedSource::isUsed);
  }

  void reconnected() {
    List<FeedSource> all;
    synchronized (this) {
      all = List.copyOf(sources.values());
    }
    all.forEach(FeedSource::reconnected);
  }

  void ended(@Nullable Problem why) {
    List<FeedSource> open;
    List<Consumer<Problem>> told;
    Problem over = why == null ? Problem.away("the session was closed") : why;
    synchronized (this) {
      if (end != null) {
        return;
      }
      end = over;
      open = List.copyOf(sources.values());
      told = List.copyOf(listeners);
      sources.clear();
      listeners.clear();
    }
    open.forEach(source -> source.end(over));
    told.forEach(listener -> listener.accept(over));
  }

  CompletableFuture<Void> closing(Problem why) {
    ended(why);
    return client.closeAsync();
  }

  /** Ends it, and its feeds. Does not wait. Idempotent. */
  @Override
  public void close() {
    var _ = closing(Problem.away("the session was closed"));
  }
}
