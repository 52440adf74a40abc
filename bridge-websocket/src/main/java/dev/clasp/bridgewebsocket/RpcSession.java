package dev.clasp.bridgewebsocket;

import dev.clasp.bridge.JsonValues;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.SetOptions;
import dev.clasp.client.Signal;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.web.Feed;
import dev.clasp.web.FeedItem;
import dev.clasp.web.Problem;
import dev.clasp.web.ProblemException;
import dev.clasp.web.RouterSession;
import dev.clasp.web.RouterSessions;
import dev.clasp.web.SignalJson;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One client of the format json-rpc: a session of its own on the router, with the rights of its own
 * token, and what it has subscribed (bridges.md 10.5). Everything runs on the loop of the peer.
 *
 * <p>A client that reads slowly keeps its feeds waiting: they hold the newest value of each
 * parameter, and so many events; then it is closed.
 */
final class RpcSession {

  static final int MAX_SUBSCRIPTIONS = 200;

  /** Asked and not answered yet. */
  static final int MAX_OPEN = 256;

  /** Of one subscription before other clients have their turn. */
  private static final int AT_ONCE = 256;

  private final SocketPeer peer;
  private final RouterSessions sessions;
  private final Supplier<String> base;
  private final int capacity;
  private final ArrayDeque<RpcRequest> early = new ArrayDeque<>();
  private final Map<String, Feed> feeds = new HashMap<>();
  private final Set<Feed> snapshots = new java.util.HashSet<>();
  private Optional<String> token;
  private boolean opening;
  private boolean over;
  private boolean stalled;
  private int unanswered;
  private @Nullable RouterSession session;

  /**
   * @param base what stands in front of all addresses: the namespace, or nothing
   * @param capacity events that may wait for each subscription
   * @param token of the handshake; without one, the first message may bring it
   */
  RpcSession(
      SocketPeer peer,
      RouterSessions sessions,
      Supplier<String> base,
      int capacity,
      Optional<String> token) {
    this.peer = peer;
    this.sessions = sessions;
    this.base = base;
    this.capacity = capacity;
    this.token = token;
    if (token.isPresent()) {
      open();
    }
  }

  private void open() {
    opening = true;
    sessions
        .openOwn("websocket " + peer.remote(), peer.remote(), token)
        .whenComplete((opened, failure) ->
            peer.execute(() -> {
              if (failure != null) {
                refuse("connect", Problem.of(failure));
              } else if (over) {
                opened.close();
              } else {
                begin(opened);
              }
            }));
  }

  private void begin(RouterSession opened) {
    session = opened;
    opened.whenEnded(why -> peer.execute(() -> refuse("connect", why)));
    for (RpcRequest next = early.poll(); next != null && !over; next = early.poll()) {
      carryOut(opened, next);
    }
  }

  /** There is no session, and so nothing more to say. */
  private void refuse(String what, Problem why) {
    if (!over) {
      tell(RpcReplies.error(what, Optional.empty(), why));
      boolean token = why.status() == 401 || why.status() == 403;
      peer.end(token ? SocketPeer.POLICY : SocketPeer.TRY_LATER, why.detail());
      close();
    }
  }

  void received(SocketMessage message) {
    if (over) {
      return;
    }
    Optional<Value> json = message.text() ? SignalJson.parse(message.string()) : Optional.empty();
    if (json.isEmpty()) {
      tell(RpcReplies.error("", Optional.empty(), "a message is one JSON object, as text"));
      return;
    }
    RpcRequest request;
    try {
      request = RpcRequest.of(json.get());
    } catch (RpcRequest.Unusable e) {
      tell(RpcReplies.error(e.type(), e.id(), String.valueOf(e.getMessage())));
      return;
    }
    if (request.token().isPresent() && !request.token().equals(token)) {
      if (opening) {
        fail(request, "the token comes with the first message, and stays");
        return;
      }
      token = request.token();
    }
    if (unanswered >= MAX_OPEN) {
      fail(request, "more than " + MAX_OPEN + " requests wait for an answer");
      return;
    }
    unanswered++;
    RouterSession open = session;
    if (open != null) {
      carryOut(open, request);
      return;
    }
    early.add(request);
    if (!opening) {
      open();
    }
  }

