package dev.clasp.client;

import static dev.clasp.client.Outcomes.failure;
import static dev.clasp.client.Outcomes.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Many writes, and a router that reads too slowly. */
class BackpressureTest {

  private final Rig rig = new Rig();

  private ClaspClient connect() {
    rig.connect();
    return rig.client();
  }

  private static String addressOf(Message message) {
    return switch (message) {
      case Message.SetValue set -> set.address() + "=" + Values.toObject(set.value());
      case Message.Publish publish -> publish.address();
      default -> message.getClass().getSimpleName();
    };
  }

  @Test
  void manySubmissionsAreOneWrite() {
    ClaspClient client = connect();
    int before = rig.link().writes();
    for (int i = 0; i < 1000; i++) {
      client.set("/a", i);
    }
    assertThat(rig.sent()).hasSize(1000);
    assertThat(rig.link().writes() - before).isEqualTo(1);
  }

  @Test
  void largeVolumesAreWrittenInPieces() {
    ClaspClient client = connect();
    int before = rig.link().writes();
    String text = "x".repeat(40_000);
    for (int i = 0; i < 10; i++) {
      client.set("/a", text);
    }
    client.set("/b", "y".repeat(65_000));
    assertThat(rig.sent()).hasSize(11);
    assertThat(rig.link().writes() - before).isBetween(2, 12);
  }

  @Test
  void whileTheConnectionIsFullTheNewestValueReplacesTheWaitingOne() {
    ClaspClient client = connect();
    rig.link().writable(false);
    var first = client.set("/a", 1);
    client.set("/b", 1);
    var event = client.emit("/go");
    var second = client.set("/a", 2);
    assertThat(rig.sent()).isEmpty();
    assertThat(client.statistics().waiting()).isEqualTo(3);
    assertThat(event).isNotDone();

    rig.link().writable(true);

    assertThat(rig.sent())
        .extracting(BackpressureTest::addressOf)
        .containsExactly("/a=2", "/b=1", "/go");
    assertThat(event).isCompleted();
    rig.link().says(Rig.ack("/a", 5));
    assertThat(result(first)).isEqualTo(result(second));
  }

  @Test
  void aWriteWithAConditionIsAWallForOthers() {
    ClaspClient client = connect();
    rig.link().writable(false);
    client.set("/a", 1);
    client.set("/a", Value.of(2), SetOptions.CONFIRM.ifRevision(1));
    client.set("/a", 3);
    client.set("/a", 4);
    rig.sent();
    rig.link().writable(true);

    assertThat(rig.sent())
        .extracting(BackpressureTest::addressOf)
        .containsExactly("/a=1", "/a=2", "/a=4");
  }

  @Test
  void aBundleIsAWallForTheAddressesInIt() {
    ClaspClient client = connect();
    rig.link().writable(false);
    client.set("/a", 1);
    client.set("/b", 1);
    client.bundle(new BundleBuilder().set("/a", 2));
    client.set("/a", 3);
    client.set("/b", 3);
    rig.sent();
    rig.link().writable(true);

    assertThat(rig.sent())
        .extracting(BackpressureTest::addressOf)
        .containsExactly("/a=1", "/b=3", "Bundle", "/a=3");
  }

  @Test
  void aSubscriptionDuringAFloodGetsInForce() {
    ClaspClient client = connect();
    rig.link().writable(false);
    client.stream("/s", 1);
    Subscription subscription = client.subscribe("/a", _ -> {});
    assertThat(rig.sent()).hasSize(1).first().isInstanceOf(Message.Subscribe.class);
    rig.reactor.pass(Duration.ofSeconds(1));
    client.stream("/s", 2);
    // It would wait for ever for the samples to end.
    assertThat(rig.sent()).containsExactly(new Message.Ping());
    client.stream("/s", 3);
    assertThat(rig.sent()).isEmpty();
    rig.link().says(new Message.Pong());
    assertThat(subscription.active()).isCompleted();
  }

  @Test
  void samplesMakeRoomOldestFirst() {
    rig.maxWaitingBytes = 64 << 10;
    ClaspClient client = connect();
    rig.link().writable(false);
    Value block = Value.of("x".repeat(20_000));
    var oldest = client.stream("/s/1", block);
    var middle = client.stream("/s/2", block);
    var event = client.emit("/go");
    rig.reactor.run();
    var newest = client.stream("/s/3", block);
    rig.reactor.run();
    assertThat(oldest).isNotDone();
    var write = client.set("/a", "x".repeat(20_000));
    rig.reactor.run();

    assertThat(failure(oldest).kind()).isEqualTo(Kind.OVERFLOW);
    rig.link().writable(true);
    assertThat(rig.sent())
        .extracting(message -> addressOf(message).split("=", 2)[0])
        .containsExactly("/s/2", "/go", "/s/3", "/a");
    assertThat(List.of(middle, event, newest)).allMatch(CompletableFuture::isDone);
    assertThat(write).isNotDone();
    assertThat(client.statistics().dropped()).isEqualTo(1);
  }

