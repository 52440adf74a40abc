package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Feature;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Peers that take only short frames: nodes with a few hundred bytes of memory (clients.md 3.3). */
class SmallPeerTest {

  private static final int SMALL = 252;

  private final TestRouter test = new TestRouter();

  private TestPeer small(Set<Feature> features) {
    return test.connection()
        .takes(SMALL, SMALL)
        .send(new Message.Hello(1, features, "arduino", Optional.empty(), Optional.empty()));
  }

  private static List<Message.Parameter> parameters(List<Message> messages) {
    List<Message.Parameter> all = new ArrayList<>();
    for (Message message : messages) {
      if (message instanceof Message.Snapshot(List<Message.Parameter> some)) {
        all.addAll(some);
      }
    }
    return all;
  }

  private void store(int count) {
    TestPeer writer = test.client("writer");
    for (int i = 0; i < count; i++) {
      writer.set("/state/number/" + i, i);
    }
  }

  @Test
  void theStateComesInShortFrames() {
    store(200);
    TestPeer peer = small(Set.of(Feature.PARAM));

    List<FrameCodec.Frame> frames = peer.receivedFrames();
    assertThat(frames.getFirst().message()).isInstanceOf(Message.Welcome.class);
    assertThat(frames).allMatch(frame -> frame.length() <= SMALL);
    assertThat(parameters(frames.stream().map(FrameCodec.Frame::message).toList()))
        .extracting(Message.Parameter::address)
        .hasSize(200)
        .doesNotHaveDuplicates();

    assertThat(parameters(peer.subscribe(1, "/state/**").received())).hasSize(200);
  }

  @Test
  void whatDoesNotFitIsLeftOutAndCounted() {
    TestPeer peer = small(Set.of());
    peer.received();
    TestPeer other = test.client("other").subscribe(1, "/**");
    peer.subscribe(1, "/**").subscribe(2, "/x");
    other.send(TestPeer.setOf("/text", Value.of("x".repeat(300))));
    other.set("/number", 1);

    assertThat(peer.received())
        .singleElement()
        .isInstanceOfSatisfying(
            Message.SetValue.class, set -> assertThat(set.address()).isEqualTo("/number"));
    assertThat(test.router.count(Counter.TOO_LONG)).isEqualTo(1);
    assertThat(other.received()).hasSizeGreaterThanOrEqualTo(2);

    // Neither as a part of the state, nor when asked for.
    assertThat(parameters(small(Set.of()).received()))
        .extracting(Message.Parameter::address)
        .containsExactly("/number");
    assertThat(peer.send(new Message.Get("/text")).received()).isEmpty();
    assertThat(peer.send(new Message.Get("/number")).received()).hasSize(1);
  }

  /** The longest that fits, and one byte more. */
  @Test
  void theLimitIsExact() {
    TestPeer peer = small(Set.of()).subscribe(1, "/t");
    peer.received();
    TestPeer other = test.client("other");
    // Header 4; type and flags 2; address 2 + 2; length of the text 2; revision 8.
    int most = SMALL - 4 - 2 - 4 - 2 - 8;
    other.send(TestPeer.setOf("/t", Value.of("x".repeat(most))));
    assertThat(peer.receivedFrames()).singleElement().matches(frame -> frame.length() == SMALL);

    other.send(TestPeer.setOf("/t", Value.of("x".repeat(most + 1))));
    assertThat(peer.receivedFrames()).isEmpty();
  }

  @Test
  void anEntryThatIsTooLongWithItsWriterComesWithoutIt() {
    // With the writer's id and the time the entry is 46 bytes longer.
    test.client("other").send(TestPeer.setOf("/t", Value.of("x".repeat(200))));
    List<Message.Parameter> state = parameters(small(Set.of()).received());

    assertThat(state).singleElement().matches(parameter -> parameter.writer().isEmpty());
  }

  /** Only parts with several values are cut; what fits the peer still comes. */
  @Test
  void aTransportMayCutSnapshotsForPeersThatTakeLongFrames() {
    store(200);
    test.client("other").send(TestPeer.setOf("/text", Value.of("x".repeat(3000))));
    TestPeer peer = small(Set.of(Feature.PARAM, Feature.GESTURE));

    List<FrameCodec.Frame> frames = peer.receivedFrames();
    assertThat(parameters(frames.stream().map(FrameCodec.Frame::message).toList())).hasSize(201);
    assertThat(frames.stream().filter(frame -> frame.length() > SMALL)).hasSize(1);
  }

  @Test
  void aLongNameOfTheRouterIsCutSoThatTheWelcomeArrives() {
    for (String name : List.of("x".repeat(1000), "ü".repeat(1000), "\uD83D\uDE00".repeat(500))) {
      TestRouter named = new TestRouter(config -> config.name(name));
      TestPeer peer =
          named
              .connection()
              .takes(SMALL, SMALL)
              .send(new Message.Hello(1, Set.of(), "a", Optional.empty(), Optional.empty()));
      FrameCodec.Frame welcome = peer.receivedFrames().getFirst();

      assertThat(welcome.length()).isBetween(SMALL - 3, SMALL);
      assertThat(((Message.Welcome) welcome.message()).name()).isNotEmpty();
      assertThat(name).startsWith(((Message.Welcome) welcome.message()).name());
    }
  }

  @Test
  void theTransportIsToldWhoHasBeenLetIn() {
    TestPeer peer = test.connection();
    assertThat(peer.timesEstablished()).isZero();
    peer.send(new Message.Ping());
    assertThat(peer.timesEstablished()).isZero();

    assertThat(test.client("in").timesEstablished()).isEqualTo(1);
    assertThat(peer.closed()).as("it did not begin with HELLO").isPresent();
  }
}
