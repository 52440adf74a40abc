package dev.clasp.web;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.Parameter;
import dev.clasp.client.SetOptions;
import dev.clasp.protocol.Value;
import dev.clasp.transport.HttpReply;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Locks for programs without a connection of their own: each is a session of the router that holds
 * it, for a while. Whoever shows its name, with the same token, writes through that session.
 * Thread-safe.
 */
final class LockDesk implements AutoCloseable {

  private static final int MAX_LOCKS = 1000;
  private static final int MAX_PER_CALLER = 32;
  private static final long MAX_SECONDS = 3600;
  private static final long STANDARD_SECONDS = 30;
  private static final int ATTEMPTS = 8;
  private static final SecureRandom RANDOM = new SecureRandom();

  private static final class Lock {
    final String id;
    final String caller;
    final Optional<String> token;
    final String address;
    final RouterSession session;
    long seconds;
    long untilNanos;
    @Nullable Runnable timer;

    Lock(String id, String caller, Optional<String> token, String address, RouterSession session) {
      this.id = id;
      this.caller = caller;
      this.token = token;
      this.address = address;
      this.session = session;
    }
  }

  private final RouterSessions sessions;
  private final WebClock clock;
  private final Map<String, Lock> locks = new HashMap<>();
  private final Map<String, Integer> taking = new HashMap<>();
  private boolean closed;

  LockDesk(RouterSessions sessions, WebClock clock) {
    this.sessions = sessions;
    this.clock = clock;
  }

  /** Takes a lock: {@code {"address", "ttl"?, "value"?}}. */
  CompletableFuture<HttpReply> take(
      ApiRequest request, String caller, Optional<String> token, String base) {
    Map<String, Value> document = SignalCalls.object(request.document(), "the body");
    String address = SignalCalls.text(document, "address", "the body");
    long seconds = SignalCalls.integer(document, "ttl", 1, MAX_SECONDS).orElse(STANDARD_SECONDS);
    Optional<Value> value = Optional.ofNullable(document.get("value"));
    synchronized (this) {
      int own =
          taking.getOrDefault(caller, 0)
              + (int) locks.values().stream().filter(l -> l.caller.equals(caller)).count();
      if (closed || locks.size() + taking.size() >= MAX_LOCKS || own >= MAX_PER_CALLER) {
        throw new ProblemException(
            Problem.tooMany(
                "too many locks are held (" + MAX_PER_CALLER + " by one caller); give some back"));
      }
      taking.merge(caller, 1, Integer::sum);
    }
    return sessions
        .openOwn("http lock", request.peer(), token)
        .thenCompose(session ->
            acquire(session.client(), address, value, ATTEMPTS)
                .thenApply(taken -> held(request, caller, token, base, seconds, taken, session))
                .whenComplete((_, failure) -> {
                  if (failure != null) {
                    session.close();
                  }
                }))
        .whenComplete((_, _) -> {
          synchronized (this) {
            taking.computeIfPresent(caller, (_, n) -> n == 1 ? null : n - 1);
          }
        });
  }

  /** A lock comes with a write; without a value it is the one that is there. */
  private static CompletableFuture<Parameter> acquire(
      ClaspClient client, String address, Optional<Value> value, int attempts) {
    if (value.isPresent()) {
      return client
          .set(address, value.get(), SetOptions.CONFIRM.locking())
          .thenApply(ack ->
              new Parameter(
                  address,
                  value.get(),
                  ack.revision().orElse(0),
                  Optional.empty(),
                  java.util.OptionalLong.empty()));
    }
    return client
        .get(address)
        .thenCompose(found -> {
          Parameter there =
              found.orElseThrow(() ->
                  new ProblemException(
                      Problem.of(
                              404,
                              "not-found",
                              "there is no value at " + address + "; give one to lock it with")
                          .at(address)));
          return client
              .set(
                  address, there.value(), SetOptions.CONFIRM.ifRevision(there.revision()).locking())
              .thenApply(ack ->
                  new Parameter(
                      address,
                      there.value(),
                      ack.revision().orElse(there.revision()),
                      Optional.empty(),
                      java.util.OptionalLong.empty()));
        })
        .handle((taken, failure) -> {
          if (failure == null) {
            return CompletableFuture.completedFuture(taken);
          }
          return Problem.of(failure).status() == 412 && attempts > 1
              ? acquire(client, address, value, attempts - 1)
              : CompletableFuture.<Parameter>failedFuture(failure);
        })
        .thenCompose(next -> next);
  }

