package dev.clasp.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What an endpoint says while it is closed still reaches the router; what it says later does not.
 */
class BridgeFarewellTest {

  private static final String OFF = "EVENT /fake/note Int[value=0]";

  private final HostRig rig = new HostRig();

  private void letsGo(FakeProvider.FakeEndpoint device) {
    device.says("/note", SignalType.EVENT, Value.of(0));
  }

  @Test
  void aBridgeThatStopsLetsGo() {
    rig.protocol.closes.add(this::letsGo);
    rig.addDesk();
    rig.host.enable("desk", false);
    assertThat(rig.state()).isEqualTo(BridgeState.STOPPED);
    assertThat(rig.router.published).containsExactly(OFF);
    assertThat(rig.counts().in()).isEqualTo(1);
    assertThat(rig.router.ports).singleElement().matches(port -> port.closed);
    letsGo(rig.device());
    rig.clock.settle();
    assertThat(rig.router.published).as("it is closed").hasSize(1);
  }

  @Test
  void theConnectionIsKeptUntilTheRouterHasIt() {
    rig.protocol.closes.add(device -> device.says("/held", Value.of(0)));
    rig.addDesk();
    rig.router.holdsAnswers = true;
    CompletableFuture<Void> gone = rig.host.remove("desk");
    rig.clock.settle();
    assertThat(rig.router.values).containsEntry("/fake/held", Value.of(0));
    assertThat(rig.device().closed).isTrue();
    assertThat(rig.router.ports.getFirst().closed).isFalse();
    assertThat(gone).isNotDone();
    rig.router.answer();
    assertThat(rig.router.ports.getFirst().closed).isTrue();
    assertThat(gone).isCompleted();
  }

  @Test
  void aRouterThatDoesNotAnswerIsLeftAfterASecond() {
    rig.protocol.closes.add(device -> device.says("/held", Value.of(0)));
    rig.addDesk();
    rig.router.holdsAnswers = true;
    CompletableFuture<Void> gone = rig.host.remove("desk");
    rig.pass(Duration.ofNanos(Farewell.PATIENCE_NANOS - 1));
    assertThat(gone).isNotDone();
    rig.pass(Duration.ofNanos(1));
    assertThat(gone).isCompleted();
    assertThat(rig.router.ports.getFirst().closed).isTrue();
  }

  @Test
  void aRouterThatIsAwayIsNotWaitedFor() {
    rig.protocol.closes.add(this::letsGo);
    rig.addDesk();
    rig.router.ports.getFirst().change(RouterPort.Change.LOST);
    CompletableFuture<Void> gone = rig.host.remove("desk");
    rig.clock.settle();
    assertThat(gone).isCompleted();
    assertThat(rig.router.published).isEmpty();
  }

  @Test
  void aBridgeThatStartsAgainAtOnceComesBehind() {
    rig.protocol.closes.add(device -> device.says("/held", Value.of(0)));
    rig.addDesk();
    rig.router.holdsAnswers = true;
    rig.host.enable("desk", false);
    rig.host.enable("desk", true);
    rig.clock.settle();
    assertThat(rig.router.ports).hasSize(1);
    rig.router.answer();
    assertThat(rig.router.ports).hasSize(2);
    assertThat(rig.state()).isEqualTo(BridgeState.RUNNING);
  }

  @Test
  void otherSettingsAndAnotherNamespaceLetGoWhereItWasHeld() {
    rig.protocol.closes.add(device -> device.says("/held", Value.of(0)));
    rig.protocol.starts.add(_ -> {});
    rig.protocol.starts.add(device -> device.says("/held", Value.of(1)));
    rig.addDesk();
    var old = rig.device();
    rig.host.replace(
        "desk",
        HostRig.desk()
            .withSettings(Map.of("bind", Value.of(":9001")))
            .withNamespace(new Namespace("/new")));
    rig.clock.settle();
    assertThat(rig.router.values)
        .containsEntry("/fake/held", Value.of(0))
        .containsEntry("/new/held", Value.of(1));
    old.says("/held", Value.of(2));
    rig.clock.settle();
    assertThat(rig.router.values).hasSize(2).doesNotContainValue(Value.of(2));
  }

