package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.SetValue;
import dev.clasp.protocol.Message.Snapshot;
import dev.clasp.protocol.Message.SubscribeOptions;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Snapshots that are too long for one turn of the loop. */
class SnapshotTest {

  private static final int MANY = 5000;

  private final TestRouter t = new TestRouter();
  private final TestPeer writer = t.client("writer");

  private static String address(int i) {
    return String.format("/many/%04d", i);
  }

  private void storeMany() {
    for (int i = 0; i < MANY; i++) {
      writer.sendWithinTurn(TestPeer.setOf(address(i), Value.of(i)));
    }
    writer.received();
  }

  private static Message subscribe(int id, String pattern) {
    return new Message.Subscribe(id, pattern, 0xFF, SubscribeOptions.NONE);
  }

  private static List<Snapshot> snapshots(List<Message> messages) {
    return messages.stream().filter(Snapshot.class::isInstance).map(Snapshot.class::cast).toList();
  }

  /** Revisions as they are seen, by address. */
  private static Map<String, List<Long>> seen(List<Message> messages) {
    Map<String, List<Long>> seen = new HashMap<>();
    for (Message message : messages) {
      if (message instanceof SetValue set) {
        seen.computeIfAbsent(set.address(), _ -> new ArrayList<>())
            .add(set.revision().orElseThrow());
      } else if (message instanceof Snapshot snapshot) {
        for (Message.Parameter p : snapshot.parameters()) {
          seen.computeIfAbsent(p.address(), _ -> new ArrayList<>()).add(p.revision());
        }
      }
    }
    return seen;
  }

  @Test
  void aLongSnapshotLetsOthersInBetween() {
    storeMany();
    TestPeer reader = t.client("reader");
    reader.received();

    reader.sendWithinTurn(subscribe(1, "/many/*"));
    // Within the same turn: the first piece has been taken, the last has not.
    writer.sendWithinTurn(TestPeer.setOf(address(0), Value.of(-1)));
    writer.sendWithinTurn(TestPeer.setOf(address(MANY - 1), Value.of(-1)));
    List<Message> messages = reader.received();

    assertThat(seen(messages)).hasSize(MANY);
    assertThat(seen(messages).get(address(0))).containsExactly(1L, 2L);
    assertThat(seen(messages).get(address(MANY - 1))).containsExactly(2L, 2L);
    assertThat(messages.getFirst()).isInstanceOf(Snapshot.class);
    assertThat(messages.get(1)).isInstanceOf(SetValue.class);
    assertThat(messages.getLast()).isInstanceOf(Snapshot.class);
  }

  @Test
  void whatAnotherLoopWritesMeanwhileNeverStepsBack() {
    storeMany();
    TestPeer far = t.farClient("far");
    TestPeer reader = t.client("reader");
    reader.received();

    reader.sendWithinTurn(subscribe(1, "/**"));
    for (int i = 0; i < MANY; i += 7) {
      far.sendWithinTurn(TestPeer.setOf(address(i), Value.of(-i)));
    }
    Map<String, List<Long>> seen = seen(reader.received());

    assertThat(seen).hasSize(MANY);
    seen.forEach((name, revisions) -> assertThat(revisions).as(name).isSorted());
    for (int i = 0; i < MANY; i += 7) {
      assertThat(seen.get(address(i))).endsWith(2L);
    }
  }

  @Test
  void whatIsNewMeanwhileArrivesOneWayOrTheOther() {
    storeMany();
    TestPeer reader = t.client("reader");
    reader.received();

    reader.sendWithinTurn(subscribe(1, "/**"));
    writer.sendWithinTurn(TestPeer.setOf("/a/first", Value.TRUE));
    writer.sendWithinTurn(TestPeer.setOf("/z/last", Value.TRUE));
    Map<String, List<Long>> seen = seen(reader.received());

    assertThat(seen).hasSize(MANY + 2);
    assertThat(seen.get("/a/first")).containsExactly(1L);
    assertThat(seen.get("/z/last")).containsExactly(1L, 1L);
  }

  @Test
  void snapshotsOfManySessionsTakeTurns() {
    storeMany();
    TestPeer one = t.client("one");
    TestPeer two = t.client("two");
    one.received();
    two.received();

    one.sendWithinTurn(subscribe(1, "/**"));
    two.sendWithinTurn(subscribe(1, "/many/*"));
    one.sendWithinTurn(subscribe(2, "/many/0001"));

    List<Snapshot> ofOne = snapshots(one.received());
    assertThat(seen(two.received().stream().toList())).hasSize(MANY);
    assertThat(ofOne.getLast().parameters()).hasSize(1);
    assertThat(ofOne).hasSizeGreaterThan(7);
  }

