package dev.clasp.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Starting, failing, coming back, stopping. */
class BridgeLifeTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  private final HostRig rig = new HostRig();

  private List<BridgeState> states() {
    return rig.events.stream()
        .filter(BridgeEvent.StateChanged.class::isInstance)
        .map(event -> ((BridgeEvent.StateChanged) event).to())
        .toList();
  }

  @Test
  void aBridgeStartsAndSaysSo() {
    rig.protocol.starts.add(endpoint -> endpoint.context.up("listening on :9000"));
    rig.addDesk();
    assertThat(rig.state()).isEqualTo(BridgeState.RUNNING);
    assertThat(rig.status().detail()).isEqualTo("listening on :9000");
    assertThat(rig.status().details()).containsEntry("peers", Value.of(1));
    assertThat(states()).containsExactly(BridgeState.STARTING, BridgeState.RUNNING);
    assertThat(rig.router.ports.getFirst().announced)
        .containsExactly(
            Map.of(
                "bridge",
                Value.TRUE,
                "protocol",
                Value.of("fake"),
                "device",
                Value.of("desk"),
                "bidirectional",
                Value.TRUE));
  }

  @Test
  void oneThatIsSwitchedOffWaitsToBeSwitchedOn() {
    rig.add(HostRig.desk().withEnabled(false));
    assertThat(rig.state()).isEqualTo(BridgeState.STOPPED);
    assertThat(rig.protocol.endpoints).isEmpty();
    rig.host.enable("desk", true);
    assertThat(rig.state()).isEqualTo(BridgeState.RUNNING);
    rig.host.enable("desk", false);
    assertThat(rig.state()).isEqualTo(BridgeState.STOPPED);
    assertThat(rig.device().closed).isTrue();
    assertThat(rig.router.ports.getFirst().closed).isTrue();
    assertThat(rig.router.subscribers()).isZero();
    rig.host.enable("desk", true);
    assertThat(rig.state()).isEqualTo(BridgeState.RUNNING);
    assertThat(rig.counts().restarts()).isEqualTo(1);
  }

  @Test
  void aPortThatIsTakenIsTriedAgainWithLongerAndLongerPauses() {
    for (int i = 0; i < 5; i++) {
      rig.protocol.starts.add(_ -> {
        throw BridgeException.passing("port 9000 is taken");
      });
    }
    rig.addDesk();
    assertThat(rig.state()).isEqualTo(BridgeState.WAITING);
    assertThat(rig.status().detail()).isEqualTo("port 9000 is taken");
    assertThat(rig.status().lastError()).hasValue("port 9000 is taken");
    assertThat(rig.status().nextTry()).hasValue(rig.clock.now().plusSeconds(1));
    for (int pause : new int[] {1, 2, 4, 8, 8}) {
      assertThat(rig.state()).isEqualTo(BridgeState.WAITING);
      rig.pass(Duration.ofSeconds(pause).minusNanos(1));
      assertThat(rig.state()).isEqualTo(BridgeState.WAITING);
      rig.pass(Duration.ofNanos(1));
    }
    assertThat(rig.state()).isEqualTo(BridgeState.RUNNING);
    assertThat(rig.status().nextTry()).isEmpty();
    assertThat(rig.status().lastError()).as("stays readable").hasValue("port 9000 is taken");
    assertThat(rig.protocol.endpoints).hasSize(6);
    assertThat(rig.protocol.endpoints.subList(0, 5)).allMatch(endpoint -> endpoint.closed);
    assertThat(rig.counts().restarts()).isEqualTo(5);
  }

  @Test
  void settingsThatCannotWorkAreNotTriedAgain() {
    rig.protocol.starts.add(_ -> {
      throw BridgeException.lasting("there is no such card");
    });
    rig.addDesk();
    assertThat(rig.state()).isEqualTo(BridgeState.FAILED);
    rig.pass(Duration.ofHours(1));
    assertThat(rig.protocol.endpoints).hasSize(1);
    rig.host.replace("desk", HostRig.desk().withSettings(Map.of("bind", Value.of(":9001"))));
    assertThat(rig.state()).isEqualTo(BridgeState.RUNNING);
  }

  @Test
  void theEndpointHearsThatTheRouterIsAwayAndBack() {
    rig.addDesk();
    rig.router.ports.getFirst().change(RouterPort.Change.LOST);
    rig.router.ports.getFirst().change(RouterPort.Change.CONNECTED);
    assertThat(rig.device().routerConnected).containsExactly(false, true);
  }

  @Test
  void anEndpointThatIsMadeWhileTheRouterIsAwayHearsSo() {
    rig.addDesk();
    assertThat(rig.device().routerConnected).isEmpty();
    rig.router.ports.getFirst().change(RouterPort.Change.LOST);
    rig.device().context.failed("the cable was pulled");
    rig.pass(SECOND);
    assertThat(rig.protocol.endpoints).hasSize(2);
    assertThat(rig.device().routerConnected).containsExactly(false);
    rig.router.ports.getFirst().change(RouterPort.Change.CONNECTED);
    assertThat(rig.device().routerConnected).containsExactly(false, true);
  }

  @Test
  void aFailureAtWorkOpensAnotherEndpoint() {
    rig.addDesk();
    var first = rig.device();
    first.context.failed("the cable was pulled");
    assertThat(rig.state()).isEqualTo(BridgeState.WAITING);
    assertThat(first.closed).isTrue();
    rig.pass(SECOND);
    assertThat(rig.state()).isEqualTo(BridgeState.RUNNING);
    assertThat(rig.device()).isNotSameAs(first);
    first.context.failed("an old story");
    first.says("/x", Value.of(1));
    assertThat(rig.state()).isEqualTo(BridgeState.RUNNING);
    assertThat(rig.router.values).isEmpty();
  }

  @Test
  void whoFailsSoonWaitsLongerAndWhoWorkedForAWhileDoesNot() {
    rig.addDesk();
    rig.device().context.failed("once");
    rig.pass(SECOND);
    rig.device().context.failed("twice");
    rig.pass(SECOND);
    assertThat(rig.state()).isEqualTo(BridgeState.WAITING);
    rig.pass(SECOND);
    assertThat(rig.state()).isEqualTo(BridgeState.RUNNING);
    rig.pass(Duration.ofSeconds(30));
    rig.device().context.failed("later");
    rig.pass(SECOND);
    assertThat(rig.state()).isEqualTo(BridgeState.RUNNING);
  }

  @Test
  void aDeviceThatIsAwayMakesItDegradedUntilItIsBack() {
    rig.protocol.starts.add(endpoint -> endpoint.context.down("nobody answers"));
    rig.addDesk();
    assertThat(rig.state()).isEqualTo(BridgeState.DEGRADED);
    rig.writes("/fake/a", Value.of(1)).writes("/fake/a", Value.of(2));
    assertThat(rig.heard()).isEmpty();
    rig.device().context.up("there it is");
    assertThat(rig.state()).isEqualTo(BridgeState.RUNNING);
    assertThat(rig.heard()).as("the newest value has waited").containsExactly("/a 2");
    assertThat(rig.counts().reconnects()).as("it was the first time").isZero();
    rig.device().context.down("away");
    assertThat(rig.state()).isEqualTo(BridgeState.DEGRADED);
    rig.device().context.up("back");
    assertThat(rig.counts().reconnects()).isEqualTo(1);
    assertThat(rig.protocol.endpoints).hasSize(1);
  }

  @Test
  void withoutARouterItWaits() {
    rig.router.refusesConnections = true;
    rig.addDesk();
    assertThat(rig.state()).isEqualTo(BridgeState.WAITING);
    assertThat(rig.status().detail()).contains("nobody is there");
    rig.router.refusesConnections = false;
    rig.pass(SECOND);
    assertThat(rig.state()).isEqualTo(BridgeState.RUNNING);
  }

  @Test
  void aClientThatGivesUpIsReplaced() {
    rig.addDesk();
    rig.router.ports.getFirst().change(RouterPort.Change.ENDED);
    assertThat(rig.state()).isEqualTo(BridgeState.WAITING);
    rig.pass(SECOND);
    assertThat(rig.state()).isEqualTo(BridgeState.RUNNING);
    assertThat(rig.router.ports).hasSize(2);
    rig.says("/a", Value.of(1));
    assertThat(rig.router.values).containsEntry("/fake/a", Value.of(1));
  }

  @Test
  void removingFreesEverything() {
    rig.addDesk();
    var closed = rig.host.remove("desk");
    rig.clock.settle();
    assertThat(closed).isCompleted();
    assertThat(rig.device().closed).isTrue();
    assertThat(rig.router.subscribers()).isZero();
    assertThat(rig.host.status()).isEmpty();
    assertThat(rig.clock.timers()).isZero();
    assertThatThrownBy(() -> rig.host.remove("desk")).hasMessage("there is no bridge desk");
  }

  @Test
  void whatCannotWorkIsRefusedAndNothingChanges() {
    rig.addDesk();
    assertThatThrownBy(() -> rig.host.add(HostRig.desk())).hasMessageContaining("already");
    assertThatThrownBy(() -> rig.host.add(BridgeDefinition.of("x", "fax", Map.of())))
        .hasMessage("there is no protocol fax; there are fake");
    assertThatThrownBy(() ->
            rig.host.replace("desk", HostRig.desk().withSettings(Map.of("colour", Value.of(1)))))
        .isInstanceOf(BridgeException.class)
        .hasMessage("settings: there is no setting colour; there are password, bind, target");
    assertThat(rig.host.definitions()).containsExactly(HostRig.desk());
    assertThat(rig.state()).isEqualTo(BridgeState.RUNNING);
  }

  @Test
  void aCrashOfAnEndpointIsNoCrashOfTheHost() {
    rig.protocol.starts.add(_ -> {
      throw new IllegalStateException("a test wants it so");
    });
    rig.addDesk();
    assertThat(rig.state()).isEqualTo(BridgeState.WAITING);
    rig.pass(SECOND);
    rig.device().failsToSend = true;
    rig.writes("/fake/a", Value.of(1));
    assertThat(rig.state()).isEqualTo(BridgeState.RUNNING);
    assertThat(rig.counts().dropped()).isEqualTo(1);
    assertThat(rig.status().lastError()).hasValue("/a could not be sent: no paper");
  }

  @Test
  void problemsAreToldOnceASecondAndAllAreCounted() {
    rig.addDesk();
    for (int i = 0; i < 100; i++) {
      rig.device().context.error("hiss");
    }
    rig.pass(SECOND);
    rig.device().context.error("crackle");
    rig.clock.settle();
    assertThat(rig.events.stream().filter(BridgeEvent.Problem.class::isInstance).toList())
        .containsExactly(
            new BridgeEvent.Problem("desk", "hiss", 0),
            new BridgeEvent.Problem("desk", "crackle", 99));
    assertThat(rig.counts().errors()).isEqualTo(101);
  }

  @Test
  void closingTheHostStopsAll() {
    rig.addDesk().add(HostRig.desk().withName("other"));
    // Waits for nothing that a test would have to do meanwhile.
    Thread closing = Thread.ofVirtual().start(rig.host::close);
    while (closing.isAlive()) {
      rig.clock.settle();
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(rig.protocol.endpoints).allMatch(endpoint -> endpoint.closed);
    assertThatThrownBy(() -> rig.host.add(HostRig.desk())).hasMessageContaining("closed");
  }
}
