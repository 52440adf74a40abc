package dev.clasp.discovery;

import static dev.clasp.discovery.Devices.device;
import static dev.clasp.discovery.Mechanism.BROADCAST;
import static dev.clasp.discovery.Mechanism.MANUAL;
import static dev.clasp.discovery.Mechanism.MDNS;
import static dev.clasp.discovery.Mechanism.RENDEZVOUS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.discovery.DiscoveryEvent.Found;
import dev.clasp.discovery.DiscoveryEvent.Lost;
import dev.clasp.discovery.DiscoveryEvent.Updated;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** One device however it was found (D-10, D-22). */
class DeviceTableTest {

  private static final Optional<String> NONE = Optional.empty();
  private static final String WS = "ws://192.0.2.1:7330/clasp";

  private final DeviceTable table = new DeviceTable();

  private List<DiscoveryEvent> sees(Mechanism mechanism, String id, String ws) {
    return table.seen(mechanism, device(mechanism, id, NONE, ws));
  }

  private List<DiscoveryEvent> sees(Mechanism mechanism, String id, String ws, String stable) {
    return table.seen(mechanism, device(mechanism, id, Optional.of(stable), ws));
  }

  private Device only() {
    assertThat(table.devices()).hasSize(1);
    return table.devices().getFirst();
  }

  /** D-10. */
  @Test
  void d10OneServerFoundThreeWaysIsOneDevice() {
    assertThat(sees(MDNS, "Desk._clasp._tcp.local.", WS, "x").getFirst()).isInstanceOf(Found.class);
    assertThat(sees(BROADCAST, "x", WS, "x").getFirst()).isInstanceOf(Updated.class);
    assertThat(sees(RENDEZVOUS, "r1", "ws://desk.example:80/clasp", "x").getFirst())
        .isInstanceOf(Updated.class);

    Device device = only();
    assertThat(device.id()).isEqualTo("Desk._clasp._tcp.local.");
    assertThat(device.sources()).containsExactly(MDNS, BROADCAST, RENDEZVOUS);
    assertThat(device.stableId()).contains("x");
    assertThat(device.endpoints()).isEqualTo(Map.of("ws", WS));
  }

  @Test
  void withoutAStableIdHostAndPortDecide() {
    sees(MDNS, "a", "ws://Desk.local:7330/clasp");
    sees(BROADCAST, "b", "ws://desk.local:7330");
    sees(BROADCAST, "c", "ws://desk.local:7331");
    sees(RENDEZVOUS, "d", "");
    assertThat(table.devices()).extracting(Device::id).containsExactly("a", "c", "d");
  }

  @Test
  void aStableIdJoinsAnAddressThatHasNone() {
    sees(BROADCAST, "random", WS);
    sees(MDNS, "m", WS, "x");
    assertThat(only().stableId()).contains("x");
    assertThat(only().id()).isEqualTo("random");
  }

  @Test
  void differentStableIdsAreDifferentDevicesAlsoAtOneAddress() {
    sees(MDNS, "a", WS, "x");
    sees(MDNS, "b", WS, "y");
    assertThat(table.devices()).hasSize(2);
  }

  @Test
  void endpointsFeaturesAndMetaAreUnited() {
    Device first = device(MDNS, "a", Optional.of("x"), WS);
    Device second =
        new Device(
            "b",
            Optional.of("x"),
            "other name",
            DeviceInfo.DEFAULT.withFeatures(List.of("param", "gesture")).withMeta(Map.of("k", "v")),
            Map.of("ws", "ws://198.51.100.1:1", "quic", "quic://192.0.2.1:7331"),
            Set.of(RENDEZVOUS),
            5,
            9);
    table.seen(MDNS, first);
    table.seen(RENDEZVOUS, second);

    Device device = only();
    assertThat(device.name()).isEqualTo("name of a");
    assertThat(device.endpoints()).isEqualTo(Map.of("ws", WS, "quic", "quic://192.0.2.1:7331"));
    assertThat(device.info().features()).containsExactly("param", "event", "stream", "gesture");
    assertThat(device.info().meta()).containsEntry("k", "v");
    assertThat(device.discoveredNanos()).isEqualTo(1);
    assertThat(device.lastSeenNanos()).isEqualTo(9);
  }

