package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.Parameter;
import dev.clasp.protocol.Message.Publish;
import dev.clasp.protocol.Message.SetValue;
import dev.clasp.protocol.Message.Snapshot;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The option history: what a new subscription is sent of the past. */
class ReplayTest {

  private static final int ALL = SignalType.ALL_MASK;

  private final ManualTime time = new ManualTime();
  private Router router = new Router(RouterConfig.DEFAULT, time);
  private Lane lane = router.addLane(time.loop());
  private TestPeer writer = client(lane, "writer");

  private void configure(RouterConfig config) {
    router = new Router(config, time);
    lane = router.addLane(time.loop());
    writer = client(lane, "writer");
  }

  private TestPeer client(Lane of, String name) {
    TestPeer peer = new TestPeer(time, router, of).hello(name);
    peer.received();
    return peer;
  }

  private List<Message> replay(String pattern, int mask, int history) {
    TestPeer peer = client(lane, "reader");
    peer.subscribe(1, pattern, mask, Options.history(history));
    List<Message> received = peer.received();
    peer.disconnect();
    return received;
  }

  private List<Message> replay(int history) {
    return replay("/**", ALL, history);
  }

  private void dropHistory(String name) {
    byte[] b = name.getBytes(StandardCharsets.UTF_8);
    long hash = router.space().hash(b, 0, b.length);
    Address address = router.space().stripeOf(hash).find(b, 0, b.length, hash);
    Objects.requireNonNull(address).dropHistory();
  }

  /** Entries of all snapshots, as {@code value@revision}. */
  private static List<String> entries(List<Message> messages) {
    List<String> all = new ArrayList<>();
    for (Message message : messages) {
      if (message instanceof Snapshot snapshot) {
        snapshot.parameters().forEach(p -> all.add(text(p.value()) + "@" + p.revision()));
      } else if (message instanceof SetValue set) {
        all.add(text(set.value()) + "@" + set.revision().orElseThrow());
      }
    }
    return all;
  }

  private static List<String> published(List<Message> messages) {
    List<String> all = new ArrayList<>();
    for (Message message : messages) {
      if (message instanceof Publish publish
          && publish.content() instanceof Content.Single(Value value)) {
        all.add(text(value));
      }
    }
    return all;
  }

  private static String text(Value value) {
    return switch (value) {
      case Value.Float(double v) -> Long.toString((long) v);
      case Value.Int(long v) -> Long.toString(v);
      case Value.Text(String v) -> v;
      default -> value.toString();
    };
  }

  private void event(String address, long value) {
    writer.send(TestPeer.event(address, Value.of(value)));
  }

  private void stream(String address, long value) {
    writer.send(TestPeer.publish(SignalType.STREAM, address, Value.of(value)));
  }

  private static long[] upTo(int n) {
    return IntStream.rangeClosed(1, n).asLongStream().toArray();
  }

  @Nested
  class Parameters {

    @Test
    void theLastValuesComeInOrderWithTheirTimesTheCurrentOneLast() {
      List<Parameter> expected = new ArrayList<>();
      for (long i : upTo(5)) {
        writer.set("/x", i);
        expected.add(
            new Parameter(
                "/x",
                Value.of((double) i),
                i,
                i == 5 ? Optional.of(writer.session()) : Optional.empty(),
                OptionalLong.of(time.unixMicros())));
        time.pass(Duration.ofMillis(10));
      }
      assertThat(replay(3)).containsExactly(new Snapshot(expected.subList(2, 5)));
      assertThat(replay("/x", ALL, 3)).containsExactly(new Snapshot(expected.subList(2, 5)));
      assertThat(replay(100)).containsExactly(new Snapshot(expected));
    }

    @Test
    void oneIsWhatTheSnapshotGivesAnyway() {
      writer.set("/x", 1).set("/x", 2);
      assertThat(entries(replay(1))).containsExactly("2@2");
      assertThat(entries(replay(0))).containsExactly("2@2");
    }

    @Test
    void theDepthIsTheLimit() {
      configure(RouterConfig.builder().historyDepth(4).build());
      for (long i : upTo(10)) {
        writer.set("/x", i);
      }
      assertThat(entries(replay(-1))).containsExactly("7@7", "8@8", "9@9", "10@10");
    }