  @Test
  void theLastWordsComeBeforeThoseOfTheNextEndpoint() {
    rig.protocol.closes.add(device -> device.says("/held", Value.of(0)));
    rig.protocol.starts.add(_ -> {});
    rig.protocol.starts.add(device -> device.says("/held", Value.of(1)));
    rig.addDesk();
    rig.host.restart("desk");
    rig.clock.settle();
    assertThat(rig.router.values).containsEntry("/fake/held", Value.of(1));
  }

  @Test
  void otherRulesLetGoByTheOldOnesAndTheEndpointGoesOn() {
    rig.addDesk();
    rig.device().held.add("/held");
    rig.host.replace("desk", HostRig.desk().withNamespace(new Namespace("/new")));
    rig.clock.settle();
    assertThat(rig.router.values).containsOnly(Map.entry("/fake/held", Value.of(0)));
    assertThat(rig.protocol.endpoints).hasSize(1);
    rig.says("/held", Value.of(1));
    assertThat(rig.router.values).containsEntry("/new/held", Value.of(1)).hasSize(2);
  }

  @Test
  void whatRulesDoNotTouchLetsNothingGo() {
    rig.addDesk();
    rig.device().held.add("/held");
    rig.host.replace("desk", HostRig.desk().withDirection(BridgeDirection.IN));
    rig.clock.settle();
    assertThat(rig.router.values).isEmpty();
  }

  @Test
  void anEndpointThatFailsLetsGo() {
    rig.protocol.closes.add(this::letsGo);
    rig.addDesk();
    rig.device().context.failed("the cable is out");
    rig.clock.settle();
    assertThat(rig.state()).isEqualTo(BridgeState.WAITING);
    assertThat(rig.router.published).containsExactly(OFF);
  }

  @Test
  void noCapKeepsThemAndWhatACapHasHeldGoesFirst() {
    RateCaps slow = new RateCaps(OptionalDouble.of(1), OptionalDouble.empty());
    rig.protocol.closes.add(this::letsGo);
    rig.add(HostRig.desk().withRates(slow, slow));
    rig.device().says("/note", SignalType.EVENT, Value.of(1));
    rig.says("/fader", Value.of(1)).says("/fader", Value.of(2));
    rig.host.enable("desk", false);
    rig.clock.settle();
    assertThat(rig.router.values).containsEntry("/fake/fader", Value.of(2));
    assertThat(rig.router.published).containsExactly("EVENT /fake/note Int[value=1]", OFF);
  }

  @Test
  void thereAreNotTooMany() {
    rig.protocol.closes.add(device -> {
      for (int i = 0; i < 3; i++) {
        String part = "/" + i + "/";
        device.context.receive(
            new Parcel(
                IntStream.range(0, Bridge.MAX_LAST_WORDS / 2)
                    .mapToObj(n -> new MappedSignal(part + n, SignalType.PARAM, Value.of(0)))
                    .toList(),
                false,
                OptionalLong.empty(),
                Optional.empty()));
      }
    });
    rig.addDesk();
    rig.host.enable("desk", false);
    rig.clock.settle();
    assertThat(rig.router.writes).hasSize(Bridge.MAX_LAST_WORDS);
    assertThat(rig.counts().dropped()).isEqualTo(1);
  }

  @Test
  void nothingIsSaidByABridgeThatOnlyListensToTheRouter() {
    rig.protocol.closes.add(this::letsGo);
    rig.add(HostRig.desk().withDirection(BridgeDirection.OUT));
    rig.host.enable("desk", false);
    rig.clock.settle();
    assertThat(rig.router.published).isEmpty();
  }

  @Test
  void aBridgeThatIsStoppedWhileItStartsAnewStillLetsGo() {
    rig.protocol.closes.add(this::letsGo);
    rig.addDesk();
    rig.host.restart("desk");
    CompletableFuture<Void> gone = rig.host.remove("desk");
    rig.clock.settle();
    assertThat(gone).isCompleted();
    assertThat(rig.router.published).containsExactly(OFF);
    assertThat(rig.router.ports).singleElement().matches(port -> port.closed);
  }
}
