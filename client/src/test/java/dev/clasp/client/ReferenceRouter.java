package dev.clasp.client;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Feature;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.FrameLink;
import dev.clasp.transport.FrameListener;
import dev.clasp.transport.LinkServer;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A router that behaves as the reference is described to (clients.md 2.6 and 7.4), with what is
 * wrong with it: acknowledges whatever the quality, says nothing of what is not there, ignores the
 * options of subscriptions and the time of bundles, withholds the moves of gestures while they keep
 * coming, keeps locks for ever, lets a refused client hang. All state is the loop's.
 */
final class ReferenceRouter implements AutoCloseable {

  /** What a client has to present, if anything. */
  private final Optional<String> token;

  private final EventLoops loops = EventLoops.create("reference", 1);
  private final LinkServer server;
  private final ConcurrentLinkedQueue<Message> received = new ConcurrentLinkedQueue<>();
  private final List<Session> sessions = new ArrayList<>();
  private final Map<String, Message.Parameter> state = new LinkedHashMap<>();
  private final Map<String, String> locks = new HashMap<>();
  private int sessionCount;

  private ReferenceRouter(Optional<String> token) {
    this.token = token;
    this.server = LinkServer.builder().port(0).loops(loops).acceptor(Session::new).build();
  }

  static ReferenceRouter start() {
    return started(new ReferenceRouter(Optional.empty()));
  }

  static ReferenceRouter startWithToken(String token) {
    return started(new ReferenceRouter(Optional.of(token)));
  }

  private static ReferenceRouter started(ReferenceRouter router) {
    router.server.start();
    return router;
  }

  String url() {
    return URI.create("ws://127.0.0.1:" + server.address().getPort()).toString();
  }

  /** Everything received so far, in order. */
  List<Message> received() {
    return List.copyOf(received);
  }

  /** Any thread. Every connection breaks. */
  void cut() {
    loops
        .next()
        .execute(() ->
            List.copyOf(sessions)
                .forEach(session -> session.link.close(new CloseReason(1001, "cut"))));
  }

  @Override
  public void close() {
    server.close();
    loops.close();
  }

  private final class Session implements FrameListener {
    private final FrameLink link;
    private final String id = "session-" + ++sessionCount;
    private final Map<Integer, Message.Subscribe> subscriptions = new HashMap<>();
    private final Map<String, ScheduledFuture<?>> withheld = new HashMap<>();

    Session(FrameLink link) {
      this.link = link;
      sessions.add(this);
    }

    @Override
    public void frame(byte[] buffer, int offset, int length) {
      Message message = FrameCodec.decode(buffer, offset, length).message();
      received.add(message);
      handle(message);
    }

    private void handle(Message message) {
      switch (message) {
        case Message.Hello hello -> hello(hello);
        case Message.Subscribe subscribe -> subscribe(subscribe);
        case Message.Unsubscribe unsubscribe -> subscriptions.remove(unsubscribe.id());
        case Message.SetValue set -> {
          Optional<Long> revision = set(set);
          revision.ifPresent(r -> say(Rig.ack(set.address(), r)));
        }
        case Message.Publish publish -> publish(publish);
        case Message.Get(String address) -> {
          // A miss has no answer.
          if (state.containsKey(address)) {
            say(Rig.snapshot(state.get(address)));
          }
        }
        case Message.Bundle bundle -> {
          long last = 0;
          for (Message inner : bundle.messages()) {
            if (inner instanceof Message.SetValue set) {
              last = set(set).orElse(last);
            } else if (inner instanceof Message.Publish publish) {
              publish(publish);
            }
          }
          say(Rig.bundleAck(last));
        }
        case Message.Announce announce -> say(Rig.announceAck(announce.namespace()));
        case Message.Query _ -> say(new Message.Result(List.of()));
        case Message.Sync sync -> {
          OptionalLong now = OptionalLong.of(micros());
          say(new Message.Sync(sync.t1Micros(), now, now));
        }
        case Message.Ping _ -> say(new Message.Pong());
        default -> {}
      }
    }