    @Test
    void withoutDepthNothingIsKept() {
      configure(RouterConfig.builder().historyDepth(0).build());
      writer.set("/x", 1).set("/x", 2);
      event("/e", 1);
      assertThat(entries(replay(10))).containsExactly("2@2");
      assertThat(router.histories().bytes()).isZero();
    }

    @Test
    void aParameterThatWasWrittenOnceCostsNothing() {
      for (int i = 0; i < 100; i++) {
        writer.set("/p/" + i, 1);
      }
      assertThat(router.histories().bytes()).isZero();
      writer.set("/p/0", 2);
      assertThat(router.histories().bytes()).isPositive();
    }

    @Test
    void valuesOfAllKindsAreKeptWhateverTheirLength() {
      List<Value> values =
          List.of(
              Value.of(1L),
              Value.NULL,
              Value.of("short"),
              Value.of("x".repeat(1_000)),
              Value.TRUE,
              Value.of("y".repeat(4_000)),
              Value.of(List.of(Value.of(1.5), Value.of("z"))),
              Value.of(7L));
      values.forEach(v -> writer.send(TestPeer.setOf("/x", v)));
      assertThat(replay(8))
          .singleElement()
          .isInstanceOfSatisfying(
              Snapshot.class,
              s ->
                  assertThat(s.parameters())
                      .extracting(Parameter::value)
                      .containsExactlyElementsOf(values));
    }

    @Test
    void aVeryLongValueIsLeftOut() {
      writer.set("/x", 1);
      writer.send(TestPeer.setOf("/x", Value.of("x".repeat(History.MAX_LENGTH))));
      writer.set("/x", 3).set("/x", 4);
      assertThat(entries(replay(10))).containsExactly("1@1", "3@3", "4@4");
    }

    @Test
    void manyAddressesComeInPartsThatFitAFrame() {
      for (int round = 1; round <= 5; round++) {
        for (int i = 0; i < 500; i++) {
          writer.set("/show/fixture/" + i + "/brightness", round);
        }
      }
      List<Message> parts = replay(5);
      assertThat(parts).hasSizeGreaterThan(3);
      assertThat(parts)
          .allSatisfy(p -> assertThat(((Snapshot) p).parameters()).hasSizeBetween(1, 800));
      java.util.Map<String, Long> last = new java.util.HashMap<>();
      for (Message part : parts) {
        for (Parameter p : ((Snapshot) part).parameters()) {
          assertThat(p.revision()).isEqualTo(last.getOrDefault(p.address(), 0L) + 1);
          last.put(p.address(), p.revision());
        }
      }
      assertThat(last).hasSize(500).containsValue(5L).doesNotContainValue(4L);
    }

    @Test
    void aBundleThatWasRefusedLeavesNoTrace() {
      TestPeer other = client(lane, "other");
      other.send(
          new SetValue("/locked", Value.NULL, OptionalLong.empty(), true, false, Optional.empty()));
      writer.set("/x", 1).set("/x", 2);
      writer.send(
          new Message.Bundle(
              List.of(
                  TestPeer.setOf("/x", Value.of(97L)),
                  TestPeer.setOf("/x", Value.of(98L)),
                  TestPeer.event("/e", Value.of(99L)),
                  TestPeer.setOf("/locked", Value.TRUE)),
              OptionalLong.empty()));
      assertThat(entries(replay("/x", ALL, 10))).containsExactly("1@1", "2@2");
      assertThat(replay("/e", ALL, 10)).isEmpty();
      writer.set("/x", 3).set("/x", 4);
      assertThat(entries(replay("/x", ALL, 10))).containsExactly("1@1", "2@2", "3@3", "4@4");
    }

    @Test
    void aSubscriptionToOtherTypesGetsNoPastValues() {
      writer.set("/x", 1).set("/x", 2);
      assertThat(entries(replay("/x", SignalType.EVENT.maskBit(), 10))).containsExactly("2@2");
    }

    @Test
    void theSnapshotAfterWelcomeHasNoPast() {
      writer.set("/x", 1).set("/x", 2);
      TestPeer peer = new TestPeer(time, router, lane);
      peer.send(new Message.Hello(1, java.util.Set.of(), "n", Optional.empty(), Optional.empty()));
      assertThat(entries(peer.received())).containsExactly("2@2");
    }
  }

  @Nested
  class Messages {

