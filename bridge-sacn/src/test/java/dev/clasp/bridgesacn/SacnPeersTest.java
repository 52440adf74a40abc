package dev.clasp.bridgesacn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.bridgetestkit.FakeContext;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.FreePort;
import dev.clasp.testkit.PeerProgram;
import dev.clasp.transform.MappedSignal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The endpoint with libraries that others wrote: the npm packages sacn and e131. */
class SacnPeersTest {

  private static final String NODE = "apt-get install nodejs npm";

  @TempDir private Path folder;

  private final FakeContext context = FakeContext.inRealTime();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private SacnEndpoint started(int sendTo) {
    Map<String, Value> settings =
        new LinkedHashMap<>(
            Map.of(
                "mode", Value.of("bidirectional"),
                "bind", Value.of("127.0.0.1:0"),
                "multicast", Value.FALSE,
                "priority", Value.of(120),
                "source_name", Value.of("CLASP test"),
                "unicast_destinations", Value.of("127.0.0.1:" + sendTo)));
    SacnEndpoint endpoint =
        new SacnEndpoint(
            SacnConfig.of(BridgeSettings.of(SacnConfig.SETTINGS, settings), TypeProfile.STANDARD),
            context);
    open.add(endpoint);
    endpoint.start();
    return endpoint;
  }

  private PeerProgram peer(String library, int hear, SacnEndpoint to) {
    Path scripts = Path.of("../system-tests/peers/node").toAbsolutePath().normalize();
    assertThat(scripts.resolve("node_modules").resolve(library).resolve("package.json"))
        .as("the npm package " + library + ": run npm ci in " + scripts)
        .exists();
    long port = ((Value.Int) to.details().getOrDefault("udp_port", Value.of(0))).value();
    PeerProgram peer =
        PeerProgram.start(
            NODE,
            folder,
            List.of("node", scripts.resolve("sacn.mjs").toString(), library, "" + hear, "" + port));
    open.add(peer);
    peer.awaitLine("ready");
    return peer;
  }

  private void arrives(String path, int level) {
    while (true) {
      for (MappedSignal signal : context.next().signals()) {
        if (signal.address().equals(path) && signal.value().equals(Value.of(level))) {
          return;
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sacn", "e131"})
  void nodeHearsSlotForSlotAndIsHeard(String library) throws IOException {
    int hear = FreePort.find();
    SacnEndpoint endpoint = started(hear);
    PeerProgram peer = peer(library, hear, endpoint);
    byte[] levels = new byte[512];
    for (int slot = 0; slot < levels.length; slot++) {
      levels[slot] = (byte) (slot * 7 + 1);
    }
    endpoint.send(Parcel.of(new MappedSignal("/1", SignalType.PARAM, Value.of(levels))));
    String line = peer.awaitLine("\"count\":512");
    assertThat(line)
        .contains("\"universe\":1")
        .contains("\"priority\":120")
        .contains("CLASP test")
        .contains("\"first\":[1,8,15,22]")
        .contains("\"last\":" + Byte.toUnsignedInt(levels[511]));
    assertThat(peer.prints("problem")).isFalse();

    peer.type("{\"universe\":1,\"priority\":100,\"slots\":[9,0,255]}");
    arrives("/1/3", 255);
    assertThat(endpoint.details().toString()).contains("npm " + library);
  }

  @Test
  void ofTwoConsolesTheHigherIsShownAndTheLowerWhenItIsSilent() throws IOException {
    int first = FreePort.find();
    int second = FreePort.find();
    SacnEndpoint endpoint = started(FreePort.find());
    PeerProgram main = peer("e131", first, endpoint);
    PeerProgram backup = peer("sacn", second, endpoint);
    backup.type("{\"universe\":1,\"priority\":100,\"slots\":[11]}");
    arrives("/1/1", 11);
    // It says nothing by itself: after 2.5 s it is lost.
    main.type("{\"universe\":1,\"priority\":150,\"slots\":[22]}");
    arrives("/1/1", 22);
    arrives("/1/1", 11);
    main.type("{\"universe\":1,\"priority\":150,\"slots\":[23]}");
    arrives("/1/1", 23);
  }
}
