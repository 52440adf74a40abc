package dev.clasp.bridgeartnet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridgeartnet.ArtNetPacket.ArtRdm;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtTodData;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtTodRequest;
import dev.clasp.protocol.Value;
import dev.clasp.rdm.Uid;
import dev.clasp.transform.MappedSignal;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Devices behind a node, with emulated ones, and time by hand. */
class RdmDevicesTest {

  private static final long SECOND = 1_000_000_000L;
  private static final InetSocketAddress NODE = SentPackets.at("10.0.0.5");
  private static final Uid ONE = Uid.parse("7a70:00000001");
  private static final Uid TWO = Uid.parse("7a70:00000002");
  private static final Uid THREE = Uid.parse("7a71:00000001");

  private final SentPackets wire = new SentPackets();
  private final Map<String, Value> told = new LinkedHashMap<>();
  private final List<String> dropped = new ArrayList<>();
  private final RdmDevices devices =
      new RdmDevices(Uid.of(0x7FF0, 1), wire, this::tell, dropped::add);
  private final ArtNetController.Entry entry =
      new ArtNetController.Entry(
          new ArtNetController.Key(NODE.getAddress(), 1), NODE, EmulatedGateway.reply(), 0);
  private boolean lost;

  private void tell(List<MappedSignal> signals) {
    signals.forEach(signal -> told.put(signal.address(), signal.value()));
  }

  /** Everything goes to and fro until nobody says anything. */
  private void exchange(EmulatedGateway gateway, long nanos) {
    devices.tick(nanos);
    while (!wire.all.isEmpty()) {
      SentPackets.Sent sent = wire.all.removeFirst();
      assertThat(sent.to()).isEqualTo(NODE);
      for (ArtNetPacket answer : lost ? List.<ArtNetPacket>of() : gateway.take(sent.packet())) {
        switch (answer) {
          case ArtTodData data -> devices.table(data, NODE.getAddress(), nanos);
          case ArtRdm rdm -> devices.answered(rdm, NODE.getAddress(), nanos);
          default -> throw new AssertionError(answer);
        }
      }
    }
  }

  private Value of(Uid uid, String name) {
    return told.getOrDefault("/$rdm/" + uid + "/" + name, Value.NULL);
  }

  @Test
  void devicesAreFoundInPiecesAndRead() {
    EmulatedGateway gateway = new EmulatedGateway(2, ONE, TWO, THREE);
    devices.node(entry, true);

    exchange(gateway, 0);

    for (Uid uid : List.of(ONE, TWO, THREE)) {
      assertThat(of(uid, "online")).isEqualTo(Value.TRUE);
      assertThat(of(uid, "model")).isEqualTo(Value.of("Par 64"));
      assertThat(of(uid, "manufacturer")).isEqualTo(Value.of("CLASP"));
      assertThat(of(uid, "start_address")).isEqualTo(Value.of(1));
      assertThat(of(uid, "personalities")).isEqualTo(Value.of(2));
      assertThat(of(uid, "identify")).isEqualTo(Value.FALSE);
      assertThat(of(uid, "universe")).isEqualTo(Value.of(EmulatedGateway.UNIVERSE));
      assertThat(of(uid, "node")).isEqualTo(Value.of("10.0.0.5"));
    }
    assertThat(dropped).isEmpty();
  }

  @Test
  void whatIsWrittenIsSetInTheDevice() {
    EmulatedGateway gateway = new EmulatedGateway(200, ONE);
    devices.node(entry, true);
    exchange(gateway, 0);

    devices.write("/$rdm/" + ONE + "/label", Value.of("Front left"), SECOND);
    devices.write("/$rdm/" + ONE + "/start_address", Value.of(101), SECOND);
    devices.write("/$rdm/" + ONE + "/personality", Value.of(2), SECOND);
    devices.write("/$rdm/" + ONE + "/identify", Value.TRUE, SECOND);
    exchange(gateway, SECOND);

    assertThat(gateway.lamp(ONE).label()).isEqualTo("Front left");
    assertThat(gateway.lamp(ONE).startAddress()).isEqualTo(101);
    assertThat(gateway.lamp(ONE).personality()).isEqualTo(2);
    assertThat(gateway.lamp(ONE).identifying()).isTrue();
    assertThat(of(ONE, "start_address")).isEqualTo(Value.of(101));
    // The footprint follows the personality.
    assertThat(of(ONE, "footprint")).isEqualTo(Value.of(4));
    assertThat(of(ONE, "label")).isEqualTo(Value.of("Front left"));
    assertThat(dropped).isEmpty();
  }

  @Test
  void aRefusalIsToldAndTheRouterGetsTheOldValueBack() {
    EmulatedGateway gateway = new EmulatedGateway(200, ONE);
    devices.node(entry, true);
    exchange(gateway, 0);
    told.clear();

    devices.write("/$rdm/" + ONE + "/personality", Value.of(9), SECOND);
    devices.write("/$rdm/" + ONE + "/start_address", Value.of(513), SECOND);
    exchange(gateway, SECOND);

    assertThat(dropped).hasSize(2);
    assertThat(dropped.getFirst()).contains("1 to 512");
    assertThat(dropped.getLast()).contains("out of its range");
    assertThat(of(ONE, "personality")).isEqualTo(Value.of(1));
  }