    @Test
    void eventsComeAsTheyWereWithTheTimeOfTheirReceipt() {
      List<Message> expected = new ArrayList<>();
      for (long i : upTo(3)) {
        expected.add(
            new Publish(
                "/e",
                SignalType.EVENT,
                GesturePhase.START,
                Content.of(Value.of(i)),
                OptionalLong.of(time.unixMicros()),
                OptionalInt.of(7),
                OptionalInt.empty()));
        writer.send(
            new Publish(
                "/e",
                SignalType.EVENT,
                GesturePhase.START,
                Content.of(Value.of(i)),
                OptionalLong.empty(),
                OptionalInt.of(7),
                OptionalInt.empty()));
        time.pass(Duration.ofMillis(10));
      }
      assertThat(replay(10)).isEqualTo(expected);
      assertThat(replay(2)).isEqualTo(expected.subList(1, 3));
      assertThat(replay("/e", ALL, 1)).isEqualTo(expected.subList(2, 3));
    }

    @Test
    void aTimeGivenByTheSenderIsKept() {
      Publish sample =
          new Publish(
              "/s",
              SignalType.STREAM,
              GesturePhase.START,
              new Content.Samples(new double[] {1, 2}),
              OptionalLong.of(42),
              OptionalInt.empty(),
              OptionalInt.of(100));
      writer.send(sample);
      assertThat(replay(1)).containsExactly(sample);
    }

    @Test
    void theTypeMaskSelects() {
      event("/a", 1);
      stream("/a", 2);
      event("/a", 3);
      assertThat(published(replay("/a", SignalType.EVENT.maskBit(), 2))).containsExactly("1", "3");
      assertThat(published(replay("/a", SignalType.STREAM.maskBit(), 2))).containsExactly("2");
      assertThat(published(replay("/a", ALL, 2))).containsExactly("2", "3");
    }

    @Test
    void gesturesTimelinesAndParamMessagesHaveNoPast() {
      for (SignalType type : List.of(SignalType.GESTURE, SignalType.TIMELINE, SignalType.PARAM)) {
        writer.send(TestPeer.publish(type, "/a", Value.TRUE));
      }
      assertThat(replay(10)).isEmpty();
      assertThat(router.histories().bytes()).isZero();
    }

    @Test
    void membersOfABundleAreKept() {
      writer.send(
          new Message.Bundle(
              List.of(TestPeer.event("/e", Value.of(1L)), TestPeer.setOf("/p", Value.of(1L))),
              OptionalLong.empty()));
      assertThat(published(replay(10))).containsExactly("1");
    }

    @Test
    void withoutHistoryNothingIsSent() {
      event("/e", 1);
      assertThat(replay(0)).isEmpty();
    }

    @Test
    void theQosIsThatOfTheType() {
      event("/e", 1);
      stream("/s", 1);
      TestPeer peer = client(lane, "reader");
      peer.subscribe(1, "/*", ALL, Options.history(1));
      assertThat(peer.receivedFrames())
          .extracting(f -> f.qos().name())
          .containsExactlyInAnyOrder("CONFIRM", "FIRE");
    }

    @Test
    void aSlowReceiverGetsLessOfThePastAndIsNotClosed() {
      for (int i = 0; i < 300; i++) {
        for (int k = 0; k < 16; k++) {
          event("/e/" + i, k);
        }
      }
      TestPeer peer = client(lane, "reader");
      peer.stall();
      writer.set("/first", 0);
      for (int i = 0; i < 20; i++) {
        peer.subscribe(i, "/**", ALL, Options.history(16));
      }
      assertThat(peer.closed()).isEmpty();
      time.pass(Duration.ofSeconds(4));
      peer.resume();
      assertThat(peer.received()).hasSizeGreaterThan(1_000);
      assertThat(peer.closed()).isEmpty();
    }
  }

  @Nested
  class Order {

    private final Lane far = router.addLane(time.loop());
    private final TestPeer farWriter = client(far, "far");
    private final TestPeer reader = client(lane, "reader");

    private Message subscribe(String pattern) {
      return new Message.Subscribe(1, pattern, ALL, Options.history(10));
    }

    @Test
    void whatWaitsInTheInboxComesNeitherTwiceNorBeforeThePast() {
      for (String pattern : List.of("/**", "/e")) {
        farWriter.sendWithinTurn(TestPeer.event("/e", Value.of(1L)));
        reader.sendWithinTurn(subscribe(pattern));
        farWriter.sendWithinTurn(TestPeer.event("/e", Value.of(2L)));
        assertThat(published(reader.received())).endsWith("1", "2").doesNotHaveDuplicates();
        reader.send(new Message.Unsubscribe(1));
        dropHistory("/e");
      }
    }