  @Test
  void eventsFailWhenThereIsNoRoom() {
    rig.maxWaitingBytes = 64 << 10;
    ClaspClient client = connect();
    rig.link().writable(false);
    Value block = Value.of("x".repeat(30_000));
    var first = client.emit("/e/1", block);
    var second = client.emit("/e/2", block);
    rig.reactor.run();
    var third = client.emit("/e/3", block);
    rig.reactor.run();

    assertThat(failure(third).kind()).isEqualTo(Kind.OVERFLOW);
    assertThat(failure(third))
        .hasMessage(
            "the event at /e/3 was not sent: more than 64 KiB wait to be sent" + " already");
    rig.link().writable(true);
    rig.sent();
    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
  }

  @Test
  void threadsAreStoppedBeforeTheLoopHasSeenTooMuch() {
    rig.maxWaitingBytes = 64 << 10;
    ClaspClient client = connect();
    List<CompletableFuture<Ack>> writes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      writes.add(client.set("/" + i, "x".repeat(30_000)));
    }
    // The loop has not run yet.
    assertThat(failure(writes.getLast()).kind()).isEqualTo(Kind.OVERFLOW);
    assertThat(rig.sent()).hasSize(2);
  }

  @Test
  void pongsAndSubscriptionsAreNotHeldUp() {
    ClaspClient client = connect();
    rig.link().writable(false);
    client.subscribe("/a", _ -> {});
    rig.link().says(new Message.Ping());

    assertThat(rig.sent())
        .hasSize(3)
        .hasAtLeastOneElementOfType(Message.Subscribe.class)
        .contains(new Message.Pong());
  }

  /** Random writes through a connection that is full and broken at times: the last values win. */
  @Test
  void theLastValueOfEachAddressArrives() {
    SplittableRandom random = new SplittableRandom(7);
    for (int round = 0; round < 200; round++) {
      Rig r = Rig.connected();
      ClaspClient client = r.client();
      Map<String, Long> written = new HashMap<>();
      Map<String, Long> arrived = new HashMap<>();
      List<CompletableFuture<Ack>> writes = new ArrayList<>();
      for (long step = 1; step <= 60; step++) {
        String address = "/" + random.nextInt(4);
        switch (random.nextInt(8)) {
          case 0 -> r.link().writable(false);
          case 1 -> r.link().writable(true);
          case 2 -> {
            // Arrives, but the answer does not.
            arriveOnce(r, arrived, random.nextBoolean());
            r.link().breaks("cable");
            r.reactor.pass(java.time.Duration.ofSeconds(4));
            r.welcome();
          }
          case 3 -> arrive(r, arrived, true);
          default -> {
            written.put(address, step);
            writes.add(client.set(address, step));
          }
        }
      }
      r.link().writable(true);
      arrive(r, arrived, true);

      assertThat(arrived).isEqualTo(written);
      // While it was disconnected a caller may have waited too long; its value arrived all the
      // same.
      assertThat(writes)
          .allMatch(write ->
              write.isDone()
                  && (!write.isCompletedExceptionally() || failure(write).kind() == Kind.TIMEOUT));
      client.closeAsync();
      r.reactor.run();
    }
  }

  private static void arrive(Rig rig, Map<String, Long> arrived, boolean answer) {
    while (arriveOnce(rig, arrived, answer)) {
      // What the answers have set free arrives too.
    }
  }

  /** True if the router had something to answer. */
  private static boolean arriveOnce(Rig rig, Map<String, Long> arrived, boolean answer) {
    List<Message> answers = new ArrayList<>();
    // Whichever it was, it is one of ours.
    String session = "session-" + rig.dialer.links().size();
    for (FakeLink.Sent frame : rig.link().takeFrames()) {
      switch (frame.message()) {
        case Message.SetValue set -> {
          long value = ((Value.Int) set.value()).value();
          assertThat(arrived).as("done twice").doesNotContainEntry(set.address(), value);
          arrived.put(set.address(), value);
          assertThat(frame.qos()).isEqualTo(Qos.CONFIRM);
          answers.add(Rig.ack(set.address(), 1));
        }
        case Message.Get(String address) ->
            answers.add(
                arrived.containsKey(address)
                    ? Rig.snapshot(
                        new Message.Parameter(
                            address,
                            Value.of(arrived.get(address)),
                            1,
                            Optional.of(session),
                            OptionalLong.of(0)))
                    : Rig.error(404, "none", address));
        case Message.Ping _ -> answers.add(new Message.Pong());
        default -> {}
      }
    }
    if (answer && !answers.isEmpty()) {
      rig.link().says(answers.toArray(Message[]::new));
    }
    return answer && !answers.isEmpty();
  }
}
