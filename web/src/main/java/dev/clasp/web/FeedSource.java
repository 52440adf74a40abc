package dev.clasp.web;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.Signal;
import dev.clasp.client.SubscribeOptions;
import dev.clasp.client.Subscription;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.PatternException;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What all listeners of one session to the same patterns share: the subscriptions at the router,
 * the newest value of each address, and the last moments.
 *
 * <p><b>Going on.</b> Everything gets a number that goes up, and each value keeps the number with
 * which it came. A listener that has got everything up to a number goes on with the values and
 * moments behind it: no value is lost or told twice, however long it was away, and moments are
 * missing only if so many have come meanwhile that they are not kept; then it is told. Numbers hold
 * within one life of a source, which its epoch names; it lives on for a while without listeners.
 *
 * <p><b>Locks.</b> That of this object, then that of a feed. Feeds wake writers under the first, so
 * that order is kept; writers must not call back here.
 */
final class FeedSource {

  /** Moments that are kept for those who come back. */
  private static final int MAX_MOMENTS = 4096;

  private static final int MAX_MOMENT_BYTES = 4 << 20;

  /** Bytes of moments that count as one value. */
  private static final int MOMENT_WEIGHT = 256;

  /** Without listeners, until those whose connection was cut are back. */
  private static final long LINGER_NANOS = 60_000_000_000L;

  /** If there is never a quiet moment, the present values are taken to be here by then. */
  private static final long BUSY_NANOS = 2_000_000_000L;

  /** Between questions whether the present values are here, while the router is away. */
  private static final long AGAIN_NANOS = 200_000_000L;

  /** Then half a minute is over, and whoever waits is told. */
  private static final int MAX_FAILURES = 150;

  /** In the client, between the router and here. */
  private static final int BUFFER = 16_384;

  private static final int MAX_PATTERNS = 64;
  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * @param patterns none includes another
   * @param types empty: all
   */
  record Key(List<String> patterns, Set<SignalType> types) {

    static Key of(List<String> patterns, Set<SignalType> types) {
      if (patterns.isEmpty() || patterns.size() > MAX_PATTERNS) {
        throw new ProblemException(
            Problem.badRequest("1 to " + MAX_PATTERNS + " patterns, not " + patterns.size()));
      }
      List<AddressPattern> widest = new ArrayList<>();
      for (String text : patterns) {
        AddressPattern pattern;
        try {
          pattern = AddressPattern.parse(text);
        } catch (PatternException e) {
          throw new ProblemException(
              Problem.of(
                  400,
                  "bad-pattern",
                  "'"
                      + text
                      + "' is not a pattern: "
                      + e.getMessage()
                      + ". Patterns look like /lights/** or /lights/*/on"));
        }
        if (widest.stream().noneMatch(other -> other.includes(pattern))) {
          widest.removeIf(pattern::includes);
          widest.add(pattern);
        }
      }
      Set<SignalType> kinds =
          types.size() == SignalType.values().length ? Set.of() : Set.copyOf(types);
      return new Key(widest.stream().map(AddressPattern::text).sorted().toList(), kinds);
    }
  }

  private final ClaspClient client;
  private final WebClock clock;
  private final Key key;
  private final Consumer<FeedSource> onEnd;
  private final String epoch = Long.toString(RANDOM.nextLong() >>> 1, 36);
  private final List<Subscription> subscriptions = new ArrayList<>();
  private final Line line = new Line();
  private final CompletableFuture<Void> present = new CompletableFuture<>();

  /** Values by address; null has none. */
  private final Map<String, FeedItem> state = new HashMap<>();

  private final ArrayDeque<FeedItem> moments = new ArrayDeque<>();
  private int momentBytes;

  /** Moments up to this number are gone. */
  private long forgotten;

  private long number;

  /** Who came first is told first. */
  private final Set<Feed> feeds = new LinkedHashSet<>();

  private volatile boolean used = true;
  private long left;
  private boolean wasLeft;
  private boolean over;
  private @Nullable Problem why;

  FeedSource(ClaspClient client, WebClock clock, Key key, Consumer<FeedSource> onEnd) {
    this.client = client;
    this.clock = clock;
    this.key = key;
    this.onEnd = onEnd;
  }

  /** Where the client hands over signals; knows whether all of them have arrived. */
  private static final class Line implements Executor {
    private final AtomicInteger running = new AtomicInteger();
    private volatile @Nullable Runnable whenQuiet;

