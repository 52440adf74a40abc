package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.Signal;
import dev.clasp.protocol.Value;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Nodes with little memory, over TCP on the port of everybody else: the published crate
 * clasp-embedded, and a program that keeps to what is known of the Arduino library.
 */
@RealProgram
class EmbeddedNodesTest {

  @RegisterExtension static final Stage stage = new Stage();

  private final List<EmbeddedNode> nodes = new ArrayList<>();

  @AfterEach
  void endNodes() {
    nodes.forEach(EmbeddedNode::close);
  }

  private EmbeddedNode kept(EmbeddedNode node) {
    nodes.add(node);
    return node;
  }

  private EmbeddedNode arduino() {
    return kept(EmbeddedNode.arduino("arduino", stage.server(), 15_000)).await("welcome");
  }

  private EmbeddedNode crate() {
    return kept(EmbeddedNode.crate("embedded node", stage.server())).await("connected");
  }

  @Test
  void s14AnArduinoSetsAndADashboardSees() throws Exception {
    PeerClient dashboard = stage.connect(stage.node(), "dashboard");
    Watch sensors = dashboard.subscribe("/s14/sensors/**");
    dashboard.fence();

    arduino().say("set /s14/sensors/7/temp 21.5");

    sensors.await("/s14/sensors/7/temp", 21.5);
    assertThat(stage.java("exact").blocking().get("/s14/sensors/7/temp"))
        .hasValueSatisfying(found -> assertThat(found.value()).isEqualTo(Value.of(21.5)));
  }

  @Test
  void s14AnEmbeddedNodeWithFeaturesF8GetsASetThatItCanParse() {
    EmbeddedNode node = crate();
    node.await("features 0xf8").say("subscribe /s14/led/*").say("ping").await("pong");

    stage.connect(stage.node(), "dashboard").set("/s14/led/brightness", 0.4);

    node.await("set /s14/led/brightness float 0.4");
    node.say("cached /s14/led/brightness").await("cached /s14/led/brightness float 0.4");
    assertThat(node.beginningWith("nothing")).isEmpty();
  }

  /** The crate subscribes with id 0 whatever it subscribes to, so the second takes the place. */
  @Test
  void theSecondSubscriptionOfAnEmbeddedNodeReplacesTheFirst() {
    EmbeddedNode node = crate();
    node.say("subscribe /twice/a").say("subscribe /twice/b").say("ping").await("pong");

    try (ClaspClient writer = stage.java("writer")) {
      writer.blocking().set("/twice/a", 1.5);
      writer.blocking().set("/twice/b", 2.5);
    }
    node.await("set /twice/b float 2.5");
    assertThat(node.beginningWith("set ")).hasSize(1);
  }

  @Test
  void anEmbeddedNodeSetsToo() {
    EmbeddedNode node = crate();
    PeerClient dashboard = stage.connect(stage.node(), "dashboard");
    Watch values = dashboard.subscribe("/node/**");
    dashboard.fence();
    node.say("set /node/level 0.25");

    values.await("/node/level", 0.25);
  }

  @Test
  void s14NoFrameToAnArduinoExceeds252BytesWhateverTheStateIs() {
    try (ClaspClient writer = stage.java("writer")) {
      for (int i = 0; i < 200; i++) {
        writer.blocking().set("/s14/state/of/a/parameter/number/" + i, i / 4.0);
      }
      writer.blocking().set("/s14/state/long", "x".repeat(2000));
      EmbeddedNode arduino = arduino();
      arduino.await("parameter /s14/state/", 200);
      assertThat(arduino.beginningWith("parameter /s14/state/of/"))
          .hasSize(200)
          .doesNotHaveDuplicates()
          .contains("parameter /s14/state/of/a/parameter/number/199 float 49.75");

      arduino.say("subscribe /s14/state/**");
      arduino.await("parameter /s14/state/", 400);
      writer.blocking().set("/s14/state/long", "y".repeat(2000));
      writer.blocking().set("/s14/state/of/a/parameter/number/7", 0.5);
      arduino.await("set /s14/state/of/a/parameter/number/7 float 0.5");

      assertThat(arduino.beginningWith("skipped")).isEmpty();
      assertThat(arduino.beginningWith("garbage")).isEmpty();
      assertThat(arduino.longestFrame()).isBetween(200, 252);
    }
  }

  /** With a shorter silence than the 15 s of the library, so that the test need not wait for it. */
  @Test
  void s14AnArduinoThatOnlySendsPongStaysAndOneThatIsMuteGoes() {
    // A machine that stops for longer than the limit makes the lively one mute as well.
    for (int seconds : List.of(2, 8)) {
      try {
        aLivelyOneStaysAndAMuteOneGoes(seconds);
        return;
      } catch (AssertionError e) {
        // Again, with a longer limit.
      }
    }
    aLivelyOneStaysAndAMuteOneGoes(15);
  }

  private static void aLivelyOneStaysAndAMuteOneGoes(int idleSeconds) {
    try (ServerProcess impatient = ServerProcess.start("--idle-timeout", "" + idleSeconds);
        EmbeddedNode lively = EmbeddedNode.arduino("lively", impatient, 300);
        EmbeddedNode mute = EmbeddedNode.arduino("mute", impatient, 3_600_000)) {
      lively.await("welcome");
      mute.await("welcome").await("end");
      lively.await("pong", 5);

      lively.say("set /s14/alive 1");
      StatusPage status = StatusPage.read(impatient);
      assertThat(status.has("lively")).isTrue();
      assertThat(status.has("mute")).isFalse();
      assertThat(lively.running()).isTrue();
      assertThat(impatient.complaint()).isEmpty();
    }
  }

  /** Programs with memory speak TCP too, and get what is long. */
  @Test
  void theJavaClientOverTcpGetsLongValues() throws Exception {
    URI tcp = URI.create("tcp://127.0.0.1:" + stage.server().port());
    BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    try (ClaspClient client =
        ClaspClient.builder(tcp.toString())
            .requestTimeout(Patience.LIMIT)
            .connectTimeout(Patience.START)
            .connectBlocking()) {
      client.subscribe("/tcp/**", signals::add);
      client.blocking().set("/tcp/long", "x".repeat(60_000));

      Signal signal = signals.poll(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
      assertThat(signal).isNotNull();
      assertThat(client.blocking().get("/tcp/long"))
          .hasValueSatisfying(
              found -> assertThat(found.value()).isEqualTo(Value.of("x".repeat(60_000))));
    }
  }
}
