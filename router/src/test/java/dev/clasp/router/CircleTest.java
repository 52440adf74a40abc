package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.security.Action;
import dev.clasp.testkit.FakeAuthenticator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What connections on behalf of others ask for: no greeting, no echo, addresses by pattern. */
class CircleTest {

  /** A connection of a circle; keeps what it gets. */
  private static final class Adapted extends MemoryConnection {
    private final Optional<Object> circle;
    private final List<Message> received = new ArrayList<>();

    Adapted(Router router, Lane lane, Optional<Object> circle) {
      super(router, lane);
      this.circle = circle;
    }

    Adapted hello(Optional<String> token) {
      send(new Message.Hello(1, Set.of(), "adapted", token, Optional.empty()), Qos.FIRE);
      return this;
    }

    void subscribe(OptionalInt maxRate) {
      send(
          new Message.Subscribe(
              1,
              "/**",
              SignalType.ALL_MASK,
              new Message.SubscribeOptions(
                  maxRate, OptionalDouble.empty(), OptionalInt.empty(), OptionalInt.empty())),
          Qos.FIRE);
    }

    void set(String address, Value value) {
      send(CircleTest.set(address, value), Qos.FIRE);
    }

    List<String> addresses() {
      List<String> addresses =
          received.stream()
              .filter(m -> m instanceof Message.SetValue)
              .map(m -> ((Message.SetValue) m).address())
              .toList();
      received.clear();
      return addresses;
    }

    @Override
    public Optional<Object> circle() {
      return circle;
    }

    @Override
    public boolean greetedWithValues() {
      return false;
    }

    @Override
    public void write(byte[] framed, int offset, int length) {
      for (int at = offset; at < offset + length; ) {
        FrameCodec.Frame frame = FrameCodec.decode(framed, at, offset + length - at);
        received.add(frame.message());
        at += frame.length();
      }
    }
  }

  private static Message set(String address, Value value) {
    return new Message.SetValue(
        address, value, OptionalLong.empty(), false, false, Optional.empty());
  }

  @Test
  void nobodyOfACircleHearsTheOthersOfIt() {
    TestRouter stand = new TestRouter();
    Adapted one = new Adapted(stand.router, stand.lane, Optional.of("a")).hello(Optional.empty());
    Adapted two = new Adapted(stand.router, stand.lane, Optional.of("a")).hello(Optional.empty());
    Adapted far =
        new Adapted(stand.router, stand.otherLane, Optional.of("a")).hello(Optional.empty());
    Adapted other = new Adapted(stand.router, stand.lane, Optional.of("b")).hello(Optional.empty());
    one.subscribe(OptionalInt.empty());
    two.subscribe(OptionalInt.of(100));
    far.subscribe(OptionalInt.empty());
    other.subscribe(OptionalInt.empty());

    one.set("/set", Value.of(1));
    one.send(TestRouter.bundle(set("/bundled", Value.of(1))), Qos.FIRE);
    stand.passMillis(1000);

    assertThat(one.addresses()).isEmpty();
    assertThat(two.addresses()).isEmpty();
    assertThat(far.addresses()).isEmpty();
    assertThat(other.addresses()).containsExactly("/set", "/bundled");
  }

  @Test
  void withoutACircleTheWriterHearsItself() {
    TestRouter stand = new TestRouter();
    Adapted one = new Adapted(stand.router, stand.lane, Optional.empty()).hello(Optional.empty());
    one.subscribe(OptionalInt.empty());
    one.set("/set", Value.of(1));
    stand.time.runAll();
    assertThat(one.addresses()).containsExactly("/set");
  }

  @Test
  void whatWasMergedIsNewsToItsWriterToo() {
    TestRouter stand =
        new TestRouter(c ->
            c.parameterRules(
                List.of(
                    ParameterRule.conflict(
                        AddressPattern.parse("/merged"), ConflictStrategy.MERGE))));
    Adapted one = new Adapted(stand.router, stand.lane, Optional.of("a")).hello(Optional.empty());
    one.subscribe(OptionalInt.empty());
    one.set("/merged", new Value.Map(java.util.Map.of("a", Value.of(1))));
    one.set("/plain", Value.of(1));
    stand.time.runAll();
    assertThat(one.addresses()).containsExactly("/merged");
  }

  @Test
  void whoWantsNoGreetingGetsNone() {
    TestRouter stand = new TestRouter();
    stand.client("writer").send(set("/a", Value.of(1)));
    Adapted one = new Adapted(stand.router, stand.lane, Optional.empty()).hello(Optional.empty());
    stand.time.runAll();
    assertThat(one.received).singleElement().isInstanceOf(Message.Welcome.class);
  }

  @Test
  void addressesByPatternAreThoseWithAValueAndTheRight() {
    FakeAuthenticator tokens =
        new FakeAuthenticator()
            .admit("some", "read:/a/**", "write:/a/w/**")
            .admit("all", "admin:/**");
    TestRouter stand = new TestRouter(c -> c, tokens);
    TestPeer writer = stand.client("writer", "all");
    for (String address : List.of("/a/1", "/a/w/1", "/a/w/2", "/b/1")) {
      writer.send(set(address, Value.of(1)));
    }
    Adapted one = new Adapted(stand.router, stand.lane, Optional.empty());
    AddressPattern everything = AddressPattern.parse("/**");
    assertThat(one.connection.addresses(everything, Action.READ, 10)).isEmpty();
    one.hello(Optional.of("some"));
    assertThat(one.connection.addresses(everything, Action.READ, 10))
        .containsExactly("/a/1", "/a/w/1", "/a/w/2");
    assertThat(one.connection.addresses(everything, Action.WRITE, 10))
        .containsExactly("/a/w/1", "/a/w/2");
    assertThat(one.connection.addresses(everything, Action.READ, 2)).hasSize(2);
    assertThat(one.connection.addresses(AddressPattern.parse("/a/w/1"), Action.WRITE, 10))
        .containsExactly("/a/w/1");
  }
}
