package dev.clasp.client;

import dev.clasp.protocol.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A {@link View}: the loop writes, anybody reads. What is to be told waits in a form that does not
 * grow: that a state is due, or the addresses that have changed.
 */
final class ViewSink implements SignalSink, View {

  /** Of an entry of the map, the parameter and its texts. */
  private static final int OVERHEAD = 160;

  private static final int OBJECT = 24;

  /** Events told before others get their turn on the line. */
  private static final int BURST = 64;

  private final Function<String, Optional<Parameter>> known;
  private final TaskLine line;
  private final Optional<Consumer<? super ViewEvent>> callback;
  private final Consumer<Throwable> onFailure;
  private final int maxAddresses;
  private final long maxBytes;
  private final BiConsumer<ViewSink, ClaspException> onOverflow;

  private final TaskLine.Task tell =
      new TaskLine.Task() {
        @Override
        public void run() {
          tell();
        }

        @Override
        public void refused() {
          // What is to be told is kept, and told with what comes next.
          lock.lock();
          try {
            telling = false;
          } finally {
            lock.unlock();
          }
        }
      };

  private final ReentrantLock lock = new ReentrantLock();

  // Under the lock.
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();

  /** Changed and not told yet, with what was told before. */
  private final Map<String, Optional<Parameter>> changed = new LinkedHashMap<>();

  private boolean stateDue;
  private boolean staleDue;
  private @Nullable ClaspException endDue;
  private boolean telling;
  private boolean live;
  private boolean over;

  /** What the parameters take, about. */
  private long bytes;

  private volatile @Nullable SubscriptionHandle subscription;

  /**
   * @param known what the client knows of an address
   * @param onFailure told what the callback throws
   * @param onOverflow told once, on the loop, when there is more than may be
   */
  ViewSink(
      Function<String, Optional<Parameter>> known,
      TaskLine line,
      Optional<Consumer<? super ViewEvent>> callback,
      Consumer<Throwable> onFailure,
      int maxAddresses,
      long maxBytes,
      BiConsumer<ViewSink, ClaspException> onOverflow) {
    this.maxAddresses = maxAddresses;
    this.maxBytes = maxBytes;
    this.onOverflow = onOverflow;
    this.known = known;
    this.line = line;
    this.callback = callback;
    this.onFailure = onFailure;
  }

  /** Before anybody else sees it, the loop too: the first signal may be one too many. */
  void belongsTo(SubscriptionHandle value) {
    subscription = value;
  }

  // --- the loop ----------------------------------------------------------------------------------

  @Override
  public SignalBuffer.Outcome signal(Signal signal) {
    if (!(signal instanceof Signal.Change change)) {
      return SignalBuffer.Outcome.DROPPED;
    }
    Parameter parameter =
        new Parameter(
            change.address(),
            change.value(),
            change.revision(),
            change.writer(),
            change.timestampMicros());
    lock.lock();
    try {
      if (over) {
        return SignalBuffer.Outcome.DROPPED;
      }
      Parameter before = parameters.get(parameter.address());
      long more = footprint(parameter) - (before == null ? 0 : footprint(before));
      if (bytes + more > maxBytes || before == null && parameters.size() >= maxAddresses) {
        over = true;
        live = false;
        onOverflow.accept(this, full(parameter.address()));
        return SignalBuffer.Outcome.DROPPED;
      }
      bytes += more;
      parameters.put(parameter.address(), parameter);
      if (!live || stateDue || callback.isEmpty()) {
        // Told with the state.
        return SignalBuffer.Outcome.ADDED;
      }
      boolean conflated =
          changed.putIfAbsent(parameter.address(), Optional.ofNullable(before)) != null;
      stage();
      return conflated ? SignalBuffer.Outcome.CONFLATED : SignalBuffer.Outcome.ADDED;
    } finally {
      lock.unlock();
    }
  }

  private ClaspException full(String address) {
    return ClaspException.of(
        ClaspException.Kind.OVERFLOW,
        "the view is over: "
            + address
            + " was too much, a view may hold "
            + maxAddresses
            + " parameters and "
            + maxBytes / 1024
            + " KiB; watch less, or raise maxView");
  }

