package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Message;
import dev.clasp.protocol.Value;
import dev.clasp.protocol.ValueLayout;
import dev.clasp.router.spi.StateChange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What the router tells whoever keeps its state, and what it takes back. */
class RouterStateTest {

  private final TestRouter t = new TestRouter();
  private final TestPeer writer = t.client("writer");
  private final RouterState state = t.router.state();

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Each change as {@code address@revision}, removed ones with a minus. */
  private List<String> changes() {
    List<String> changes = new ArrayList<>();
    assertThat(state.changes(change -> changes.add(text(change)))).isTrue();
    return changes;
  }

  private static String text(StateChange change) {
    return (change instanceof StateChange.Removed ? "-" : "")
        + new String(change.address(), StandardCharsets.UTF_8)
        + "@"
        + change.revision();
  }

  @Test
  void nothingIsNotedUntilSomebodyAsks() {
    writer.set("/a", 1);
    assertThat(changes()).isEmpty();
    state.track();
    assertThat(changes()).isEmpty();
  }

  @Test
  void eachAddressIsToldOnceWithItsNewestValue() {
    state.track();
    writer.set("/a", 1).set("/a", 2).set("/b", 1).set("/a", 3);
    assertThat(changes()).containsExactlyInAnyOrder("/a@3", "/b@1");
    assertThat(changes()).isEmpty();
    writer.set("/a", 4);
    assertThat(changes()).containsExactly("/a@4");
  }

  @Test
  void theEndOfAParameterIsAChange() {
    state.track();
    writer.send(
        new Message.SetValue(
            "/short",
            Value.TRUE,
            OptionalLong.empty(),
            false,
            false,
            Optional.of(new dev.clasp.protocol.Ttl.Sliding(1))));
    assertThat(changes()).containsExactly("/short@1");
    t.passMillis(1500);
    assertThat(changes()).containsExactly("-/short@2");
  }

  @Test
  void aBundleThatWasRefusedChangesNothing() {
    state.track();
    writer.set("/a", 1);
    changes();
    writer.send(
        TestRouter.bundle(
            TestPeer.setOf("/a", Value.of(2)),
            TestPeer.setOf("/new", Value.of(2)),
            new Message.SetValue(
                "/a", Value.of(3), OptionalLong.of(77), false, false, Optional.empty())));
    assertThat(changes()).allMatch(c -> c.equals("/a@1") || c.startsWith("-/new"));
  }

  @Test
  void everythingIsToldWithTheRevisionThatNoNewAddressMayBeginBelow() {
    writer.set("/a", 1).set("/b", 1).set("/b", 2);
    state.raiseFloors(40, 0);
    List<String> all = new ArrayList<>();
    assertThat(state.everything(change -> all.add(text(change)))).isEqualTo(40);
    assertThat(all).containsExactly("/a@1", "/b@2");
    writer.set("/c", 1).set("/a", 2);
    all.clear();
    state.everything(change -> all.add(text(change)));
    assertThat(all).containsExactly("/a@2", "/b@2", "/c@41");
  }

  @Test
  void tooManyChangesAreNotAllNoted() {
    Stripe stripe = new Stripe(0, 10, new ParameterSettings.Rules(List.of()), new AddressIndex());
    stripe.trackChanges();
    for (int i = 0; i < 70_000; i++) {
      stripe.noteChange(new Address(bytes("/" + i), i, ParameterSettings.NONE));
    }
    assertThat(stripe.changesLost).isTrue();
    assertThat(stripe.changes).isZero();
    stripe.changesLost = false;
    Address address = new Address(bytes("/x"), 1, ParameterSettings.NONE);
    stripe.noteChange(address);
    stripe.noteChange(address);
    assertThat(stripe.changes).isEqualTo(1);
  }

  // --- back again --------------------------------------------------------------------------------

  private static StateChange stored(String address, int type, byte[] value, String writer) {
    return new StateChange.Stored(
        bytes(address),
        type,
        value,
        7,
        bytes(writer),
        ManualTime.START_MICROS,
        ManualTime.START_MICROS,
        OptionalInt.empty(),
        0);
  }