    @Override
    public void execute(Runnable task) {
      running.incrementAndGet();
      Thread.ofVirtual()
          .name("clasp-web-feed")
          .start(() -> {
            try {
              task.run();
            } finally {
              if (running.decrementAndGet() == 0) {
                quiet();
              }
            }
          });
    }

    private void quiet() {
      Runnable task = whenQuiet;
      if (task != null) {
        task.run();
      }
    }

    /** Runs a task, perhaps several times, when what was handed over before has arrived. */
    void whenQuiet(Runnable task) {
      whenQuiet = task;
      if (running.get() == 0) {
        task.run();
      }
    }
  }

  Key key() {
    return key;
  }

  /** Has listeners, or had some a moment ago. Takes no lock. */
  boolean isUsed() {
    return used;
  }

  /** Completes when the values of the time of the subscription are here. */
  CompletableFuture<Void> present() {
    return present.copy();
  }

  // --- the router --------------------------------------------------------------------------------

  /** Subscribes. Once. */
  void open() {
    SubscribeOptions options = SubscribeOptions.DEFAULT.withCapacity(BUFFER).withExecutor(line);
    if (!key.types().isEmpty()) {
      options = options.withTypes(key.types());
    }
    List<CompletableFuture<Subscription>> taken = new ArrayList<>();
    List<AddressPattern> patterns = key.patterns().stream().map(AddressPattern::parse).toList();
    try {
      for (int i = 0; i < patterns.size(); i++) {
        // Overlapping subscriptions each bring what both match; the first one counts.
        List<AddressPattern> before = List.copyOf(patterns.subList(0, i));
        Subscription subscription =
            client.subscribe(
                patterns.get(i).text(),
                options,
                signal -> {
                  for (AddressPattern earlier : before) {
                    if (earlier.matches(signal.address())) {
                      return;
                    }
                  }
                  accept(signal);
                });
        boolean late;
        synchronized (this) {
          subscriptions.add(subscription);
          late = over;
        }
        if (late) {
          subscription.close();
        }
        taken.add(subscription.active());
      }
    } catch (ClaspException e) {
      end(Problem.of(e));
      return;
    }
    CompletableFuture.allOf(taken.toArray(CompletableFuture[]::new))
        .whenComplete((_, failure) -> {
          if (failure != null) {
            end(Problem.of(failure));
          } else {
            awaitPresent(0);
          }
        });
  }

  /**
   * A PING is answered behind the present values. If the connection breaks meanwhile, they come
   * with the next one.
   */
  private void awaitPresent(int failures) {
    client
        .ping()
        .whenComplete((_, failure) -> {
          if (failure == null) {
            line.whenQuiet(() -> present.complete(null));
            clock.schedule(() -> present.complete(null), BUSY_NANOS);
          } else if (failures < MAX_FAILURES) {
            clock.schedule(
                () -> {
                  if (why() == null) {
                    awaitPresent(failures + 1);
                  }
                },
                AGAIN_NANOS);
          } else {
            end(Problem.of(failure));
          }
        });
  }

  private synchronized void accept(Signal signal) {
    if (over) {
      return;
    }
    boolean snapshot = signal instanceof Signal.Change change && change.fromSnapshot();
    FeedItem item = new FeedItem(epoch, ++number, signal, snapshot);
    if (signal instanceof Signal.Change change && !change.value().equals(Value.NULL)) {
      state.put(change.address(), item);
    } else {
      if (signal instanceof Signal.Change change) {
        // Deleted, or as good as that: new listeners need not know, those who come back must.
        state.remove(change.address());
      }
      moments.addLast(item);
      momentBytes += item.weight();
      while (moments.size() > MAX_MOMENTS || momentBytes > MAX_MOMENT_BYTES) {
        FeedItem old = moments.removeFirst();
        momentBytes -= old.weight();
        forgotten = old.number();
      }
    }
    feeds.forEach(feed -> feed.offer(item));
  }

  /** The router was away. What was before is not to be gone on with: moments are missing. */
  synchronized void reconnected() {
    if (!over) {
      moments.clear();
      momentBytes = 0;
      forgotten = number;
      feeds.forEach(Feed::markGap);
    }
  }

  /** Why it has ended, if it has. */
  synchronized @Nullable Problem why() {
    return why;
  }

  // --- listeners ---------------------------------------------------------------------------------

