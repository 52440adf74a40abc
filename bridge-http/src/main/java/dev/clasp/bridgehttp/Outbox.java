package dev.clasp.bridgehttp;

import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridgehttp.Caller.Call;
import dev.clasp.bridgehttp.Caller.Reply;
import dev.clasp.bridgehttp.OutRule.Letter;
import dev.clasp.protocol.SignalType;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * Requests on their way to servers. Those of one address go one after the other, those of different
 * ones side by side; of a parameter only the newest value waits. Bounded: when it is full, the
 * oldest stream sample goes, then what is new. Thread-safe.
 *
 * <p>What may work later is tried again, after pauses that grow. A server that says when to come
 * back gets nothing before.
 */
final class Outbox implements AutoCloseable {

  /** The smallest pause, so that the agenda does not spin. */
  private static final long SOON = 1_000_000;

  private final EndpointContext context;
  private final Caller caller;
  private final RetryPlan plan;
  private final int capacity;
  private final int concurrency;
  private final InstantSource clock;

  private final Object lock = new Object();
  // All guarded by the lock.
  private final Map<String, Lane> lanes = new LinkedHashMap<>();
  private final Map<String, Long> closedUntil = new HashMap<>();
  private final List<Thread> running = new ArrayList<>();
  private int waiting;
  private int busy;
  private boolean closed;
  private long sent;
  private long retried;
  private long wakeNanos = Long.MAX_VALUE;

  /** What waits for one address. */
  private static final class Lane {
    final Deque<Item> items = new ArrayDeque<>();
    boolean busy;
    long dueNanos = Long.MIN_VALUE;
    int failures;
  }

  private static final class Item {
    Letter letter;
    String key = UUID.randomUUID().toString();
    int attempts;

    Item(Letter letter) {
      this.letter = letter;
    }
  }

  Outbox(
      EndpointContext context,
      Caller caller,
      RetryPlan plan,
      int capacity,
      int concurrency,
      InstantSource clock) {
    this.context = context;
    this.caller = caller;
    this.plan = plan;
    this.capacity = capacity;
    this.concurrency = concurrency;
    this.clock = clock;
  }

  /** Takes a request; never blocks. */
  void offer(Letter letter) {
    Optional<String> lost = Optional.empty();
    synchronized (lock) {
      if (closed) {
        return;
      }
      String key = letter.rule().match() + " " + letter.signal().address();
      Lane lane = lanes.computeIfAbsent(key, _ -> new Lane());
      Item last = lane.items.peekLast();
      boolean replaces =
          letter.signal().type() == SignalType.PARAM
              && last != null
              && last.letter.signal().type() == SignalType.PARAM
              && !(lane.busy && lane.items.size() == 1);
      if (replaces) {
        last.letter = letter;
        last.key = UUID.randomUUID().toString();
        last.attempts = 0;
      } else if (waiting < capacity || dropSample()) {
        lane.items.add(new Item(letter));
        waiting++;
      } else {
        lost = Optional.of(letter.signal().address() + ": " + capacity + " requests wait already");
      }
    }
    lost.ifPresent(context::dropped);
    pump();
  }

  /** Makes room. */
  private boolean dropSample() {
    for (Lane lane : lanes.values()) {
      Item first = lane.items.peekFirst();
      if (first != null && !lane.busy && first.letter.signal().type() == SignalType.STREAM) {
        lane.items.removeFirst();
        waiting--;
        context.dropped(
            first.letter.signal().address() + ": " + capacity + " requests wait already");
        return true;
      }
    }
    return false;
  }

  private static String origin(URI uri) {
    return uri.getScheme() + "://" + uri.getRawAuthority();
  }

  /** Starts what may start, and comes back for what may not yet. */
  private void pump() {
    long wake = Long.MAX_VALUE;
    synchronized (lock) {
      if (closed) {
        return;
      }
      long now = context.nanoTime();
      closedUntil.values().removeIf(until -> until <= now);
      for (Lane lane : lanes.values()) {
        if (lane.busy || lane.items.isEmpty()) {
          continue;
        }
        Item item = lane.items.getFirst();
        long due =
            Math.max(
                lane.dueNanos, closedUntil.getOrDefault(origin(item.letter.uri()), Long.MIN_VALUE));
        if (due > now) {
          wake = Math.min(wake, due - now);
        } else if (busy < concurrency) {
          busy++;
          lane.busy = true;
          item.attempts++;
          Letter letter = item.letter;
          String key = item.key;
          Thread thread =
              Thread.ofVirtual()
                  .name("http-out-" + context.name())
                  .unstarted(() -> send(lane, item, letter, key));
          running.add(thread);
          thread.start();
        }
      }
      lanes.values().removeIf(lane -> lane.items.isEmpty() && !lane.busy);
    }
    if (wake != Long.MAX_VALUE && !woken(wake)) {
      context.schedule(
          () -> {
            synchronized (lock) {
              wakeNanos = Long.MAX_VALUE;
            }
            pump();
          },
          Math.max(SOON, wake));
    }
  }

