package dev.clasp.bench;

import dev.clasp.transport.ClientTls;
import dev.clasp.transport.DialOptions;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.TransportException;
import io.netty.channel.EventLoop;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What one run works with: sessions to one target, time, and the first failure of any of them.
 * Methods are for the thread that measures unless they say otherwise.
 */
final class Rig implements AutoCloseable {

  /** Longest wait for an answer that a healthy server gives at once. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Connections that are being opened at once: below the usual backlog of a listener, 128. */
  private static final int OPENING = 64;

  private static final DialOptions OPTIONS =
      new DialOptions(PATIENCE, Map.of(), false, ClientTls.DEFAULT, 1 << 20, Duration.ZERO);

  private final BenchTarget target;
  private final BenchPlan plan;
  private final EventLoops loops;
  private final NanoClock clock;
  private final Consumer<String> notes;
  private final Set<LoadSession> sessions = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<Void> failure = new CompletableFuture<>();

  Rig(
      BenchTarget target,
      BenchPlan plan,
      EventLoops loops,
      NanoClock clock,
      Consumer<String> notes) {
    this.notes = notes;
    this.target = target;
    this.plan = plan;
    this.loops = loops;
    this.clock = clock;
  }

  BenchTarget target() {
    return target;
  }

  /** Tells the reader of the report something, once. */
  void note(String text) {
    notes.accept(text);
  }

  BenchPlan plan() {
    return plan;
  }

  /** Any thread. */
  NanoClock clock() {
    return clock;
  }

  /** Any thread. */
  URI uri() {
    return target.uri();
  }

  /** Any thread. */
  Optional<String> token() {
    return plan.token();
  }

  // --- sessions ----------------------------------------------------------------------------------

  /** A session on one of the loops, ready. */
  LoadSession open(LoadSession.Receiver receiver) {
    return await(openLater(loops, receiver));
  }

  /** A session on one of these loops, ready. */
  LoadSession open(EventLoops on, LoadSession.Receiver receiver) {
    return await(openLater(on, receiver));
  }

  /** So many sessions, ready. */
  List<LoadSession> open(int count, IntFunction<LoadSession.Receiver> receivers) {
    List<LoadSession> opened = new ArrayList<>(count);
    while (opened.size() < count) {
      List<CompletableFuture<LoadSession>> opening = new ArrayList<>();
      for (int i = opened.size(); i < Math.min(count, opened.size() + OPENING); i++) {
        opening.add(openLater(loops, receivers.apply(i)));
      }
      // All of them, before the first failure is thrown: none may appear afterwards.
      await(
          CompletableFuture.allOf(opening.toArray(CompletableFuture<?>[]::new))
              .handle((_, _) -> opening.size()));
      opening.forEach(session -> opened.add(await(session)));
    }
    return opened;
  }

  /** So many sessions with receivers that know their session. */
  <R extends LoadSession.Receiver> List<Member<R>> members(
      int count, Function<LoadSession, R> receivers) {
    List<Member<R>> members = new ArrayList<>(count);
    for (LoadSession session : open(count, _ -> LoadSession.Receiver.NONE)) {
      members.add(member(session, receivers));
    }
    return members;
  }

  /** Makes a receiver listen to a session. */
  <R extends LoadSession.Receiver> Member<R> member(
      LoadSession session, Function<LoadSession, R> receivers) {
    return on(
        session.loop(),
        () -> {
          R receiver = receivers.apply(session);
          session.receiver(receiver);
          return new Member<>(session, receiver);
        });
  }

  /** Subscribes; returns when the server has handled all of them. */
  void subscribe(List<LoadSession> subscribers, String pattern) {
    List<CompletableFuture<Void>> done =
        subscribers.stream().map(session -> session.subscribe(1, pattern)).toList();
    done.forEach(this::await);
  }

  /** Any thread. Opens a session; one that the rig closes at its end. */
  CompletableFuture<LoadSession> openLater(LoadSession.Receiver receiver) {
    return openLater(loops, receiver);
  }

  private CompletableFuture<LoadSession> openLater(EventLoops on, LoadSession.Receiver receiver) {
    return LoadSession.open(this, on, OPTIONS.withTls(target.tls()), receiver)
        .whenComplete((session, _) -> {
          if (session != null) {
            sessions.add(session);
          }
        });
  }

  /** Those that are open. */
  List<LoadSession> sessions() {
    return List.copyOf(sessions);
  }

  /** Any thread. The session closes by itself; forget it. */
  void forget(LoadSession session) {
    sessions.remove(session);
  }

  // --- waiting -----------------------------------------------------------------------------------

  /** Any thread. Ends the run; the first failure counts. */
  void fail(BenchException reason) {
    failure.completeExceptionally(reason);
  }

  /** Lets the sessions work for so long, or until the first failure. */
  void run(Duration time) {
    try {
      failure.get(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      // Nothing failed.
    } catch (ExecutionException e) {
      throw failed(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Waits for something that has to happen soon. */
  <T> T await(CompletableFuture<T> future) {
    return await(future, PATIENCE);
  }

  /** Waits for something, or for the first failure. */
  <T> T await(CompletableFuture<T> future, Duration patience) {
    try {
      CompletableFuture.anyOf(future, failure).get(patience.toNanos(), TimeUnit.NANOSECONDS);
      return future.get(0, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new BenchException(
          uri() + " did not answer within " + patience.toSeconds() + " s: is it overloaded?", e);
    } catch (ExecutionException e) {
      throw failed(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Runs something on a loop and waits for its result. */
  <T> T on(EventLoop loop, Callable<T> task) {
    Future<T> future = loop.submit(task);
    try {
      return future.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new BenchException("the load generator is overloaded: use a smaller load", e);
    } catch (ExecutionException e) {
      throw failed(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Runs something on the loop of each member, and waits until all is done. */
  <R extends LoadSession.Receiver> void onEach(List<Member<R>> members, Consumer<R> action) {
    Map<EventLoop, List<Member<R>>> byLoop =
        members.stream().collect(Collectors.groupingBy(member -> member.session().loop()));
    byLoop.forEach((loop, some) ->
        on(
            loop,
            () -> {
              some.forEach(member -> action.accept(member.receiver()));
              return some;
            }));
  }

  private static BenchException failed(ExecutionException failure) {
    return reason(failure.getCause());
  }

  /** Any thread. What to tell the user about a failure. */
  static BenchException reason(@Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof BenchException e) {
      return e;
    }
    if (cause instanceof TransportException e) {
      return new BenchException(String.valueOf(e.getMessage()), e);
    }
    return new BenchException("unexpected failure of the load generator: " + cause, nonNull(cause));
  }

  private static Throwable nonNull(@Nullable Throwable cause) {
    return cause == null ? new IllegalStateException("no cause") : cause;
  }

  private static BenchException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new BenchException("interrupted", e);
  }

  /** Closes sessions and waits until the server has let go of them. */
  void close(Collection<LoadSession> some) {
    List<CompletableFuture<?>> ends = new ArrayList<>();
    for (LoadSession session : some) {
      ends.add(session.close());
    }
    sessions.removeAll(some);
    try {
      CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new)).get(10, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // The next run reports what is wrong with the server.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Closes every session that is left. */
  @Override
  public void close() {
    close(List.copyOf(sessions));
  }
}