  private void fail(RpcRequest request, String why) {
    tell(RpcReplies.error(request.type(), request.id(), why));
  }

  // --- what is asked -----------------------------------------------------------------------------

  private void carryOut(RouterSession open, RpcRequest request) {
    ClaspClient client = open.client();
    try {
      switch (request.asked()) {
        case RpcRequest.Asked.Auth _ -> done(request, OptionalLong.empty());
        case RpcRequest.Asked.Set(String address, Value value, OptionalLong revision) ->
            client
                .set(
                    into(address),
                    value,
                    revision.isPresent()
                        ? SetOptions.CONFIRM.ifRevision(revision.getAsLong())
                        : SetOptions.CONFIRM)
                .whenComplete((ack, failure) ->
                    answered(request, failure, () -> done(request, ack.revision())));
        case RpcRequest.Asked.Emit(String address, Value value) ->
            (value.equals(Value.NULL)
                    ? client.emit(into(address))
                    : client.emit(into(address), value))
                .whenComplete((_, failure) ->
                    answered(request, failure, () -> done(request, OptionalLong.empty())));
        case RpcRequest.Asked.Get(String address) ->
            client
                .get(into(address))
                .whenComplete((found, failure) ->
                    answered(
                        request,
                        failure,
                        () -> {
                          unanswered--;
                          tell(
                              found.isPresent()
                                  ? RpcReplies.value(request.id(), found.get(), out())
                                  : RpcReplies.error(
                                      request.type(),
                                      request.id(),
                                      Problem.of(404, "not-found", address + " has no value")));
                        }));
        case RpcRequest.Asked.Subscribe(String pattern, Set<SignalType> types) ->
            subscribe(open, request, pattern, types);
        case RpcRequest.Asked.Unsubscribe(String pattern) -> {
          Feed feed = feeds.remove(pattern);
          if (feed == null) {
            failed(request, Problem.of(404, "not-found", pattern + " is not subscribed"));
          } else {
            feed.close();
            done(request, OptionalLong.empty());
          }
        }
        case RpcRequest.Asked.Snapshot(String pattern) -> snapshot(open, request, pattern);
      }
    } catch (ProblemException e) {
      failed(request, e.problem());
    } catch (ClaspException e) {
      failed(request, Problem.of(e));
    }
  }

  private void answered(RpcRequest request, @Nullable Throwable failure, Runnable then) {
    peer.execute(() -> {
      if (over) {
        return;
      }
      if (failure != null) {
        failed(request, Problem.of(failure));
      } else {
        then.run();
      }
    });
  }

  /** Who gave no id does not wait for an answer. */
  private void done(RpcRequest request, OptionalLong revision) {
    unanswered--;
    if (request.id().isPresent()) {
      tell(RpcReplies.ack(request, revision));
    }
  }

  private void failed(RpcRequest request, Problem why) {
    unanswered--;
    tell(RpcReplies.error(request.type(), request.id(), why));
  }

  private String into(String address) {
    String prefix = base.get();
    return prefix.isEmpty() || address.startsWith("/") ? prefix + address : prefix + "/" + address;
  }

  private UnaryOperator<String> out() {
    String prefix = base.get();
    return address ->
        !prefix.isEmpty() && address.startsWith(prefix + "/")
            ? address.substring(prefix.length())
            : address;
  }

  // --- subscriptions -----------------------------------------------------------------------------

