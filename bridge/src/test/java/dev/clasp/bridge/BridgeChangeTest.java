package dev.clasp.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Changes while it runs. */
class BridgeChangeTest {

  private final HostRig rig = new HostRig().addDesk();

  @Test
  void anotherNamespaceKeepsTheEndpoint() {
    rig.host.replace("desk", HostRig.desk().withNamespace(Namespace.parse("stage")));
    rig.says("/a", Value.of(1)).writes("/stage/b", Value.of(2)).writes("/fake/b", Value.of(3));
    assertThat(rig.router.values).containsEntry("/stage/a", Value.of(1));
    assertThat(rig.heard()).containsExactly("/b 2");
    assertThat(rig.protocol.endpoints).hasSize(1);
    assertThat(rig.status().namespace()).isEqualTo("/stage");
  }

  @Test
  void otherRatesTakeWhatWasHeldWithThem() {
    RateCaps slow = new RateCaps(OptionalDouble.of(0.1), OptionalDouble.empty());
    rig.host.replace("desk", HostRig.desk().withRates(slow, slow));
    rig.says("/a", Value.of(1)).says("/a", Value.of(2));
    rig.writes("/fake/b", Value.of(1)).writes("/fake/b", Value.of(2));
    assertThat(rig.router.values).containsEntry("/fake/a", Value.of(1));
    rig.host.replace("desk", HostRig.desk());
    rig.clock.settle();
    assertThat(rig.router.values).containsEntry("/fake/a", Value.of(2));
    assertThat(rig.heard()).containsExactly("/b 1", "/b 2");
    assertThat(rig.protocol.endpoints).hasSize(1);
  }

  @Test
  void otherSettingsOpenThisEndpointAnewAndNoOther() {
    rig.add(HostRig.desk().withName("other"));
    var other = rig.device();
    rig.host.replace("desk", HostRig.desk().withSettings(Map.of("bind", Value.of(":9001"))));
    rig.clock.settle();
    assertThat(rig.protocol.endpoints).hasSize(3);
    assertThat(rig.protocol.endpoints.getFirst().closed).isTrue();
    assertThat(rig.device().settings.text("bind")).hasValue(":9001");
    assertThat(other.closed).isFalse();
    assertThat(rig.router.ports).as("the router does not notice").hasSize(2);
    rig.writes("/fake/a", Value.of(1));
    assertThat(rig.device().heard()).containsExactly("/a 1");
  }

  @Test
  void anotherNameIsAnotherBridgeInItsPlace() {
    rig.add(HostRig.desk().withName("other"));
    rig.host.rename("desk", "table");
    rig.clock.settle();
    assertThat(rig.host.definitions())
        .extracting(BridgeDefinition::name)
        .containsExactly("table", "other");
    assertThat(rig.host.status("table").orElseThrow().state()).isEqualTo(BridgeState.RUNNING);
    assertThat(rig.protocol.endpoints.getFirst().closed).isTrue();
    assertThat(rig.router.ports.getLast().name).isEqualTo("table");
    assertThatThrownBy(() -> rig.host.rename("table", "other")).hasMessageContaining("already");
    assertThatThrownBy(() -> rig.host.rename("table", "a b")).hasMessageContaining("letters");
  }

  @Test
  void whatIsWaitingSurvivesAnotherEndpoint() {
    rig.device().context.down("away");
    rig.writes("/fake/a", Value.of(1));
    rig.host.restart("desk");
    assertThat(rig.heard()).containsExactly("/a 1");
    assertThat(rig.state()).isEqualTo(BridgeState.RUNNING);
    rig.pass(Duration.ofSeconds(10));
    assertThat(rig.protocol.endpoints).hasSize(2);
  }

  @Test
  void listenersHearOfDefinitions() {
    rig.host.replace("desk", HostRig.desk().withDirection(BridgeDirection.IN));
    rig.host.remove("desk");
    rig.clock.settle();
    assertThat(rig.events)
        .contains(
            new BridgeEvent.Defined("desk", HostRig.desk()),
            new BridgeEvent.Defined("desk", HostRig.desk().withDirection(BridgeDirection.IN)),
            new BridgeEvent.Removed("desk"));
  }

  @Test
  void secretsAreNotShownAndStayWhenNobodyChangesThem() {
    BridgeDefinition secret = HostRig.desk().withSettings(Map.of("password", Value.of("hush")));
    rig.host.replace("desk", secret);
    rig.clock.settle();
    BridgeDefinition shown = rig.host.shown(secret);
    assertThat(shown.settings()).containsEntry("password", Value.of(BridgeHost.HIDDEN));
    assertThat(rig.events.toString()).doesNotContain("hush");
    int endpoints = rig.protocol.endpoints.size();
    rig.host.replace("desk", shown.withDirection(BridgeDirection.OUT));
    rig.clock.settle();
    assertThat(rig.host.definition("desk").orElseThrow().settings())
        .containsEntry("password", Value.of("hush"));
    assertThat(rig.protocol.endpoints).hasSize(endpoints);
  }
}
