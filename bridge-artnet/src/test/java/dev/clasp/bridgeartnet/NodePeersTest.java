package dev.clasp.bridgeartnet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.testkit.PeerProgram;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The npm packages dmxnet and artnet as peers on another machine. Needs root. */
class NodePeersTest {

  private static final String NODE = "apt-get install nodejs npm";

  /** Net 1, sub-net 2, universe 3. */
  private static final int UNIVERSE = 0x123;

  private final List<AutoCloseable> open = new ArrayList<>();
  private final Path scripts = Path.of("../system-tests/peers/node").toAbsolutePath().normalize();
  private final TwoMachines machines = new TwoMachines();

  @BeforeEach
  void packagesAreThere() {
    open.add(machines);
    assertThat(scripts.resolve("node_modules/dmxnet/package.json"))
        .as("run npm ci in system-tests/peers/node")
        .exists();
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private PeerProgram peer() {
    PeerProgram peer =
        PeerProgram.start(
            NODE,
            scripts,
            machines.inFirst("node", "dmxnet.mjs", "1", "2", "3", TwoMachines.SECOND));
    open.add(peer);
    peer.awaitLine("ready");
    return peer;
  }

  private PeerProgram bridge(String... settings) {
    List<String> command =
        new ArrayList<>(
            machines.inSecond(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                ArtNetRig.class.getName()));
    command.addAll(Arrays.asList(settings));
    PeerProgram program = PeerProgram.start("a JDK", scripts, command);
    open.add(program);
    program.awaitLine("ready");
    return program;
  }

  @Test
  void dmxnetIsListedAndGetsWhatItsReceiverAsksFor() {
    PeerProgram peer = peer();
    PeerProgram bridge = bridge();
    bridge.awaitLine("/$nodes/" + TwoMachines.FIRST + "/1/name dmxnet");

    bridge.type("set /" + UNIVERSE + "/1 11 /1/2/3/2 22 /" + UNIVERSE + "/512 99");

    assertThat(peer.awaitLine("[11,22,0")).endsWith(",0,99]");
  }

  @Test
  void dmxnetAndArtnetAreHeard() {
    PeerProgram peer = peer();
    PeerProgram bridge = bridge("universes=1/2/3");

    peer.type("dmxnet 1 100");
    bridge.awaitLine("/" + UNIVERSE + "/1 100");
    peer.type("artnet 2 50");
    bridge.awaitLine("/" + UNIVERSE + "/2 50");
    peer.type("trigger 3 7");
    assertThat(bridge.awaitLine("/trigger")).contains("show").contains("7");
  }

  @Test
  void ofTwoSourcesOneIsLostAndReturns() throws Exception {
    PeerProgram bridge = bridge("universes=1/2/3");
    PeerProgram backup =
        PeerProgram.start(
            NODE,
            scripts,
            machines.inSecond("node", "dmxnet.mjs", "1", "2", "3", TwoMachines.SECOND, "artnet"));
    open.add(backup);
    backup.awaitLine("ready");
    backup.type("artnet 1 50");
    backup.type("artnet 2 60");
    bridge.awaitLine("/" + UNIVERSE + "/2 60");
    PeerProgram desk = peer();
    desk.type("dmxnet 1 100");
    bridge.awaitLine("/" + UNIVERSE + "/1 100");

    long cut = System.nanoTime();
    desk.close();
    // After 10 s the other has it alone. They began when it was heard for the last time, which is
    // some time ago if the machine is busy.
    bridge.awaitLine("/" + UNIVERSE + "/1 50");
    assertThat(System.nanoTime() - cut).isGreaterThan(5_000_000_000L);

    PeerProgram again = peer();
    again.type("dmxnet 1 101");
    bridge.awaitLine("/" + UNIVERSE + "/1 101");
  }

  @Test
  void aCableThatIsPulledAndPutBackIsNoticed() {
    PeerProgram peer = peer();
    PeerProgram bridge = bridge();
    String online = "/$nodes/" + TwoMachines.FIRST + "/1/online ";
    bridge.awaitLine(online + true);

    machines.plugged(false);
    bridge.awaitLine(online + false);
    machines.plugged(true);
    bridge.awaitLine(online + true);

    bridge.type("set /" + UNIVERSE + "/1 12");
    peer.awaitLine("[12,0");
  }

  @Test
  void aBridgeBoundToItsOwnAddressHearsBroadcastPollsAndReplies() {
    PeerProgram bridge = bridge("bind=" + TwoMachines.SECOND, "universes=9");
    PeerProgram peer = peer();

    // dmxnet only ever broadcasts its replies.
    bridge.awaitLine("/$nodes/" + TwoMachines.FIRST + "/1/name dmxnet");
    bridge.type("set /" + UNIVERSE + "/1 5");
    peer.awaitLine("[5,0");
  }
}
