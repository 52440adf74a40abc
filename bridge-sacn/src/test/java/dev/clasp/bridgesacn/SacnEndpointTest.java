package dev.clasp.bridgesacn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.bridgetestkit.FakeContext;
import dev.clasp.dmx.DmxPath;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.FreePort;
import dev.clasp.transform.MappedSignal;
import java.io.IOException;
import java.net.DatagramSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Endpoints that hear each other on the loopback interface. */
class SacnEndpointTest {

  private final List<SacnEndpoint> open = new ArrayList<>();
  private final FakeContext hearing = FakeContext.inRealTime();
  private final FakeContext sending = FakeContext.inRealTime();

  @AfterEach
  void closeAll() {
    open.reversed().forEach(SacnEndpoint::close);
  }

  private SacnEndpoint started(FakeContext context, Map<String, Value> settings) {
    Map<String, Value> all = new LinkedHashMap<>(Map.of("bind", Value.of("127.0.0.1:0")));
    all.putAll(settings);
    SacnEndpoint endpoint =
        new SacnEndpoint(
            SacnConfig.of(BridgeSettings.of(SacnConfig.SETTINGS, all), TypeProfile.STANDARD),
            context);
    open.add(endpoint);
    endpoint.start();
    return endpoint;
  }

  private static long port(SacnEndpoint endpoint) {
    return ((Value.Int) endpoint.details().getOrDefault("udp_port", Value.of(0))).value();
  }

  private SacnEndpoint sender(SacnEndpoint to, Map<String, Value> more) {
    Map<String, Value> settings =
        new LinkedHashMap<>(
            Map.of(
                "mode", Value.of("sender"),
                "multicast", Value.FALSE,
                "unicast_destinations", Value.of("127.0.0.1:" + port(to)),
                "cid", Value.of("00112233-4455-6677-8899-aabbccddeeff")));
    settings.putAll(more);
    return started(sending, settings);
  }

  private SacnEndpoint receiver() {
    return started(hearing, Map.of("multicast", Value.FALSE));
  }

  private static Parcel set(String path, Value value) {
    return Parcel.of(new MappedSignal(path, SignalType.PARAM, value));
  }

  /** Waits until a slot has this level. */
  private void arrives(String path, Value value) {
    while (true) {
      for (MappedSignal signal : hearing.next().signals()) {
        if (signal.address().equals(path) && signal.value().equals(value)) {
          return;
        }
      }
    }
  }

  private void arrivesAt(String start, String part) {
    while (true) {
      for (MappedSignal signal : hearing.next().signals()) {
        if (signal.address().startsWith(start) && signal.value().toString().contains(part)) {
          return;
        }
      }
    }
  }

  @Test
  void whatOneSendsTheOtherHears() {
    SacnEndpoint to = receiver();
    SacnEndpoint from = sender(to, Map.of());
    from.send(set("/1/512", Value.of(1.0)));
    arrives("/1/512", Value.of(255));
    from.send(set("/1/1", Value.of(7)));
    arrives("/1/1", Value.of(7));
  }

  @Test
  void overIpv6Too() {
    Value six = Value.of("[::1]:0");
    SacnEndpoint to = started(hearing, Map.of("multicast", Value.FALSE, "bind", six));
    Value there = Value.of("[::1]:" + port(to));
    SacnEndpoint from = sender(to, Map.of("bind", six, "unicast_destinations", there));
    from.send(set("/1/512", Value.of(1.0)));
    arrives("/1/512", Value.of(255));
  }

  @Test
  void whoeverStopsSaysSo() {
    SacnEndpoint to = receiver();
    SacnEndpoint from = sender(to, Map.of());
    from.send(set("/1/1", Value.of(7)));
    arrives("/1/1", Value.of(7));
    from.close();
    arrivesAt("/$sources/1/", "terminated");
    assertThat(hearing.told).noneMatch(text -> text.startsWith("error"));
  }

  @Test
  void prioritiesOfSlotsAreSent() {
    SacnEndpoint to = receiver();
    SacnEndpoint from = sender(to, Map.of("priorities", Value.of(Map.of("1/1-3", Value.of(150)))));
    from.send(set("/1/1", Value.of(7)));
    arrives("/1/1", Value.of(7));
    assertThat(to.details().toString()).contains("slot_priorities=Bool[value=true]");
  }

