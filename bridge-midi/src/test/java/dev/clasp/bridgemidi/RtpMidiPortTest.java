package dev.clasp.bridgemidi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.bridgetestkit.FakeContext;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.Eventually;
import dev.clasp.testkit.PeerProgram;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions over real sockets: two of ours, and one of ours with the npm package rtpmidi. */
class RtpMidiPortTest {

  private static final String NODE = "apt-get install nodejs npm";

  private final List<AutoCloseable> open = new ArrayList<>();
  private final HeardPort here = new HeardPort();
  private final HeardPort there = new HeardPort();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private MidiPort port(HeardPort heard, String address, Map<String, Value> options) {
    MidiPort port = new RtpMidiScheme().port(address, options, FakeContext.inRealTime());
    open.add(port);
    port.open(heard);
    return port;
  }

  private static long portOf(MidiPort port) {
    return ((Value.Int) Objects.requireNonNull(port.details().get("control_port"))).value();
  }

  private static void send(MidiPort port, String hex) {
    port.send(HexFormat.of().parseHex(hex), System.nanoTime());
  }

  private static void isUp(HeardPort heard, String with) {
    Eventually.is(
        () -> "up with " + with + " in " + heard.states + heard.troubles,
        () -> heard.state().startsWith("up RTP-MIDI with " + with));
  }

  private static void hears(HeardPort heard, String message) {
    Eventually.is(
        () -> message + " in " + heard.messages + heard.troubles,
        () -> heard.messages.contains(message));
  }

  @Test
  void twoOfOursTalk() {
    MidiPort hall = port(there, "rtp-listen://127.0.0.1:0?name=Hall&peers=3", Map.of());
    MidiPort stage =
        port(here, "rtp://127.0.0.1:" + portOf(hall), Map.of("name", Value.of("Stage")));
    isUp(here, "Hall (127.0.0.1:");
    isUp(there, "Stage (127.0.0.1:");
    send(stage, "903c64");
    hears(there, "903c64");
    send(hall, "f0010203f7");
    hears(here, "f0010203f7");
    String long1 = "f0" + "05".repeat(3_000) + "f7";
    send(stage, long1);
    hears(there, long1);
    stage.close();
    Eventually.is("waiting again", () -> there.state().startsWith("down waiting for an invit"));
    hears(there, "803c40");
  }

  @Test
  void whoInvitesWaitsUntilTheOtherIsThereAndComesBack() {
    MidiPort hall = port(there, "rtp-listen://127.0.0.1:0", Map.of());
    long where = portOf(hall);
    MidiPort stage = port(here, "rtp://127.0.0.1:" + where, Map.of());
    isUp(here, "CLASP");
    hall.close();
    Eventually.is("inviting again", () -> here.state().startsWith("down inviting 127.0.0.1:"));
    HeardPort again = new HeardPort();
    AtomicReference<MidiPort> second = new AtomicReference<>();
    Eventually.is(
        "ports " + where + " and " + (where + 1) + " are free again",
        () -> {
          try {
            second.set(port(again, "rtp-listen://127.0.0.1:" + where, Map.of()));
            return true;
          } catch (BridgeException e) {
            // Another program has one of them for the moment.
            return false;
          }
        });
    isUp(again, "CLASP");
    send(Objects.requireNonNull(second.get()), "b00701");
    hears(here, "b00701");
    send(stage, "b00702");
    hears(again, "b00702");
  }

  @Test
  void aPortThatIsTakenIsSaid() {
    MidiPort first = port(there, "rtp-listen://127.0.0.1:0", Map.of());
    MidiPort second =
        new RtpMidiScheme()
            .port("rtp-listen://127.0.0.1:" + portOf(first), Map.of(), FakeContext.inRealTime());
    open.add(second);
    assertThatThrownBy(() -> second.open(here))
        .isInstanceOf(BridgeException.class)
        .hasMessageContaining("another program has an RTP-MIDI session");
  }

  @Test
  void whoListensDoesSoOnThisMachineAloneUnlessToldOtherwise() {
    assertThat(RtpMidiScheme.config("rtp-listen://").bind())
        .isEqualTo(new HostPort("127.0.0.1", 5004));
    assertThat(RtpMidiScheme.config("rtp-listen://0.0.0.0:5006").bind())
        .isEqualTo(new HostPort("0.0.0.0", 5006));
    assertThat(RtpMidiScheme.config("rtp-listen://").accept()).isTrue();
    assertThat(RtpMidiScheme.config("rtp://studio.local").accept()).isFalse();
    assertThat(RtpMidiScheme.config("rtp://studio.local").invite())
        .containsExactly(new HostPort("studio.local", 5004));
    assertThat(RtpMidiScheme.config("rtp-find://Studio*").looksFor("studio 2")).isTrue();
    assertThat(RtpMidiScheme.config("rtp-find://Studio*").looksFor("My studio")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"rtp:", "rtp://", "rtp-find://", "rtp://a:0", "rtp://a:65535", "rtp://a:x", "x"})
  void otherAddressesAreNone(String address) {
    assertThatThrownBy(() -> RtpMidiScheme.config(address))
        .isInstanceOf(BridgeException.class)
        .matches(e -> ((BridgeException) e).lasting());
  }

