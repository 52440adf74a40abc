package dev.clasp.web;

import dev.clasp.client.Ack;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.Parameter;
import dev.clasp.client.SetOptions;
import dev.clasp.client.Signal;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Ttl;
import dev.clasp.protocol.Value;
import dev.clasp.transport.HttpReply;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * One parameter: read, written, changed, deleted, waited for. Conditions are decided by the router,
 * at the moment of the write: of two writers with the same tag one is told 412.
 */
final class StateCalls {

  /** Of a change that always meets another writer. */
  private static final int ATTEMPTS = 16;

  private StateCalls() {}

  // --- reading -----------------------------------------------------------------------------------

  static CompletableFuture<HttpReply> get(ClaspClient client, ApiRequest request, String address) {
    Optional<Conditions> none = Conditions.of(request, "if-none-match", true);
    Optional<Conditions> some = Conditions.of(request, "if-match", false);
    return client
        .get(address)
        .thenApply(found -> {
          if (some.isPresent()
              && !(found.isPresent() && some.get().match(found.get().revision()))) {
            throw new ProblemException(stale(address, found));
          }
          Parameter parameter = found.orElseThrow(() -> new ProblemException(missing(address)));
          return none.isPresent() && none.get().match(parameter.revision())
              ? ApiReplies.notModified(parameter.revision())
              : ApiReplies.parameter(request, 200, parameter);
        });
  }

  /**
   * The same when it is no longer what the client knows: another revision, or there at all.
   *
   * @param listener to hear of it
   */
  static CompletableFuture<HttpReply> await(
      ClaspClient client,
      RouterSession listener,
      ApiRequest request,
      String address,
      long nanos,
      WebClock clock) {
    Optional<Conditions> known = Conditions.of(request, "if-none-match", true);
    return client
        .get(address)
        .thenCompose(first -> {
          if (isNews(known, first)) {
            return get(client, request, address);
          }
          Feed feed = listener.feed(List.of(address), Set.of(SignalType.PARAM), Feed.CAPACITY, "");
          CompletableFuture<Void> over = new CompletableFuture<>();
          Runnable timer = clock.schedule(() -> over.complete(null), nanos);
          new Waiter(feed, known, first.isPresent(), over).look();
          return over.whenComplete(
                  (_, _) -> {
                    timer.run();
                    feed.close();
                  })
              .thenCompose(_ -> get(client, request, address));
        });
  }

  private static boolean isNews(Optional<Conditions> known, Optional<Parameter> now) {
    return now.isPresent() && (known.isEmpty() || !known.get().match(now.get().revision()));
  }

  /** Looks at what comes until it is news. */
  private record Waiter(
      Feed feed, Optional<Conditions> known, boolean wasThere, CompletableFuture<Void> over) {

    void look() {
      for (Optional<FeedItem> next = feed.poll(); next.isPresent(); next = feed.poll()) {
        if (next.get().signal() instanceof Signal.Change change
            && (change.value().equals(Value.NULL)
                ? wasThere
                : known.isEmpty() || !known.get().match(change.revision()))) {
          complete();
          return;
        }
      }
      Optional<Problem> end = feed.end();
      if (end.isPresent()) {
        Thread.ofVirtual().start(() -> over.completeExceptionally(new ProblemException(end.get())));
      } else {
        feed.whenReady(this::look);
      }
    }

    /** Not on the thread that brings signals: what follows closes the feed. */
    private void complete() {
      Thread.ofVirtual().start(() -> over.complete(null));
    }
  }

  // --- writing -----------------------------------------------------------------------------------

  /** How a request wants something written. */
  record Wish(Optional<Conditions> match, Optional<Conditions> noneMatch, Optional<Ttl> ttl) {

    static Wish of(ApiRequest request) {
      Optional<Ttl> ttl =
          request
              .parameter("ttl")
              .map(_ -> new Ttl.Absolute((int) request.number("ttl", 1, Ttl.MAX_SECONDS, 0)));
      return new Wish(
          Conditions.of(request, "if-match", false),
          Conditions.of(request, "if-none-match", true),
          ttl);
    }

    boolean conditional() {
      return match.isPresent() || noneMatch.isPresent();
    }

    SetOptions options() {
      return ttl.map(SetOptions.CONFIRM::withTtl).orElse(SetOptions.CONFIRM);
    }
  }

  static CompletableFuture<HttpReply> put(ClaspClient client, ApiRequest request, String address) {
    Value value = request.value();
    return write(client, address, value, Wish.of(request))
        .thenApply(ack -> written(request, address, value, ack));
  }