  /**
   * Adds a listener.
   *
   * @param resume the id of the last that it has got; anything else: from the present values
   * @return null if this has ended
   */
  synchronized @Nullable Feed join(int capacity, String resume) {
    if (over) {
      return null;
    }
    Feed feed = new Feed(this, capacity);
    long from = numberOf(resume);
    List<FeedItem> behind = new ArrayList<>();
    if (from < 0) {
      state.values().forEach(item -> behind.add(item.asSnapshot()));
      if (!resume.isEmpty()) {
        feed.markGap();
      }
    } else if (from < forgotten) {
      // That a value was deleted may be among what is forgotten: all that there is comes again.
      state.values().forEach(item -> behind.add(item.number() > from ? item : item.asSnapshot()));
      moments.stream().filter(item -> item.number() > from).forEach(behind::add);
      feed.markGap();
    } else {
      state.values().stream().filter(item -> item.number() > from).forEach(behind::add);
      moments.stream().filter(item -> item.number() > from).forEach(behind::add);
    }
    behind.sort(Comparator.comparingLong(FeedItem::number));
    behind.forEach(feed::replay);
    feeds.add(feed);
    used = true;
    return feed;
  }

  /**
   * Adds somebody who only looks at {@link #page}: nothing is told.
   *
   * @return null if this has ended
   */
  synchronized @Nullable Feed visit() {
    if (over) {
      return null;
    }
    Feed feed = new Feed(this, 1);
    feed.stopHere();
    feeds.add(feed);
    used = true;
    return feed;
  }

  /**
   * Some of the present values.
   *
   * @param items the first by address
   * @param total of all that are there
   */
  record Page(List<FeedItem> items, int total) {}

  /**
   * The present values behind an address, and no more than so many, in order. Takes memory for
   * those only, however many there are.
   */
  synchronized Page page(String after, int most) {
    PriorityQueue<FeedItem> first =
        new PriorityQueue<>(Comparator.comparing(FeedSource::address).reversed());
    for (FeedItem item : state.values()) {
      if (address(item).compareTo(after) <= 0) {
        continue;
      }
      if (first.size() < most) {
        first.add(item);
      } else if (!first.isEmpty() && address(item).compareTo(address(first.peek())) < 0) {
        first.poll();
        first.add(item);
      }
    }
    List<FeedItem> items = new ArrayList<>(first);
    items.sort(Comparator.comparing(FeedSource::address));
    return new Page(items, state.size());
  }

  private static String address(FeedItem item) {
    return item.signal().address();
  }

  /** About how many values it keeps. */
  synchronized int size() {
    return state.size() + momentBytes / MOMENT_WEIGHT;
  }

  /** When the last listener left, by the clock; only meaningful if {@link #isLeft}. */
  synchronized long leftNanos() {
    return left;
  }

  /** Has had listeners and has none. */
  synchronized boolean isLeft() {
    return wasLeft && feeds.isEmpty();
  }

  /** Ends it if nobody listens. */
  void endIfLeft() {
    end(Problem.away("nobody listened"), true);
  }

  /**
   * @return negative if it is none of ours
   */
  private long numberOf(String id) {
    if (id.length() > 40 || !id.startsWith(epoch + "-")) {
      return -1;
    }
    String digits = id.substring(epoch.length() + 1);
    if (!digits.matches("[0-9]{1,18}")) {
      return -1;
    }
    long from = Long.parseLong(digits);
    return from <= number ? from : -1;
  }

  synchronized void leave(Feed feed) {
    if (feeds.remove(feed) && feeds.isEmpty() && !over) {
      left = clock.nanoTime();
      wasLeft = true;
      clock.schedule(this::unused, LINGER_NANOS);
    }
  }

  private void unused() {
    synchronized (this) {
      if (!feeds.isEmpty() || over || clock.nanoTime() - left < LINGER_NANOS) {
        return;
      }
    }
    endIfLeft();
  }

  /** Ends it, and its feeds. Idempotent. */
  void end(Problem reason) {
    end(reason, false);
  }

  private void end(Problem reason, boolean onlyIfLeft) {
    List<Feed> told;
    List<Subscription> open;
    synchronized (this) {
      if (over || onlyIfLeft && !feeds.isEmpty()) {
        return;
      }
      over = true;
      why = reason;
      used = false;
      told = List.copyOf(feeds);
      open = List.copyOf(subscriptions);
      feeds.clear();
      state.clear();
      moments.clear();
    }
    open.forEach(Subscription::close);
    onEnd.accept(this);
    // Whoever waits for the present values looks at the feed then.
    told.forEach(feed -> feed.end(reason));
    present.complete(null);
  }
}
