package dev.clasp.web;

import dev.clasp.bridge.spi.RouterDoor;
import dev.clasp.client.ClaspException;
import dev.clasp.client.ClientEvent;
import dev.clasp.client.OfflinePolicy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Sessions of the router for programs that speak no CLASP. Requests with the same token share one,
 * and so do all without a token; the router decides what each may do. Sessions are opened when they
 * are needed and closed when nobody has used them for a while. Thread-safe; nothing waits but
 * {@link #close}.
 *
 * <p>A token that the router refuses is not remembered. One that is taken back or expires ends its
 * session, and the feeds of it.
 */
public final class RouterSessions implements AutoCloseable {

  /** Longer ones are not even shown to the router. */
  private static final int MAX_TOKEN = 16_384;

  /** Somebody may still be working with a session that was asked for so recently. */
  private static final long BUSY_NANOS = 10_000_000_000L;

  private final RouterDoor door;
  private final String name;
  private final SessionLimits limits;
  private final WebClock clock;

  /** One session for everybody with a token. Guarded by the sessions. */
  private static final class Slot {
    final CompletableFuture<RouterSession> session = new CompletableFuture<>();
    long usedNanos;

    @Nullable RouterSession open() {
      return session.isDone() && !session.isCompletedExceptionally() ? session.join() : null;
    }
  }

  /**
   * @param listens it is there for feeds: a router does not send an event back to the session that
   *     it came from, and whoever listens with the same token shall get it
   */
  private record Key(Optional<String> token, boolean listens) {
    /** Without the token. */
    @Override
    public String toString() {
      return listens ? "listener" : "session";
    }
  }

  /** In the order of the last use. Guarded by this. */
  private final Map<Key, Slot> shared = new LinkedHashMap<>(16, 0.75f, true);

  private final Set<RouterSession> own = new HashSet<>();
  private int ownOpening;
  private int opening;
  private boolean closed;
  private @Nullable Runnable sweep;

  /**
   * @param name of the shared sessions, as the router's lists show it: {@code http}
   */
  public RouterSessions(RouterDoor door, String name, SessionLimits limits, WebClock clock) {
    this.door = door;
    this.name = name;
    this.limits = limits;
    this.clock = clock;
  }

  /**
   * The session of a token, to read and write with. May be called for each request.
   *
   * @param peer who asks: {@code host:port}
   * @param token empty: the session of everybody without one
   * @return fails with {@link ProblemException}: 401 the token is wrong, 429 too many attempts, 503
   *     too many sessions, or no router
   */
  public CompletableFuture<RouterSession> session(String peer, Optional<String> token) {
    return session(peer, new Key(token, false));
  }

  /**
   * The session of a token for feeds: it hears what the other one says. As {@link #session}
   * otherwise.
   */
  public CompletableFuture<RouterSession> listener(String peer, Optional<String> token) {
    return session(peer, new Key(token, true));
  }

  private CompletableFuture<RouterSession> session(String peer, Key key) {
    Slot slot;
    RouterSession evicted = null;
    synchronized (this) {
      if (closed) {
        return failed(stopping());
      }
      Slot there = shared.get(key);
      if (there != null) {
        RouterSession open = there.open();
        if (open == null || open.isOpen()) {
          there.usedNanos = clock.nanoTime();
          return there.session.copy();
        }
        shared.remove(key);
      }
      Optional<Problem> refusal = refusal(key.token());
      if (refusal.isPresent()) {
        return failed(refusal.get());
      }
      if (shared.size() >= limits.shared()) {
        evicted = takeOldestIdle();
        if (evicted == null) {
          return failed(
              Problem.overloaded(
                  "too many tokens are in use here at a time ("
                      + limits.shared()
                      + "); try again later"));
        }
      }
      slot = new Slot();
      slot.usedNanos = clock.nanoTime();
      shared.put(key, slot);
      opening++;
      if (sweep == null) {
        sweep = clock.schedule(this::sweep, limits.idle().toNanos() / 2);
      }
    }
    if (evicted != null) {
      evicted.close();
    }
    connect(name, peer, key.token())
        .whenComplete((session, failure) -> {
          boolean late;
          synchronized (this) {
            opening--;
            late = closed;
            if (failure != null || late) {
              shared.remove(key, slot);
            }
          }
          if (failure != null) {
            slot.session.completeExceptionally(new ProblemException(Problem.of(failure)));
          } else if (late) {
            session.close();
            slot.session.completeExceptionally(new ProblemException(stopping()));
          } else {
            session.whenEnded(_ -> forget(key, slot));
            slot.session.complete(session);
          }
        });
    return slot.session.copy();
  }

  /**
   * A session for one connection only, with its own name in the router's lists. Whoever gets it
   * closes it.
   *
   * @return fails as {@link #session} does
   */
  public CompletableFuture<RouterSession> openOwn(
      String clientName, String peer, Optional<String> token) {
    synchronized (this) {
      if (closed) {
        return failed(stopping());
      }
      Optional<Problem> refusal = refusal(token);
      if (refusal.isPresent()) {
        return failed(refusal.get());
      }
      if (own.size() + ownOpening >= limits.own()) {
        return failed(
            Problem.overloaded(
                "too many connections of this kind are open (" + limits.own() + ")"));
      }
      opening++;
      ownOpening++;
    }
    CompletableFuture<RouterSession> result = new CompletableFuture<>();
    connect(clientName, peer, token)
        .whenComplete((session, failure) -> {
          boolean late;
          synchronized (this) {
            opening--;
            ownOpening--;
            late = closed;
            if (failure == null && !late) {
              own.add(session);
            }
          }
          if (failure != null) {
            result.completeExceptionally(new ProblemException(Problem.of(failure)));
          } else if (late) {
            session.close();
            result.completeExceptionally(new ProblemException(stopping()));
          } else {
            session.whenEnded(_ -> {
              synchronized (this) {
                own.remove(session);
              }
            });
            if (!result.complete(session)) {
              session.close();
            }
          }
        });
    return result;
  }

  private Optional<Problem> refusal(Optional<String> token) {
    if (token.isPresent() && token.get().length() > MAX_TOKEN) {
      return Optional.of(
          Problem.of(401, "unauthorized", "the token is longer than " + MAX_TOKEN + " characters"));
    }
    if (opening >= limits.opening()) {
      return Optional.of(
          Problem.overloaded("too many tokens are being looked at; try again in a second"));
    }
    return Optional.empty();
  }

  private CompletableFuture<RouterSession> connect(
      String clientName, String peer, Optional<String> token) {
    AtomicReference<@Nullable RouterSession> made = new AtomicReference<>();
    AtomicReference<@Nullable Problem> early = new AtomicReference<>();
    try {
      return door.client(clientName, peer, token)
          .offline(OfflinePolicy.FAIL)
          .reconnect(true)
          .awaitRouter(false)
          .clockSync(false)
          .listener(event -> {
            if (event instanceof ClientEvent.Connected connected && connected.resumed()) {
              RouterSession session = made.get();
              if (session != null) {
                session.reconnected();
              }
            }
            Problem end = endOf(event);
            if (end != null) {
              early.compareAndSet(null, end);
              RouterSession session = made.get();
              if (session != null) {
                session.ended(early.get());
              }
            }
          })
          .connect()
          .thenApply(client -> {
            RouterSession session = new RouterSession(client, clock);
            made.set(session);
            Problem end = early.get();
            if (end != null) {
              session.ended(end);
            }
            return session;
          });
    } catch (ClaspException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static @Nullable Problem endOf(ClientEvent event) {
    return switch (event) {
      case ClientEvent.ReconnectGaveUp(ClaspException cause) -> Problem.of(cause);
      case ClientEvent.Closed _ -> Problem.away("the session was closed");
      default -> null;
    };
  }

  private synchronized void forget(Key key, Slot slot) {
    shared.remove(key, slot);
  }

  /** Guarded by this. */
  private @Nullable RouterSession takeOldestIdle() {
    long now = clock.nanoTime();
    for (Iterator<Slot> all = shared.values().iterator(); all.hasNext(); ) {
      Slot slot = all.next();
      RouterSession session = slot.open();
      if (session != null && !session.isHeld() && now - slot.usedNanos >= BUSY_NANOS) {
        all.remove();
        return session;
      }
    }
    return null;
  }

  private void sweep() {
    List<RouterSession> idle = new ArrayList<>();
    synchronized (this) {
      sweep = null;
      if (closed) {
        return;
      }
      long now = clock.nanoTime();
      shared
          .values()
          .removeIf(slot -> {
            RouterSession session = slot.open();
            boolean over =
                session != null
                    && !session.isHeld()
                    && now - slot.usedNanos >= limits.idle().toNanos();
            if (over) {
              idle.add(session);
            }
            return over;
          });
      if (!shared.isEmpty()) {
        sweep = clock.schedule(this::sweep, limits.idle().toNanos() / 2);
      }
    }
    idle.forEach(RouterSession::close);
  }

  /** How many are open now, shared ones and others. */
  public synchronized int count() {
    return shared.size() + own.size();
  }

  private static Problem stopping() {
    return Problem.away("this server is stopping");
  }

  private static CompletableFuture<RouterSession> failed(Problem problem) {
    return CompletableFuture.failedFuture(new ProblemException(problem));
  }

  /** Ends all sessions and opens no more. Idempotent. */
  @Override
  public void close() {
    List<RouterSession> all = new ArrayList<>();
    synchronized (this) {
      closed = true;
      Runnable pending = sweep;
      sweep = null;
      if (pending != null) {
        pending.run();
      }
      for (Slot slot : shared.values()) {
        RouterSession session = slot.open();
        if (session != null) {
          all.add(session);
        }
      }
      all.addAll(own);
      shared.clear();
      own.clear();
    }
    List<CompletableFuture<Void>> ends =
        all.stream().map(session -> session.closing(stopping())).toList();
    ends.forEach(end -> {
      try {
        end.get(2, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException | TimeoutException e) {
        // It goes on by itself.
      }
    });
  }
}