  private static HttpReply written(ApiRequest request, String address, Value value, Ack ack) {
    Map<String, Value> map = new LinkedHashMap<>();
    map.put("address", Value.of(address));
    map.put("value", value);
    ack.revision().ifPresent(revision -> map.put("revision", Value.of(revision)));
    HttpReply reply = ApiReplies.document(request, 200, Value.of(map));
    return ack.revision().isPresent()
        ? reply.withHeader("ETag", Conditions.tag(ack.revision().getAsLong()))
        : reply;
  }

  static CompletableFuture<Ack> write(ClaspClient client, String address, Value value, Wish wish) {
    if (!wish.conditional()) {
      return client.set(address, value, wish.options());
    }
    return condition(client, address, wish)
        .thenCompose(revision ->
            client.set(
                address,
                value,
                revision.isPresent()
                    ? wish.options().ifRevision(revision.getAsLong())
                    : wish.options()));
  }

  /**
   * The revision at which it may be written.
   *
   * @return empty: at any; fails with 412: at none
   */
  private static CompletableFuture<OptionalLong> condition(
      ClaspClient client, String address, Wish wish) {
    return client
        .get(address)
        .thenApply(found -> {
          boolean matches =
              wish.match.isEmpty()
                  || found.isPresent() && wish.match.get().match(found.get().revision());
          boolean clashes =
              wish.noneMatch.isPresent()
                  && found.isPresent()
                  && wish.noneMatch.get().match(found.get().revision());
          if (!matches || clashes) {
            throw new ProblemException(stale(address, found));
          }
          if (found.isPresent()) {
            return OptionalLong.of(found.get().revision());
          }
          // A parameter that is there has at least revision 1: this holds only while there is none.
          return OptionalLong.of(0);
        });
  }

  static CompletableFuture<HttpReply> delete(
      ClaspClient client, ApiRequest request, String address) {
    Wish wish = Wish.of(request);
    return client
        .get(address)
        .thenCompose(found -> {
          if (found.isEmpty() && wish.match.isEmpty()) {
            throw new ProblemException(missing(address));
          }
          return erase(client, address, wish);
        })
        .thenApply(_ -> ApiReplies.empty(204));
  }

  static CompletableFuture<Ack> erase(ClaspClient client, String address, Wish wish) {
    return write(
        client,
        address,
        Value.NULL,
        new Wish(wish.match, wish.noneMatch, Optional.of(new Ttl.Absolute(0))));
  }

  // --- changing ----------------------------------------------------------------------------------

  /** Merges (RFC 7396). Without a condition it tries again when somebody else was faster. */
  static CompletableFuture<HttpReply> patch(
      ClaspClient client, ApiRequest request, String address) {
    return patch(client, request, address, request.document(), Wish.of(request), ATTEMPTS);
  }

  private static CompletableFuture<HttpReply> patch(
      ClaspClient client,
      ApiRequest request,
      String address,
      Value change,
      Wish wish,
      int attempts) {
    return client
        .get(address)
        .thenCompose(found -> {
          Parameter before = found.orElseThrow(() -> new ProblemException(missing(address)));
          if (wish.match.isPresent() && !wish.match.get().match(before.revision())
              || wish.noneMatch.isPresent() && wish.noneMatch.get().match(before.revision())) {
            throw new ProblemException(stale(address, found));
          }
          Value merged = merged(before.value(), change);
          return client
              .set(address, merged, wish.options().ifRevision(before.revision()))
              .thenApply(ack -> written(request, address, merged, ack));
        })
        .handle((reply, failure) -> {
          if (failure == null) {
            return CompletableFuture.completedFuture(reply);
          }
          Problem problem = Problem.of(failure);
          return problem.status() == 412 && !wish.conditional() && attempts > 1
              ? patch(client, request, address, change, wish, attempts - 1)
              : CompletableFuture.<HttpReply>failedFuture(failure);
        })
        .thenCompose(next -> next);
  }

  static Value merged(Value target, Value change) {
    if (!(change instanceof Value.Map(Map<String, Value> changes))) {
      return change;
    }
    Map<String, Value> merged = new LinkedHashMap<>();
    if (target instanceof Value.Map(Map<String, Value> entries)) {
      merged.putAll(entries);
    }
    changes.forEach((name, each) -> {
      if (each.equals(Value.NULL)) {
        merged.remove(name);
      } else {
        merged.put(name, merged(merged.getOrDefault(name, Value.NULL), each));
      }
    });
    return Value.of(merged);
  }

  // --- problems ----------------------------------------------------------------------------------

  static Problem missing(String address) {
    return Problem.of(404, "not-found", "there is no value at " + address).at(address);
  }

  private static Problem stale(String address, Optional<Parameter> found) {
    return Problem.of(
            412,
            "revision-conflict",
            found.isPresent()
                ? address
                    + " is at revision "
                    + Long.toUnsignedString(found.get().revision())
                    + ", and the condition of the request does not hold. Read it again and decide"
                    + " anew"
                : "there is no value at " + address + ", and the request is only for one")
        .at(address);
  }
}
