package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.EncodeException;
import dev.clasp.protocol.Feature;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.router.Counter;
import dev.clasp.router.Lane;
import dev.clasp.router.Router;
import dev.clasp.router.RouterConfig;
import dev.clasp.router.spi.LaneExecutor;
import dev.clasp.router.spi.RouterClock;
import dev.clasp.security.Authenticator;
import dev.clasp.testkit.FakeAuthenticator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A client without a connection, on a lane that runs when told. */
class VirtualClientTest {

  /** A router and one peer. */
  private static final class Stand implements LaneExecutor, VirtualPeer {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    final Router router;
    final VirtualClient client;
    final List<Message> received = new ArrayList<>();
    final List<CloseReason> ends = new ArrayList<>();
    boolean writable = true;
    int established;

    @SuppressWarnings("this-escape")
    Stand(Authenticator authenticator) {
      router = new Router(RouterConfig.DEFAULT, RouterClock.system(), authenticator);
      Lane lane = router.addLane(this);
      client = VirtualClient.open(router, lane, this, this);
    }

    Stand hello() {
      client.hello("adapter", Set.of(Feature.PARAM), Optional.of("token"));
      return this;
    }

    boolean set(String address, Value value) {
      boolean taken = client.send(TestClient.set(address, value), Qos.FIRE);
      client.readComplete();
      return taken;
    }

    /** Runs everything, and what has come. */
    List<Message> run() {
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        task.run();
      }
      List<Message> all = List.copyOf(received);
      received.clear();
      return all;
    }

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    @Override
    public Cancellable schedule(Runnable task, long delayNanos) {
      if (delayNanos == 0) {
        tasks.add(task);
      }
      return () -> {};
    }

    @Override
    public String peer() {
      return "192.0.2.1:9";
    }

    @Override
    public String transport() {
      return "foreign";
    }

    @Override
    public Optional<Object> circle() {
      return Optional.empty();
    }

    @Override
    public boolean writable() {
      return writable;
    }

    @Override
    public void established() {
      established++;
    }

    @Override
    public void received(Message message) {
      received.add(message);
    }

    @Override
    public void flush() {}

    @Override
    public void reading(boolean enabled) {}

    @Override
    public void ended(CloseReason reason) {
      ends.add(reason);
    }
  }

  private static Stand open() {
    Stand stand = new Stand(Authenticator.OPEN).hello();
    stand.run();
    return stand;
  }

  private static void subscribe(Stand stand) {
    stand.client.send(
        new Message.Subscribe(1, "/**", SignalType.ALL_MASK, Message.SubscribeOptions.NONE),
        Qos.FIRE);
    stand.client.readComplete();
  }

  @Test
  void itIsASessionLikeAnyOther() {
    Stand stand = new Stand(Authenticator.OPEN).hello();
    assertThat(stand.run()).singleElement().isInstanceOf(Message.Welcome.class);
    assertThat(stand.established).isOne();
    assertThat(stand.router.sessionStatus())
        .singleElement()
        .matches(s -> s.name().equals("adapter") && s.transport().equals("foreign"));
    subscribe(stand);
    stand.set("/a", Value.of(1));
    assertThat(stand.run())
        .singleElement()
        .isInstanceOfSatisfying(
            Message.SetValue.class, set -> assertThat(set.address()).isEqualTo("/a"));
  }

  @Test
  void aPeerIsToldInATurnOfItsOwn() {
    Stand stand = open();
    subscribe(stand);
    stand.set("/a", Value.of(1));
    assertThat(stand.received).isEmpty();
    assertThat(stand.run()).hasSize(1);
  }

  @Test
  void ofWhatWaitsForTheLoginTheNewestOfEachAddressIsWritten() {
    FakeAuthenticator tokens = new FakeAuthenticator().admit("token", "admin:/**").answerLater();
    Stand stand = new Stand(tokens).hello();
    for (int i = 0; i < 100_000; i++) {
      assertThat(stand.set("/" + i % 10, Value.of(i))).isTrue();
    }
    tokens.answer();
    stand.run();
    assertThat(stand.router.count(Counter.SETS)).isEqualTo(10);
    stand.client.send(new Message.Get("/9"), Qos.FIRE);
    assertThat(stand.run())
        .singleElement()
        .isInstanceOfSatisfying(
            Message.Snapshot.class,
            s -> assertThat(s.parameters().getFirst().value()).isEqualTo(Value.of(99_999)));
  }

  @Test
  void tooMuchThatWaitsIsRefused() {
    FakeAuthenticator tokens = new FakeAuthenticator().answerLater();
    Stand stand = new Stand(tokens).hello();
    Value large = Value.of("x".repeat(60_000));
    int taken = 0;
    while (stand.set("/" + taken, large)) {
      taken++;
    }
    assertThat(taken).isBetween(10, 20);
  }

  @Test
  void aSlowPeerGetsTheNewestValue() {
    Stand stand = open();
    subscribe(stand);
    stand.writable = false;
    for (int i = 0; i < 10_000; i++) {
      stand.set("/a", Value.of(i));
      stand.run();
    }
    stand.writable = true;
    stand.client.writabilityChanged();
    List<Message> rest = stand.run();
    assertThat(rest).hasSizeLessThan(1500);
    assertThat(rest.getLast())
        .isInstanceOfSatisfying(
            Message.SetValue.class, set -> assertThat(set.value()).isEqualTo(Value.of(9999)));
  }

  @Test
  void aRefusedLoginIsToldAndIsTheEnd() {
    Stand stand = new Stand(new FakeAuthenticator()).hello();
    assertThat(stand.run()).singleElement().isInstanceOf(Message.Error.class);
    assertThat(stand.ends).hasSize(1);
    assertThat(stand.client.ended()).isTrue();
    assertThat(stand.set("/a", Value.of(1))).isTrue();
  }

  @Test
  void anEndIsToldOnce() {
    Stand stand = open();
    stand.client.close(new CloseReason(CloseReason.NORMAL, ""));
    stand.client.close(new CloseReason(CloseReason.NORMAL, ""));
    stand.run();
    assertThat(stand.ends).hasSize(1);
    assertThat(stand.router.sessionStatus()).isEmpty();
  }

  @Test
  void whatNoFrameCanCarryIsTheSendersMistake() {
    Stand stand = open();
    assertThatThrownBy(() -> stand.set("/a", Value.of("x".repeat(70_000))))
        .isInstanceOf(EncodeException.class);
    assertThat(stand.set("/a", Value.of(1))).isTrue();
  }
}