  private HttpReply held(
      ApiRequest request,
      String caller,
      Optional<String> token,
      String base,
      long seconds,
      Parameter taken,
      RouterSession session) {
    byte[] name = new byte[16];
    RANDOM.nextBytes(name);
    Lock lock = new Lock(HexFormat.of().formatHex(name), caller, token, taken.address(), session);
    synchronized (this) {
      if (closed) {
        throw new ProblemException(Problem.away("this server is stopping"));
      }
      locks.put(lock.id, lock);
      renew(lock, seconds);
    }
    session.whenEnded(_ -> forget(lock));
    return ApiReplies.document(request, 201, document(lock, Optional.of(taken)))
        .withHeader("Location", base + "/" + lock.id)
        .withHeader("ETag", Conditions.tag(taken.revision()));
  }

  private Value document(Lock lock, Optional<Parameter> taken) {
    Map<String, Value> map = new LinkedHashMap<>();
    map.put("lock", Value.of(lock.id));
    map.put("address", Value.of(lock.address));
    taken.ifPresent(parameter -> {
      map.put("value", parameter.value());
      map.put("revision", Value.of(parameter.revision()));
    });
    map.put(
        "expires_in", Value.of(Math.max(0, (lock.untilNanos - clock.nanoTime()) / 1_000_000_000)));
    return Value.of(map);
  }

  /** Guarded by this. */
  private void renew(Lock lock, long seconds) {
    Runnable old = lock.timer;
    if (old != null) {
      old.run();
    }
    lock.seconds = seconds;
    lock.untilNanos = clock.nanoTime() + seconds * 1_000_000_000L;
    lock.timer = clock.schedule(() -> release(lock), seconds * 1_000_000_000L);
  }

  /** Makes it last longer, or tells how long it lasts. */
  HttpReply lock(ApiRequest request, Optional<String> token, String id) {
    synchronized (this) {
      Lock lock = find(token, id);
      if (request.method().equals("PUT")) {
        renew(lock, request.number("ttl", 1, MAX_SECONDS, lock.seconds));
      }
      return ApiReplies.document(request, 200, document(lock, Optional.empty()));
    }
  }

  HttpReply giveBack(Optional<String> token, String id) {
    Lock lock;
    synchronized (this) {
      lock = find(token, id);
    }
    release(lock);
    return ApiReplies.empty(204);
  }

  /** The session that holds a lock. */
  synchronized RouterSession holder(Optional<String> token, String id) {
    return find(token, id).session;
  }

  /** Guarded by this. Somebody else's is not there, as far as he is concerned. */
  private Lock find(Optional<String> token, String id) {
    Lock lock = locks.get(id);
    if (lock == null || !lock.token.equals(token)) {
      throw new ProblemException(
          Problem.of(404, "no-such-lock", "there is no such lock; it may have expired"));
    }
    return lock;
  }

  private void release(Lock lock) {
    forget(lock);
    // Gives it back.
    lock.session.close();
  }

  private synchronized void forget(Lock lock) {
    locks.remove(lock.id, lock);
    Runnable timer = lock.timer;
    lock.timer = null;
    if (timer != null) {
      timer.run();
    }
  }

  synchronized int count() {
    return locks.size();
  }

  @Override
  public void close() {
    List<Lock> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(locks.values());
    }
    all.forEach(this::release);
  }
}