  @Test
  void twoThatTurnOutToBeOneBecomeOne() {
    sees(MDNS, "a", WS, "x");
    sees(RENDEZVOUS, "b", "ws://elsewhere:1");
    List<DiscoveryEvent> events = sees(RENDEZVOUS, "b", "ws://elsewhere:1", "x");
    assertThat(events).hasSize(2);
    assertThat(events.getFirst()).isEqualTo(new Lost("b"));
    assertThat(events.getLast()).isInstanceOf(Updated.class);
    assertThat(only().sources()).containsExactly(MDNS, RENDEZVOUS);
  }

  /** D-22. */
  @Test
  void d22OnlyAChangeIsAnUpdate() {
    sees(MDNS, "a", WS);
    assertThat(sees(MDNS, "a", WS)).isEmpty();
    assertThat(sees(MDNS, "a", "ws://192.0.2.2:7330")).singleElement().isInstanceOf(Updated.class);
  }

  @Test
  void aDeviceEndsWithItsLastSightingUnderItsFirstId() {
    sees(MDNS, "a", WS);
    sees(BROADCAST, "b", WS);
    assertThat(table.lost(MDNS, "a")).singleElement().isInstanceOf(Updated.class);
    assertThat(only().id()).isEqualTo("a");
    assertThat(only().sources()).containsExactly(BROADCAST);
    assertThat(table.lost(MDNS, "a")).isEmpty();
    assertThat(table.lost(BROADCAST, "b")).containsExactly(new Lost("a"));
    assertThat(table.devices()).isEmpty();
  }

  @Test
  void mechanismsMayCallDifferentDevicesTheSame() {
    sees(MDNS, "a", "ws://h:1");
    sees(RENDEZVOUS, "a", "ws://h:2");
    assertThat(table.devices()).extracting(Device::id).containsExactly("a", "rendezvous:a");
  }

  /** D-22. */
  @Test
  void d22WhatIsNotSeenAges() {
    sees(BROADCAST, "a", "ws://h:1");
    sees(MDNS, "b", "ws://h:2");
    assertThat(table.age(BROADCAST, 11, 10)).isEmpty();
    assertThat(table.age(BROADCAST, 12, 10)).containsExactly(new Lost("a"));
    assertThat(only().id()).isEqualTo("b");
  }

  @Test
  void everythingIsBounded() {
    for (int i = 0; i < 3 * DeviceTable.MAX_DEVICES; i++) {
      sees(MDNS, "d" + i, "ws://h" + i + ":1");
      sees(RENDEZVOUS, "same " + i, WS, "x");
    }
    assertThat(table.devices()).hasSize(DeviceTable.MAX_DEVICES);
  }

  @Test
  void manualDevicesAreReplacedById() {
    Device first = device(MANUAL, "a", NONE, "");
    table.seen(MANUAL, first);
    table.seen(
        MANUAL, new Device("a", NONE, "second", first.info(), Map.of(), Set.of(MANUAL), 2, 2));
    assertThat(only().name()).isEqualTo("second");
    assertThat(table.remove("a")).containsExactly(new Lost("a"));
    assertThat(table.remove("a")).isEmpty();
  }

  /** The table against a recount: every sighting is somewhere, and no device is empty. */
  @Test
  void nothingIsForgottenHoweverTheyComeAndGo() {
    Random dice = new Random(7);
    Set<String> alive = new java.util.HashSet<>();
    for (int i = 0; i < 20_000; i++) {
      Mechanism mechanism = List.of(MDNS, BROADCAST, RENDEZVOUS).get(dice.nextInt(3));
      String id = "i" + dice.nextInt(12);
      if (dice.nextInt(3) == 0) {
        table.lost(mechanism, id);
        alive.remove(mechanism + id);
      } else {
        table.seen(
            mechanism,
            device(
                mechanism,
                id,
                dice.nextBoolean() ? Optional.of("s" + dice.nextInt(6)) : NONE,
                "ws://h" + dice.nextInt(6) + ":1"));
        alive.add(mechanism + id);
      }
      assertThat(table.devices().isEmpty()).isEqualTo(alive.isEmpty());
      assertThat(table.devices().size()).isLessThanOrEqualTo(alive.size());
      assertThat(table.devices().stream().map(Device::id).distinct().count())
          .isEqualTo(table.devices().size());
    }
  }
}