  /** Memory that a parameter takes, about, in bytes. */
  private static long footprint(Parameter parameter) {
    return OVERHEAD + parameter.address().length() + footprint(parameter.value());
  }

  private static long footprint(Value value) {
    return switch (value) {
      case Value.Text(String text) -> OBJECT + text.length();
      case Value.Bytes(byte[] content) -> OBJECT + content.length;
      case Value.Array(var values) -> OBJECT + values.stream().mapToLong(ViewSink::footprint).sum();
      case Value.Map(var entries) ->
          OBJECT
              + entries.entrySet().stream()
                  .mapToLong(e -> OBJECT + e.getKey().length() + footprint(e.getValue()))
                  .sum();
      case Value.Null _, Value.Bool _, Value.Int _, Value.Float _ -> OBJECT;
    };
  }

  @Override
  public void inForce() {
    lock.lock();
    try {
      if (over) {
        return;
      }
      // What no snapshot has brought is not there any more.
      parameters
          .values()
          .removeIf(parameter -> {
            boolean gone = known.apply(parameter.address()).isEmpty();
            if (gone) {
              bytes -= footprint(parameter);
            }
            return gone;
          });
      live = true;
      changed.clear();
      stateDue = true;
      staleDue = false;
      stage();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void lost() {
    lock.lock();
    try {
      if (live) {
        live = false;
        staleDue = true;
        stage();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock. */
  private void stage() {
    if (callback.isPresent() && !telling) {
      telling = true;
      line.stage(tell);
    }
  }

  @Override
  public void ended(Optional<ClaspException> failure, boolean now) {
    lock.lock();
    try {
      live = false;
      over = true;
      if (now) {
        changed.clear();
        stateDue = false;
        staleDue = false;
      } else if (failure.isPresent()) {
        endDue = failure.get();
        stage();
      }
    } finally {
      lock.unlock();
    }
  }

  // --- the line ----------------------------------------------------------------------------------

  private void tell() {
    for (int i = 0; i < BURST; i++) {
      ViewEvent event = next();
      if (event == null) {
        return;
      }
      try {
        callback.orElseThrow().accept(event);
      } catch (Throwable e) {
        onFailure.accept(e);
      }
    }
    line.add(tell);
  }

  private @Nullable ViewEvent next() {
    lock.lock();
    try {
      if (stateDue) {
        stateDue = false;
        return new ViewEvent.State(parameters);
      }
      var changes = changed.entrySet().iterator();
      while (changes.hasNext()) {
        Map.Entry<String, Optional<Parameter>> change = changes.next();
        changes.remove();
        Parameter parameter = parameters.get(change.getKey());
        if (parameter != null) {
          return new ViewEvent.Changed(parameter, change.getValue());
        }
      }
      if (staleDue) {
        staleDue = false;
        return new ViewEvent.Stale();
      }
      ClaspException why = endDue;
      if (why != null) {
        endDue = null;
        return new ViewEvent.Ended(why);
      }
      telling = false;
      return null;
    } finally {
      lock.unlock();
    }
  }

  // --- anybody -----------------------------------------------------------------------------------

  SubscriptionHandle subscription() {
    SubscriptionHandle s = subscription;
    if (s == null) {
      throw new IllegalStateException("not subscribed");
    }
    return s;
  }

  @Override
  public String pattern() {
    return subscription().pattern();
  }

  @Override
  public CompletableFuture<View> ready() {
    return subscription().active().thenApply(_ -> this);
  }

  @Override
  public boolean isCurrent() {
    lock.lock();
    try {
      return live;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<Parameter> get(String address) {
    lock.lock();
    try {
      return Optional.ofNullable(parameters.get(address));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int size() {
    lock.lock();
    try {
      return parameters.size();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Map<String, Parameter> parameters() {
    lock.lock();
    try {
      return java.util.Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    subscription().close();
  }
}
