package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Easing;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Announce;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.Publish;
import dev.clasp.protocol.Message.Range;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Message.SignalMeta;
import dev.clasp.protocol.Message.SubscribeOptions;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Timeline;
import dev.clasp.protocol.Timeline.Keyframe;
import dev.clasp.protocol.Value;
import dev.clasp.router.spi.RouterClock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Gestures, timelines, announcements, bundles and peer signals at random, on the same few
 * addresses, from sessions of three real threads that come and go. In the end nothing is left
 * behind: no pin, no player, no reserved byte, no lock. A deadlock shows as a time-out.
 */
class SignalsRaceTest {

  private static final int LANES = 3;
  private static final int PEERS = 5;
  private static final int ROUNDS = 100;
  private static final int ADDRESSES = 12;

  private final List<ScheduledExecutorService> threads = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private final ConcurrentLinkedQueue<String> sessions = new ConcurrentLinkedQueue<>();

  @AfterEach
  void stopThreads() {
    threads.forEach(ScheduledExecutorService::shutdownNow);
  }

  @Test
  void nothingIsLeftBehind() throws Exception {
    RouterConfig config =
        RouterConfig.builder()
            .maxTimelines(6)
            .timelineRate(200)
            .maxSignals(40)
            .signalTtlNanos(1_000_000)
            .gestureIntervalNanos(1_000_000)
            .maxGesturesPerSession(3)
            .maxIdleAddresses(256)
            .build();
    Router router = new Router(config, RouterClock.system());
    List<Peer> peers = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < LANES; i++) {
      ThreadLoop loop = new ThreadLoop();
      threads.add(loop.executor());
      Lane lane = router.addLane(loop);
      for (int k = 0; k < PEERS; k++) {
        peers.add(new Peer(router, lane, loop, random.split()));
      }
    }
    List<Future<?>> rounds = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      for (Peer peer : peers) {
        rounds.add(peer.loop.executor().submit(peer::act));
      }
    }
    for (Future<?> done : rounds) {
      done.get(60, TimeUnit.SECONDS);
    }
    assertThat(router.timelines().size()).isLessThanOrEqualTo(6);
    // All leave, and with them what they scheduled; then one says stop for every address.
    for (Peer peer : peers) {
      peer.loop.executor().submit(peer::leave).get(60, TimeUnit.SECONDS);
    }
    settle();
    Peer last = peers.getFirst();
    last.loop.executor().submit(last::stopAllTimelines).get(60, TimeUnit.SECONDS);
    settle();
    assertThat(violations).isEmpty();
    assertThat(router.count(Counter.TIMELINE_SAMPLES)).isPositive();
    assertThat(router.count(Counter.GESTURES_CANCELLED)).isPositive();
    assertThat(router.count(Counter.BUNDLES_CANCELLED)).isPositive();
    assertThat(router.count(Counter.PEER_SIGNALS)).isPositive();
    assertThat(router.timelines().size()).isZero();
    assertThat(router.timelines().playing()).isZero();
    assertThat(router.scheduledBytes()).isZero();
    assertThat(router.sessionStatus()).isEmpty();
    // Definitions of ended sessions go a millisecond later, by a timer of the lane.
    for (int tries = 0; router.signals().size() > 0 && tries < 1_000; tries++) {
      threads.getFirst().schedule(() -> {}, 20, TimeUnit.MILLISECONDS).get(60, TimeUnit.SECONDS);
    }
    assertThat(router.signals().size()).isZero();
    for (int i = 0; i < AddressSpace.STRIPES; i++) {
      router
          .space()
          .stripe(i)
          .forEachStored(address -> {
            assertThat(address.pins).as("pins of %s", address).isZero();
            assertThat(address.timeline).isNull();
            assertThat(address.announced).isNull();
            assertThat(address.lockHolder).isNull();
          });
    }
  }

  /** Whatever was posted between lanes runs before a task submitted now; thrice, for replies. */
  private void settle() throws Exception {
    for (int i = 0; i < 3; i++) {
      for (ScheduledExecutorService thread : threads) {
        thread.submit(() -> {}).get(60, TimeUnit.SECONDS);
      }
    }
  }

  /** A client that comes, does something at random, and goes. Its loop's thread only. */
  private final class Peer {
    private final Router router;
    private final Lane lane;
    private final ThreadLoop loop;
    private final SplittableRandom random;
    private @Nullable Link link;

    Peer(Router router, Lane lane, ThreadLoop loop, SplittableRandom random) {
      this.router = router;
      this.lane = lane;
      this.loop = loop;
      this.random = random;
    }

    void act() {
      Link l = connected();
      for (int i = 0; i < 10; i++) {
        send(something());
      }
      l.connection.readComplete();
      if (random.nextInt(20) == 0) {
        leave();
      }
    }

    void stopAllTimelines() {
      connected();
      for (int i = 0; i < ADDRESSES; i++) {
        send(publish(SignalType.TIMELINE, "/r/" + i, keyframes(List.of(), false), 0));
      }
      leave();
    }

    private Link connected() {
      Link l = link;
      if (l == null) {
        l = new Link(router, lane);
        link = l;
        send(new Message.Hello(1, Set.of(), "peer", Optional.empty(), Optional.empty()));
        send(new Message.Subscribe(1, "/r/**", 0xFF, SubscribeOptions.NONE));
      }
      return l;
    }

    private Message something() {
      String address = "/r/" + random.nextInt(ADDRESSES);
      return switch (random.nextInt(9)) {
        case 0, 1 -> gesture(address);
        case 2 -> publish(SignalType.TIMELINE, address, timeline(), 100);
        case 3 -> TestPeer.setOf(address, Value.of(random.nextDouble()));
        case 4 ->
            new Message.SetValue(
                address,
                Value.of(1.0),
                OptionalLong.empty(),
                random.nextBoolean(),
                random.nextBoolean(),
                Optional.empty());
        case 5 -> announce(address);
        case 6 -> bundle(address, OptionalLong.empty());
        case 7 -> bundle(address, OptionalLong.of(router.clock().unixMicros() + later()));
        default -> {
          String target = sessions.poll();
          yield TestPeer.event(
              "/clasp/p2p/signal/" + (target == null ? "nobody" : target), Value.of(Map.of()));
        }
      };
    }

    private long later() {
      return random.nextBoolean() ? 500 : 60_000_000;
    }

    private Message gesture(String address) {
      GesturePhase phase = GesturePhase.ofCode(random.nextInt(4));
      return TestRouter.gesture(address, phase, random.nextInt(2), random.nextDouble());
    }

    private Value timeline() {
      if (random.nextInt(4) == 0) {
        return keyframes(List.of(), false);
      }
      Timeline timeline =
          new Timeline(
              List.of(
                  new Keyframe(0, Value.of(0.0), Easing.LINEAR),
                  new Keyframe(2_000, Value.of(1.0), Easing.LINEAR)),
              random.nextBoolean(),
              OptionalLong.of(router.clock().unixMicros() + random.nextInt(1_000)),
              OptionalLong.empty());
      return timeline.toValue() instanceof Value.Map(Map<String, Value> map)
              && map.get("keyframes") instanceof Value.Array(List<Value> keyframes)
          ? with(map, keyframes, random.nextInt(3) > 0)
          : Value.NULL;
    }

    private Value keyframes(List<Value> keyframes, boolean play) {
      return with(Map.of(), keyframes, play);
    }

    private Value with(Map<String, Value> map, List<Value> keyframes, boolean play) {
      Map<String, Value> more = new HashMap<>(map);
      more.put("keyframes", Value.of(keyframes));
      more.put("play", Value.of(play));
      return Value.of(more);
    }

    private Message publish(SignalType type, String address, Value value, int rate) {
      return new Publish(
          address,
          type,
          GesturePhase.START,
          Content.of(value),
          OptionalLong.empty(),
          OptionalInt.empty(),
          rate == 0 ? OptionalInt.empty() : OptionalInt.of(rate));
    }

    private Message announce(String address) {
      return new Announce(
          "/r",
          List.of(
              new SignalDefinition(
                  address,
                  SignalType.PARAM,
                  Optional.empty(),
                  Optional.empty(),
                  Optional.of(
                      new SignalMeta(
                          Optional.empty(),
                          Optional.of(new Range(0, 1)),
                          Optional.empty(),
                          Optional.empty())))),
          Map.of());
    }

    private Message bundle(String address, OptionalLong at) {
      return new Message.Bundle(
          List.of(
              TestPeer.setOf(address, Value.of(random.nextDouble())),
              gesture("/r/" + random.nextInt(ADDRESSES)),
              publish(SignalType.TIMELINE, "/r/" + random.nextInt(ADDRESSES), timeline(), 50),
              TestPeer.setOf("/r/" + random.nextInt(ADDRESSES), Value.of(random.nextDouble()))),
          at);
    }

    void leave() {
      Link l = link;
      link = null;
      if (l != null) {
        l.close(new CloseReason(CloseReason.NORMAL, "bye"));
      }
    }

    private void send(Message message) {
      Link l = link;
      if (l != null) {
        l.send(message, Qos.COMMIT);
      }
    }
  }

  /** One connection of a peer; the session behind it may end a little later than it. */
  private final class Link extends MemoryConnection {
    private final Map<String, Long> newest = new HashMap<>();

    Link(Router router, Lane lane) {
      super(router, lane);
    }

    @Override
    public void write(byte[] framed, int offset, int length) {
      for (int at = offset; at < offset + length; ) {
        FrameCodec.Frame frame = FrameCodec.decode(framed, at, offset + length - at);
        at += frame.length();
        switch (frame.message()) {
          case Message.Welcome welcome -> sessions.add(welcome.session());
          case Message.SetValue set -> see(set.address(), set.revision().orElseThrow());
          default -> {}
        }
      }
    }

    private void see(String address, long revision) {
      Long before = newest.put(address, revision);
      if (before != null && revision <= before) {
        synchronized (violations) {
          violations.add(address + " stepped back from " + before + " to " + revision);
        }
      }
    }
  }
}