  @Test
  void multicastWorksOnOneMachine() {
    int port = FreePort.find();
    Map<String, Value> common =
        Map.of(
            "bind", Value.of("0.0.0.0:" + port),
            "interfaces", Value.of("lo"),
            "universes", Value.of("1-30"));
    SacnEndpoint to = started(hearing, common);
    Map<String, Value> out = new LinkedHashMap<>(common);
    out.put("mode", Value.of("sender"));
    out.put("cid", Value.of("00112233-4455-6677-8899-aabbccddeeff"));
    SacnEndpoint from = started(sending, out);
    for (int universe : new int[] {1, 30}) {
      from.send(set(DmxPath.slot(universe, 3), Value.of(universe)));
      arrives(DmxPath.slot(universe, 3), Value.of(universe));
    }
    // More groups than Linux gives one socket.
    assertThat(to.details()).containsEntry("sockets", Value.of(2));
  }

  @Test
  void aBindToOneAddressHearsMulticastAndUnicast() throws IOException {
    int port = FreePort.find();
    Value at = Value.of("127.0.0.1:" + port);
    SacnEndpoint to =
        started(
            hearing,
            Map.of("bind", at, "interfaces", Value.of("lo"), "universes", Value.of("1-30")));
    SacnEndpoint from =
        started(
            sending,
            Map.of(
                "bind", at,
                "interfaces", Value.of("lo"),
                "universes", Value.of("1-30"),
                "mode", Value.of("sender"),
                "cid", Value.of("00112233-4455-6677-8899-aabbccddee00")));
    for (int universe : new int[] {1, 30}) {
      from.send(set(DmxPath.slot(universe, 3), Value.of(universe)));
      arrives(DmxPath.slot(universe, 3), Value.of(universe));
    }
    sender(to, Map.of()).send(set("/1/4", Value.of(44)));
    arrives("/1/4", Value.of(44));
    // One for unicast, and two for more groups than Linux gives one socket.
    assertThat(to.details()).containsEntry("sockets", Value.of(3));
    assertThat(hearing.told).noneMatch(text -> text.startsWith("error"));

    to.close();
    new DatagramSocket(port).close();
  }

  @Test
  void theAddressChoosesTheInterface() throws IOException {
    Value at = Value.of("127.0.0.1:" + FreePort.find());
    started(hearing, Map.of("bind", at));
    SacnEndpoint from = started(sending, Map.of("bind", at, "mode", Value.of("sender")));
    from.send(set("/1/1", Value.of(9)));
    arrives("/1/1", Value.of(9));
  }

  @Test
  void thePortIsFreeAfterwards() {
    // Nobody takes it in between.
    long port = FreePort.find();
    Map<String, Value> settings =
        Map.of("multicast", Value.FALSE, "bind", Value.of("127.0.0.1:" + port));
    started(hearing, settings).close();
    assertThat(port(started(hearing, settings))).isEqualTo(port);
  }

  @Test
  void settingsThatCannotBeAreRefusedWithASentence() {
    refused("universes: 0", Map.of("universes", Value.of("0")));
    refused("universes: 5-3", Map.of("universes", Value.of("5-3")));
    refused("at most 1024", Map.of("universes", Value.of("1-1025")));
    refused("priority must be", Map.of("priority", Value.of(201)));
    refused("63 bytes", Map.of("source_name", Value.of("é".repeat(32))));
    refused("cid must be", Map.of("cid", Value.of("x")));
    refused("nobody would get", Map.of("mode", Value.of("sender"), "multicast", Value.FALSE));
    Value other = Value.of(Map.of("2/1", Value.of(3)));
    refused("universe 2 is not", Map.of("mode", Value.of("sender"), "priorities", other));
    refused("receiver sends nothing", Map.of("universes", Value.of("1-3"), "priorities", other));
    refused("priorities: 1", Map.of("priorities", Value.of(Map.of("1", Value.of(3)))));
  }

  private static void refused(String part, Map<String, Value> settings) {
    assertThatThrownBy(() ->
            SacnConfig.of(BridgeSettings.of(SacnConfig.SETTINGS, settings), TypeProfile.STANDARD))
        .isInstanceOf(BridgeException.class)
        .hasMessageContaining(part);
  }

  @Test
  void theCidIsAlwaysTheSameForTheSameBridge() {
    assertThat(OwnCid.of("a", "n")).isEqualTo(OwnCid.of("a", "n"));
    assertThat(OwnCid.of("a", "n")).isNotEqualTo(OwnCid.of("b", "n"));
  }
}