  private void subscribe(
      RouterSession open, RpcRequest request, String pattern, Set<SignalType> types) {
    if (!feeds.containsKey(pattern) && feeds.size() >= MAX_SUBSCRIPTIONS) {
      failed(
          request, Problem.tooMany("at most " + MAX_SUBSCRIPTIONS + " patterns can be subscribed"));
      return;
    }
    Feed feed = open.feed(java.util.List.of(into(pattern)), types, capacity, "");
    Feed before = feeds.put(pattern, feed);
    if (before != null) {
      before.close();
    }
    done(request, OptionalLong.empty());
    pump(pattern, feed);
  }

  /** Hands on what is there as long as the peer reads. */
  private void pump(String pattern, Feed feed) {
    if (over || !feed.equals(feeds.get(pattern))) {
      return;
    }
    UnaryOperator<String> out = out();
    int told = 0;
    while (peer.reads()) {
      if (told++ == AT_ONCE) {
        // The others on this loop have their turn.
        peer.execute(() -> pump(pattern, feed));
        return;
      }
      Optional<FeedItem> next = feed.poll();
      if (next.isEmpty()) {
        break;
      }
      tell(RpcReplies.signal(next.get(), out));
    }
    Optional<Problem> end = feed.end();
    if (end.filter(RpcSession::tooSlow).isPresent()) {
      // It has missed something, and must know.
      peer.end(SocketPeer.POLICY, "too slow: more events wait than may wait");
      close();
    } else if (end.isPresent()) {
      feeds.remove(pattern);
      feed.close();
      Map<String, Value> reply = RpcReplies.error("subscribe", Optional.empty(), end.get());
      reply.put("pattern", Value.of(pattern));
      tell(reply);
    } else if (peer.reads()) {
      feed.whenReady(() -> peer.execute(() -> pump(pattern, feed)));
    } else {
      // What waits in the feed is bounded; if it has ended, that is told behind it.
      stalled = true;
    }
  }

  private static boolean tooSlow(Problem why) {
    return why.type().equals("listener-too-slow");
  }

  /** The peer reads again. */
  void readsAgain() {
    if (stalled) {
      stalled = false;
      Map.copyOf(feeds).forEach(this::pump);
    }
  }

  // --- snapshots ---------------------------------------------------------------------------------

  private void snapshot(RouterSession open, RpcRequest request, String pattern) {
    Feed feed = open.feed(java.util.List.of(into(pattern)), Set.of(SignalType.PARAM), capacity, "");
    snapshots.add(feed);
    CompletableFuture<Void> present = feed.present();
    present.whenComplete((_, _) ->
        peer.execute(() -> {
          snapshots.remove(feed);
          if (!over) {
            answerSnapshot(request, pattern, feed);
          }
          feed.close();
        }));
  }

  private void answerSnapshot(RpcRequest request, String pattern, Feed feed) {
    UnaryOperator<String> out = out();
    Map<String, Value> state = new LinkedHashMap<>();
    for (Optional<FeedItem> next = feed.poll(); next.isPresent(); next = feed.poll()) {
      if (next.get().signal() instanceof Signal.Change change) {
        state.put(out.apply(change.address()), change.value());
      }
    }
    Optional<Problem> end = feed.end();
    if (end.isPresent()) {
      failed(request, end.get());
      return;
    }
    unanswered--;
    SocketMessage message =
        SocketMessage.text(JsonValues.text(Value.of(RpcReplies.snapshot(request, pattern, state))));
    if (message.bytes().length > WebSocketConfig.MAX_WAITING_BYTES) {
      fail(request, "the answer is too long; ask for a narrower pattern");
    } else {
      peer.offer(Outgoing.reply(message));
    }
  }

  private void tell(Map<String, Value> reply) {
    peer.offer(Outgoing.reply(SocketMessage.text(JsonValues.text(Value.of(reply)))));
  }

  /** Ends the session and all that it has subscribed. Idempotent. */
  void close() {
    if (over) {
      return;
    }
    over = true;
    early.clear();
    feeds.values().forEach(Feed::close);
    feeds.clear();
    snapshots.forEach(Feed::close);
    RouterSession open = session;
    if (open != null) {
      open.close();
    }
  }
}