  /** Whether somebody looks by then already. */
  private boolean woken(long wake) {
    synchronized (lock) {
      long when = context.nanoTime() + wake;
      if (wakeNanos <= when) {
        return true;
      }
      wakeNanos = when;
      return false;
    }
  }

  private void send(Lane lane, Item item, Letter letter, String key) {
    Optional<String> trouble;
    boolean again;
    OptionalLong asked = OptionalLong.empty();
    try {
      Reply reply = caller.call(call(letter, key));
      context.bytes(reply.body().length, letter.body().map(body -> body.length).orElse(0));
      int status = reply.status();
      again = RetryPlan.passing(status);
      asked =
          status == 429 || status == 503
              ? RetryPlan.retryAfter(reply.header("Retry-After"), clock.instant())
              : asked;
      trouble =
          RetryPlan.good(status)
              ? Optional.empty()
              : Optional.of(
                  letter.method() + " " + Caller.shown(letter.uri()) + " answers " + status);
    } catch (Caller.RedirectedException e) {
      again = false;
      trouble =
          Optional.of(letter.method() + " " + Caller.shown(letter.uri()) + " " + e.getMessage());
    } catch (IOException e) {
      again = true;
      trouble =
          Optional.of(letter.method() + " " + Caller.shown(letter.uri()) + ": " + Words.of(e));
    } catch (RuntimeException e) {
      // Also what nobody expects: else the lane would be busy for ever.
      again = false;
      trouble =
          Optional.of(
              e instanceof IllegalArgumentException
                  ? letter.signal().address() + ": " + e.getMessage()
                  : letter.signal().address() + " failed unexpectedly: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    done(lane, item, letter, trouble, again, asked);
  }

  private Call call(Letter letter, String key) {
    Map<String, String> headers = new LinkedHashMap<>(letter.rule().credentials());
    headers.putAll(letter.headers());
    if (letter.rule().idempotency()) {
      headers.put("Idempotency-Key", key);
    }
    letter
        .rule()
        .signature()
        .ifPresent(signature ->
            headers.put(
                signature.header(),
                signature.sign(
                    letter.body().orElse(new byte[0]), clock.instant().getEpochSecond())));
    return new Call(letter.method(), letter.uri(), headers, letter.body());
  }

  private void done(
      Lane lane,
      Item item,
      Letter letter,
      Optional<String> trouble,
      boolean again,
      OptionalLong asked) {
    Optional<String> lost = Optional.empty();
    Optional<String> told = Optional.empty();
    synchronized (lock) {
      running.remove(Thread.currentThread());
      busy--;
      lane.busy = false;
      if (closed) {
        return;
      }
      long now = context.nanoTime();
      OptionalLong pause =
          trouble.isPresent() && again
              ? plan.pause(item.attempts, ++lane.failures, asked)
              : OptionalLong.empty();
      if (asked.isPresent()) {
        closedUntil.merge(origin(letter.uri()), now + asked.getAsLong(), Math::max);
      }
      if (trouble.isEmpty()) {
        sent++;
        lane.failures = 0;
        lane.dueNanos = Long.MIN_VALUE;
        lane.items.removeFirst();
        waiting--;
      } else if (pause.isPresent()) {
        retried++;
        lane.dueNanos = now + pause.getAsLong();
        if (lane.items.size() > 1 && superseded(lane)) {
          // A newer value waits: the old one is not worth another attempt, but its pause is kept.
          lane.items.removeFirst();
          waiting--;
        }
        if (item.attempts == 1) {
          told = Optional.of(trouble.get() + "; tried again");
        }
      } else {
        lane.items.removeFirst();
        waiting--;
        lane.dueNanos = Long.MIN_VALUE;
        lost =
            Optional.of(
                letter.signal().address()
                    + ": "
                    + trouble.get()
                    + (again ? ", after " + item.attempts + " attempts" : ""));
      }
    }
    told.ifPresent(context::error);
    lost.ifPresent(context::dropped);
    pump();
  }

  private static Item itemBehind(Lane lane) {
    return lane.items.stream().skip(1).findFirst().orElseThrow();
  }

  private static boolean superseded(Lane lane) {
    return lane.items.getFirst().letter.signal().type() == SignalType.PARAM
        && itemBehind(lane).letter.signal().type() == SignalType.PARAM;
  }

  int waiting() {
    synchronized (lock) {
      return waiting;
    }
  }

  long sent() {
    synchronized (lock) {
      return sent;
    }
  }

  long retried() {
    synchronized (lock) {
      return retried;
    }
  }

  @Override
  public void close() {
    List<Thread> threads;
    int left;
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      threads = List.copyOf(running);
      left = waiting;
      lanes.clear();
      waiting = 0;
    }
    if (left > 0) {
      context.dropped(left + " requests were not sent before the end");
    }
    threads.forEach(Thread::interrupt);
  }
}