  @Test
  void whatComesBackIsAsItWas() {
    byte[] one = {0, 0, 0, 0, 0, 0, 0, 1};
    RouterState.Restored restored =
        state.restore(t.lane, List.of(stored("/a", ValueLayout.I64, one, "somebody")));
    assertThat(restored).isEqualTo(new RouterState.Restored(1, 0, 0));
    TestPeer reader = t.client("reader").subscribe(1, "/**");
    assertThat(reader.received())
        .singleElement()
        .isInstanceOfSatisfying(
            Message.Snapshot.class,
            snapshot ->
                assertThat(snapshot.parameters())
                    .containsExactly(
                        new Message.Parameter(
                            "/a",
                            Value.of(1L),
                            7,
                            Optional.of("somebody"),
                            OptionalLong.of(ManualTime.START_MICROS))));
    writer.set("/a", 2);
    assertThat(t.router.parameters(dev.clasp.protocol.AddressPattern.parse("/a"), 1))
        .singleElement()
        .satisfies(p -> assertThat(p.revision()).isEqualTo(8));
  }

  @Test
  void whatNoClientCouldHaveSetIsRefused() {
    byte[] nothing = {};
    List<StateChange> wrong =
        List.of(
            stored("no slash", ValueLayout.NULL, nothing, "w"),
            stored("/a/*", ValueLayout.NULL, nothing, "w"),
            stored("/a", ValueLayout.I64, nothing, "w"),
            stored("/a", ValueLayout.NULL, new byte[] {1}, "w"),
            stored("/a", 200, nothing, "w"),
            stored("/a", ValueLayout.NULL, nothing, "two words"),
            stored("/a", ValueLayout.NULL, nothing, "w".repeat(65)),
            new StateChange.Removed(bytes("/a"), -1));
    assertThat(state.restore(t.lane, wrong))
        .isEqualTo(new RouterState.Restored(0, 0, wrong.size()));
    assertThat(t.router.parameterCount()).isZero();
  }

  @Test
  void aRouterTakesNoMoreThanItMayHave() {
    TestRouter small = new TestRouter(c -> c.maxParameters(2));
    List<StateChange> three = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      three.add(stored("/" + i, ValueLayout.NULL, new byte[0], "w"));
    }
    three.add(stored("/1", ValueLayout.BOOL, new byte[1], "w"));
    assertThat(small.router.state().restore(small.lane, three))
        .isEqualTo(new RouterState.Restored(3, 0, 1));
    assertThat(small.router.parameterCount()).isEqualTo(2);
    small.client("a").send(TestPeer.setOf("/1", Value.TRUE));
    assertThat(small.router.parameterCount()).isEqualTo(2);
  }

  @Test
  void whatWasRemovedLaterIsNotThere() {
    List<StateChange> changes =
        List.of(
            stored("/a", ValueLayout.NULL, new byte[0], "w"),
            new StateChange.Removed(bytes("/a"), 9),
            new StateChange.Removed(bytes("/b"), 3));
    state.restore(t.lane, changes);
    assertThat(t.router.parameterCount()).isZero();
    assertThat(t.router.space().bytes()).hasValue(0);
    writer.set("/a", 1);
    assertThat(t.router.parameters(dev.clasp.protocol.AddressPattern.parse("/**"), 9))
        .singleElement()
        .satisfies(p -> assertThat(p.revision()).isEqualTo(10));
  }

  @Test
  void lifetimesGoOn() {
    StateChange lasting =
        new StateChange.Stored(
            bytes("/ttl"),
            ValueLayout.NULL,
            new byte[0],
            1,
            bytes("w"),
            t.time.unixMicros(),
            t.time.unixMicros(),
            OptionalInt.of(5),
            t.time.unixMicros());
    state.restore(t.lane, List.of(lasting));
    t.passMillis(4900);
    assertThat(t.router.parameterCount()).isEqualTo(1);
    t.passMillis(200);
    assertThat(t.router.parameterCount()).isZero();
  }
}