  @Test
  void whatIsAskedMeanwhileIsAnsweredBehindTheSnapshot() {
    storeMany();
    TestPeer reader = t.client("reader");
    reader.received();

    reader.sendWithinTurn(subscribe(1, "/**"));
    reader.sendWithinTurn(new Message.Ping());
    reader.sendWithinTurn(subscribe(2, "/many/1*"));
    reader.sendWithinTurn(TestPeer.setOf("/own", Value.TRUE));
    reader.sendWithinTurn(new Message.Get("/own"));
    assertThat(reader.reading()).isFalse();
    List<Message> messages = reader.received();

    assertThat(reader.reading()).isTrue();
    int ping = messages.indexOf(new Message.Pong());
    assertThat(seen(messages.subList(0, ping))).hasSize(MANY);
    int own = ping + 1;
    while (!(messages.get(own) instanceof SetValue)) {
      own++;
    }
    assertThat(seen(messages.subList(ping, own))).hasSize(1000);
    assertThat(messages.subList(own + 1, messages.size()))
        .satisfiesExactly(
            ack -> assertThat(ack).isInstanceOf(Message.Ack.class),
            got -> assertThat(got).isInstanceOf(Snapshot.class));
  }

  @Test
  void aSlowReaderIsHeardWhileItsSnapshotWaits() {
    storeMany();
    TestPeer reader = t.client("reader");
    reader.received();

    reader.sendWithinTurn(subscribe(1, "/**"));
    reader.stall();
    reader.send(TestPeer.setOf("/own", Value.TRUE));

    assertThat(reader.reading()).isTrue();
    assertThat(t.router.parameters(AddressPattern.parse("/own"), 1)).hasSize(1);
  }

  @Test
  void aSnapshotThatIsUnderWayEndsWithItsSession() {
    storeMany();
    TestPeer reader = t.client("reader");
    reader.received();

    reader.sendWithinTurn(subscribe(1, "/**"));
    reader.disconnect();

    assertThat(snapshots(reader.received())).hasSizeLessThan(3);
    assertThat(t.client("next").subscribe(1, "/many/0000").received()).hasSize(1);
  }

  @Test
  void aSlowReaderGetsTheRestWhenItReadsAgain() {
    storeMany();
    TestPeer reader = t.client("reader");
    reader.received();

    reader.sendWithinTurn(subscribe(1, "/**"));
    reader.stall();
    int before = seen(reader.received()).size();
    reader.resume();

    assertThat(before).isLessThan(MANY);
    assertThat(seen(reader.received())).hasSize(MANY - before);
  }

  @Test
  void partsAreFullAlsoWhenThePieceIsLonger() {
    storeMany();
    TestPeer reader = t.client("reader");
    reader.received();

    List<Snapshot> parts = snapshots(reader.subscribe(1, "/many/**").received());

    assertThat(parts.subList(0, parts.size() - 1))
        .allSatisfy(part -> assertThat(part.parameters()).hasSizeGreaterThan(600));
  }

  @Test
  void dumpsComeInPagesThatTogetherAreEverything() {
    storeMany();
    AddressPattern pattern = AddressPattern.parse("/many/**");
    List<String> all = new ArrayList<>();
    Optional<String> after = Optional.empty();
    int pages = 0;
    do {
      ParameterPage page = t.router.parameters(pattern, 999, after);
      page.parameters().forEach(p -> all.add(p.address()));
      after = page.next();
      pages++;
    } while (after.isPresent());

    assertThat(all).hasSize(MANY).isSorted().doesNotHaveDuplicates();
    assertThat(pages).isEqualTo(6);
    assertThat(t.router.parameters(pattern, 10_000)).hasSize(MANY);
    assertThat(t.router.parameters(pattern, 0)).isEmpty();
    assertThat(t.router.parameters(pattern, 5, Optional.of(address(MANY - 1))).next()).isEmpty();
  }

  @Test
  void aPageLooksAtABoundedNumberOfAddresses() {
    for (int i = 0; i < 20_000; i++) {
      writer.sendWithinTurn(TestPeer.setOf("/x/" + i, Value.of(i)));
    }
    writer.sendWithinTurn(TestPeer.setOf("/z/wanted", Value.of(1)));
    writer.received();
    AddressPattern pattern = AddressPattern.parse("/*/wanted");

    ParameterPage first = t.router.parameters(pattern, 10, Optional.empty());

    assertThat(first.parameters()).isEmpty();
    assertThat(first.next()).isPresent();
    assertThat(t.router.parameters(pattern, 10, first.next()).parameters()).hasSize(1);
    assertThat(t.router.parameters(pattern, 10)).hasSize(1);
  }

  @Test
  void someSubscriptionsAreFoundWithoutLookingAtAll() {
    TestPeer reader = t.client("reader");
    for (int id = 1; id <= 50; id++) {
      reader.subscribe(id, "/s/" + id + "/*");
    }
    assertThat(t.router.subscriptionStatus(7)).hasSize(7).doesNotHaveDuplicates();
    assertThat(t.router.subscriptionStatus(100)).hasSize(50);
  }
}