    private void hello(Message.Hello hello) {
      if (token.isPresent() && !token.equals(hello.token())) {
        // And the connection stays open.
        say(Rig.error(300, "Unauthorized"));
        return;
      }
      say(
          new Message.Welcome(
              1,
              EnumSet.of(Feature.PARAM, Feature.EVENT),
              micros(),
              id,
              "reference",
              Optional.empty()));
      say(new Message.Snapshot(List.copyOf(state.values())));
    }

    private void subscribe(Message.Subscribe subscribe) {
      if (subscribe.pattern().startsWith("/bad")) {
        say(Rig.error(202, "InvalidPattern", subscribe.pattern()));
        return;
      }
      subscriptions.put(subscribe.id(), subscribe);
      List<Message.Parameter> matching =
          state.values().stream().filter(p -> matches(subscribe, p.address())).toList();
      if (!matching.isEmpty()) {
        say(new Message.Snapshot(matching));
      }
    }

    private Optional<Long> set(Message.SetValue set) {
      String holder = locks.get(set.address());
      if (holder != null && !holder.equals(id) && !set.unlock()) {
        say(Rig.error(400, "StateError(LockHeld { holder: \"" + holder + "\" })", set.address()));
        return Optional.empty();
      }
      Message.Parameter before = state.get(set.address());
      long revision = before == null ? 1 : before.revision() + 1;
      if (set.revision().isPresent() && set.revision().getAsLong() != revision - 1) {
        say(Rig.error(400, "StateError(RevisionConflict)", set.address()));
        return Optional.empty();
      }
      if (set.lock()) {
        locks.put(set.address(), id);
      } else if (set.unlock()) {
        locks.remove(set.address());
      }
      state.put(
          set.address(),
          new Message.Parameter(
              set.address(), set.value(), revision, Optional.of(id), OptionalLong.of(micros())));
      Message echo =
          new Message.SetValue(
              set.address(),
              set.value(),
              OptionalLong.of(revision),
              false,
              false,
              Optional.empty());
      sessions.forEach(session -> session.deliver(set.address(), echo));
      return Optional.of(revision);
    }

    private void publish(Message.Publish publish) {
      String key = publish.address() + " " + publish.id().orElse(0);
      if (publish.signal() == SignalType.GESTURE) {
        ScheduledFuture<?> waiting = withheld.remove(key);
        if (waiting != null) {
          waiting.cancel(false);
        }
        if (publish.phase() == GesturePhase.MOVE) {
          // Debounced; and when it is let go, the sender gets it too.
          withheld.put(
              key,
              link.loop()
                  .schedule(
                      () -> sessions.forEach(s -> s.deliver(publish.address(), publish)),
                      16,
                      TimeUnit.MILLISECONDS));
          return;
        }
      }
      sessions.stream()
          .filter(session -> session != this)
          .forEach(session -> session.deliver(publish.address(), publish));
    }

    private void deliver(String address, Message message) {
      if (subscriptions.values().stream().anyMatch(s -> matches(s, address))) {
        say(message);
      }
    }

    private static boolean matches(Message.Subscribe subscribe, String address) {
      return AddressPattern.parse(subscribe.pattern()).matches(address);
    }

    private void say(Message message) {
      ScriptedRouter.send(link, message);
    }

    @Override
    public void closed(CloseReason reason) {
      // Its locks stay.
      sessions.remove(this);
    }
  }

  private static long micros() {
    return System.currentTimeMillis() * 1000;
  }

  /** A value of a parameter; empty if there is none. Any thread. */
  Optional<Value> value(String address) {
    return loops
        .next()
        .submit(() -> Optional.ofNullable(state.get(address)).map(Message.Parameter::value))
        .syncUninterruptibly()
        .getNow();
  }
}