    @Test
    void anAddressThatIsWrittenBeforeItsTurnHasNoPast() {
      // The snapshot waits for the receiver, so that there is a time in between.
      TestPeer slow = client(lane, "slow");
      writer.set("/a", 1).set("/a", 2).set("/b", 1).set("/b", 2);
      slow.stall();
      slow.subscribe(9, "/none");
      slow.send(new Message.Ping());
      slow.received();
      slow.send(subscribe("/*"));
      writer.set("/a", 3);
      slow.resume();
      List<Message> received = slow.received();
      List<String> a = new ArrayList<>();
      List<String> b = new ArrayList<>();
      for (Message message : received) {
        switch (message) {
          case SetValue set -> a.add(set.revision().orElseThrow() + "");
          case Snapshot snapshot ->
              snapshot
                  .parameters()
                  .forEach(p -> (p.address().equals("/a") ? a : b).add(p.revision() + ""));
          default -> {}
        }
      }
      assertThat(a).containsExactly("3", "3");
      assertThat(b).containsExactly("1", "2");
    }

    @Test
    void gatheredSamplesComeBeforeThePastThatASecondSubscriptionAsksFor() {
      reader.subscribe(2, "/s", ALL, Options.window(50));
      stream("/s", 1);
      reader.send(subscribe("/s"));
      List<Message> received = reader.received();
      assertThat(received).hasSize(2);
      assertThat(((Publish) received.getFirst()).content()).isInstanceOf(Content.Samples.class);
      time.pass(Duration.ofSeconds(1));
      assertThat(reader.received()).isEmpty();
    }

    @Test
    void aHeldBackValueIsNotRepeatedAfterTheSnapshot() {
      reader.subscribe(2, "/x", ALL, Options.maxRate(1));
      writer.set("/x", 1).set("/x", 2);
      reader.received();
      reader.send(subscribe("/*"));
      assertThat(entries(reader.received())).containsExactly("1@1", "2@2");
      time.pass(Duration.ofSeconds(2));
      assertThat(reader.received()).isEmpty();
    }
  }

  @Nested
  class Memory {

    @Test
    void aForgottenAddressFreesItsPast() {
      configure(RouterConfig.builder().maxIdleAddresses(1).build());
      for (int i = 0; i < 20_000; i++) {
        event("/e/" + i, i);
      }
      // At most a few idle addresses of each of the 256 stripes.
      assertThat(router.histories().bytes()).isBetween(1L, 256L * 10 * 300);
    }

    @Test
    void theTotalIsNeverExceeded() {
      long max = 100_000;
      configure(RouterConfig.builder().historyBytes(max).build());
      for (int round = 0; round < 30; round++) {
        for (int i = 0; i < 500; i++) {
          writer.send(TestPeer.setOf("/p/" + i, Value.of("x".repeat(round * i % 700))));
          event("/e/" + i, i);
          assertThat(router.histories().bytes()).isLessThanOrEqualTo(max);
        }
        time.pass(Duration.ofSeconds(3));
      }
      assertThat(router.histories().bytes()).isGreaterThan(max / 2);
    }

    @Test
    void whatIsNotWrittenAnyMoreGivesWay() {
      configure(RouterConfig.builder().historyBytes(60_000).build());
      for (int i = 0; i < 2_000; i++) {
        event("/old/" + i, i);
      }
      assertThat(published(replay("/old/**", ALL, 1))).hasSizeBetween(100, 1_000);
      for (int i = 0; i < 200; i++) {
        event("/new/" + i, i);
      }
      // All are busy: nothing gives way.
      assertThat(published(replay("/new/**", ALL, 1))).isEmpty();
      time.pass(Duration.ofSeconds(11));
      for (int i = 0; i < 200; i++) {
        event("/new/" + i, i);
      }
      assertThat(published(replay("/new/**", ALL, 1))).hasSizeGreaterThan(100);
    }

    @Test
    void aRemovedParameterGivesItsMemoryBack() {
      writer.set("/x", 1).set("/x", 2);
      dropHistory("/x");
      assertThat(router.histories().bytes()).isZero();
      assertThat(entries(replay(10))).containsExactly("2@2");
    }
  }
}