  static Stream<Map<String, Value>> wrong() {
    return Stream.of(
        Map.of("name", Value.of("")),
        Map.of("allow", Value.of("x")),
        Map.of("peers", Value.of(0)),
        Map.of("jitter", Value.of(1.5)),
        Map.of("journal", Value.of("yes")),
        Map.of("speed", Value.of(1)));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void otherOptionsAreNone(Map<String, Value> options) {
    assertThatThrownBy(() -> RtpMidiScheme.config("rtp-listen://").with(options))
        .isInstanceOf(BridgeException.class);
  }

  // --- npm rtpmidi -------------------------------------------------------------------------------

  private PeerProgram node() {
    Path scripts = Path.of("../system-tests/peers/node").toAbsolutePath().normalize();
    assertThat(scripts.resolve("node_modules/rtpmidi/package.json"))
        .as("the npm package rtpmidi: run npm ci in " + scripts)
        .exists();
    PeerProgram node =
        PeerProgram.start(
            NODE, Path.of("."), List.of("node", scripts.resolve("rtpmidi.mjs").toString()));
    open.add(node);
    return node;
  }

  /** It can send only after it has compared clocks, so what it is told to send it is told again. */
  private void hearsFrom(PeerProgram node, HeardPort heard, String hex) {
    Eventually.is(
        () -> hex + " in " + heard.messages + heard.troubles,
        () -> {
          node.type("send " + hex);
          long end = System.nanoTime() + 500_000_000L;
          while (!heard.messages.contains(hex) && System.nanoTime() < end) {
            LockSupport.parkNanos(5_000_000);
          }
          return heard.messages.contains(hex);
        });
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void theNpmPackageHearsAndIsHeard(boolean weInvite) {
    PeerProgram node = node();
    String nodePort = node.awaitLine("ready").split(" ")[1];
    MidiPort port;
    if (weInvite) {
      port = port(here, "rtp://127.0.0.1:" + nodePort, Map.of("name", Value.of("Ours")));
    } else {
      port = port(here, "rtp-listen://127.0.0.1:0", Map.of("name", Value.of("Ours")));
      node.type("invite " + portOf(port));
    }
    isUp(here, "Node (127.0.0.1:" + nodePort);
    node.awaitLine("joined Ours");
    for (String hex :
        List.of(
            "903c64", "b00740", "e00040", "c005", "f07e7f0601f7", "803c00", "b16301", "a03c05")) {
      hearsFrom(node, here, hex);
      send(port, hex);
      node.awaitLine("heard " + hex);
    }
    String long1 = "f0" + "05".repeat(400) + "f7";
    send(port, long1);
    node.awaitLine("heard " + long1);
    hearsFrom(node, here, long1);
    if (weInvite) {
      port.close();
      node.awaitLine("left");
    } else {
      node.type("end");
      Eventually.is("waiting again", () -> here.state().startsWith("down waiting"));
    }
  }

  // --- pymidi ------------------------------------------------------------------------------------

  /** It is a listener only: it reads our journals, and never confirms anything. */
  @Test
  void thePythonPackageHears() {
    Path peers = Path.of("../system-tests").toAbsolutePath().normalize();
    Path python = peers.resolve("target/python-venv/bin/python");
    assertThat(python)
        .as("the Python peers: ./verify installs them, with pymidi, from requirements.txt")
        .exists();
    PeerProgram pymidi =
        PeerProgram.start(
            "pip install pymidi",
            Path.of("."),
            List.of(python.toString(), peers.resolve("peers/python/pymidi_peer.py").toString()));
    open.add(pymidi);
    String where = pymidi.awaitLine("ready").split(" ")[1];
    MidiPort port = port(here, "rtp://127.0.0.1:" + where, Map.of("name", Value.of("Ours")));
    isUp(here, "pymidi");
    pymidi.awaitLine("joined Ours");
    for (int note = 24; note < 84; note++) {
      send(port, "90" + HexFormat.of().toHexDigits((byte) note) + "64");
    }
    send(port, "b10740");
    pymidi.awaitLine("heard note_on 0 B5 100");
    pymidi.awaitLine("heard control_mode_change 1 7 64");
    send(port, "803c00");
    pymidi.awaitLine("heard note_off 0 C4 0");
    port.close();
    pymidi.awaitLine("left");
  }
}