  @Test
  void oldValuesOfTheRouterAreNotWrittenToDevicesThatAreNotKnownYet() {
    EmulatedGateway gateway = new EmulatedGateway(200, ONE);
    devices.write("/$rdm/" + ONE + "/start_address", Value.of(400), 0);
    devices.node(entry, true);
    exchange(gateway, 0);
    devices.write("/$rdm/" + ONE + "/start_address", Value.of(1), 0);
    devices.write("/$rdm/nonsense/start_address", Value.of(1), 0);

    assertThat(gateway.lamp(ONE).startAddress()).isEqualTo(1);
    assertThat(wire.all).isEmpty();
  }

  @Test
  void aLineFullOfDevicesIsReadOneAfterTheOther() {
    Uid[] uids = new Uid[200];
    for (int i = 0; i < uids.length; i++) {
      uids[i] = Uid.of(0x7A70, i + 1);
    }
    EmulatedGateway gateway = new EmulatedGateway(200, uids);
    devices.node(entry, true);
    exchange(gateway, 0);

    for (Uid uid : uids) {
      assertThat(of(uid, "model")).as("%s", uid).isEqualTo(Value.of("Par 64"));
      assertThat(of(uid, "identify")).isEqualTo(Value.FALSE);
    }
    assertThat(dropped).isEmpty();
  }

  @Test
  void whatTheRouterHasKeptIsNotWrittenWhenItComesBack() {
    EmulatedGateway gateway = new EmulatedGateway(200, ONE);
    devices.node(entry, true);
    exchange(gateway, 0);
    devices.router(false, SECOND);
    devices.router(true, 2 * SECOND);
    told.clear();

    devices.write("/$rdm/" + ONE + "/start_address", Value.of(400), 2 * SECOND + 1);
    exchange(gateway, 3 * SECOND);

    assertThat(gateway.lamp(ONE).startAddress()).isEqualTo(1);
    assertThat(of(ONE, "start_address")).isEqualTo(Value.of(1));
    assertThat(dropped).singleElement().asString().contains("write it again");
    long later = 2 * SECOND + RdmDevices.KEPT_NANOS;
    devices.write("/$rdm/" + ONE + "/start_address", Value.of(400), later);
    exchange(gateway, later);
    assertThat(gateway.lamp(ONE).startAddress()).isEqualTo(400);
  }

  @Test
  void aNodeThatChangesItsPortAddressGivesUpTheLineOfBefore() {
    EmulatedGateway gateway = new EmulatedGateway(200, ONE);
    devices.node(entry, true);
    exchange(gateway, 0);
    entry.reply = EmulatedGateway.reply(4);
    devices.node(entry, true);

    assertThat(of(ONE, "online")).isEqualTo(Value.FALSE);
    devices.tick(SECOND);
    assertThat(wire.of(ArtTodRequest.class))
        .singleElement()
        .satisfies(request -> assertThat(request.addresses()).containsExactly(4));
  }

  @Test
  void aDeviceThatIsTakenAwayIsOfflineAndOthersStay() {
    EmulatedGateway gateway = new EmulatedGateway(200, ONE, TWO);
    devices.node(entry, true);
    exchange(gateway, 0);
    gateway.lamps.remove(ONE);

    exchange(gateway, 31 * SECOND);
    assertThat(of(ONE, "online")).isEqualTo(Value.FALSE);
    assertThat(of(TWO, "online")).isEqualTo(Value.TRUE);

    devices.node(entry, false);
    assertThat(of(TWO, "online")).isEqualTo(Value.FALSE);
  }

  @Test
  void aSilentDeviceIsAskedAgainAndGivenUp() {
    EmulatedGateway gateway = new EmulatedGateway(200, ONE);
    devices.node(entry, true);
    exchange(gateway, 0);
    lost = true;
    devices.write("/$rdm/" + ONE + "/identify", Value.TRUE, SECOND);
    for (long now = SECOND; now < 10 * SECOND; now += SECOND) {
      exchange(gateway, now);
    }

    assertThat(dropped).singleElement().asString().contains("does not answer");
    assertThat(of(ONE, "identify")).isEqualTo(Value.FALSE);
  }

  @Test
  void aTableOfAnotherMachineIsIgnored() {
    devices.node(entry, true);
    devices.tick(0);
    assertThat(wire.of(ArtTodRequest.class)).hasSize(1);
    devices.table(
        new ArtTodData(1, 1, 1, 0, 3, 1, 0, List.of(ONE)),
        SentPackets.at("10.0.0.66").getAddress(),
        0);

    assertThat(told).isEmpty();
  }
}
