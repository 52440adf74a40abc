package dev.clasp.systemtests;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What arrived from somewhere, in order, with ways to wait for more. Thread-safe.
 *
 * @param <T> what arrives
 */
final class Received<T> {

  private static final int SHOWN = 40;

  private final String source;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<T> all = new ArrayList<>();
  private @Nullable String end;

  /**
   * @param source for failure messages
   */
  Received(String source) {
    this.source = source;
  }

  void add(T item) {
    locked(() -> {
      all.add(item);
      changed.signalAll();
      return item;
    });
  }

  /** Nothing more will come; whoever waits fails with this reason. */
  void end(String reason) {
    locked(() -> {
      end = end == null ? reason : end;
      changed.signalAll();
      return reason;
    });
  }

  /** Everything so far. */
  List<T> all() {
    return locked(() -> List.copyOf(all));
  }

  /** Everything so far, and forgets it. */
  List<T> take() {
    return locked(() -> {
      List<T> taken = List.copyOf(all);
      all.clear();
      return taken;
    });
  }

  /** Waits for the first that is wanted, among what came already and what comes. */
  T awaitFirst(String what, Predicate<? super T> wanted) {
    return awaitAnswer(what, items -> items.stream().filter(wanted).findFirst());
  }

  /** Waits until there are as many, and returns all. */
  List<T> awaitCount(int count) {
    return awaitAnswer(
        count + " items", items -> items.size() >= count ? Optional.of(items) : Optional.empty());
  }

  /** Waits until the question about everything so far has an answer. */
  <R> R awaitAnswer(String what, Function<List<T>, Optional<R>> question) {
    return awaitAnswer(what, Patience.LIMIT, question);
  }

  <R> R awaitAnswer(String what, Duration limit, Function<List<T>, Optional<R>> question) {
    long remaining = limit.toNanos();
    lock.lock();
    try {
      while (true) {
        Optional<R> answer = question.apply(List.copyOf(all));
        if (answer.isPresent()) {
          return answer.get();
        }
        if (end != null) {
          throw failure("no " + what + ": " + end);
        }
        if (remaining <= 0) {
          throw failure("no " + what + " within " + limit.toSeconds() + " s");
        }
        remaining = changed.awaitNanos(remaining);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    } finally {
      lock.unlock();
    }
  }

  private AssertionError failure(String problem) {
    List<T> last = all.subList(Math.max(0, all.size() - SHOWN), all.size());
    return new AssertionError(
        source + ": " + problem + "; " + all.size() + " received, the last: " + last);
  }

  private <R> R locked(Supplier<R> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }
}
