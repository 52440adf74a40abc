package dev.clasp.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Value;
import dev.clasp.transform.GestureStep;
import dev.clasp.transform.MappedSignal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Gestures through a bridge, both ways. */
class BridgeGestureTest {

  private final HostRig rig = new HostRig();

  BridgeGestureTest() {
    rig.protocol.gestures = true;
  }

  private void touches(int id, GesturePhase phase, int value) {
    rig.device().touches(id, phase, Value.of(value));
    rig.clock.settle();
  }

  private List<String> steps() {
    rig.clock.settle();
    return rig.device().sent.stream()
        .flatMap(parcel -> parcel.signals().stream())
        .map(each -> {
          GestureStep step = each.gesture().orElseThrow();
          return each.address() + " " + step.phase().wireName() + " " + step.id();
        })
        .toList();
  }

  @Test
  void whatAFingerDoesIsAGestureInTheRouter() {
    rig.addDesk();
    touches(7, GesturePhase.START, 1);
    touches(7, GesturePhase.MOVE, 2);
    touches(7, GesturePhase.END, 3);
    assertThat(rig.router.published)
        .containsExactly(
            "GESTURE start 7 /fake/finger Int[value=1]",
            "GESTURE move 7 /fake/finger Int[value=2]",
            "GESTURE end 7 /fake/finger Int[value=3]");
  }

  @Test
  void gesturesOfTheRouterGoToAnEndpointThatHasAUseForThem() {
    rig.addDesk();
    rig.router.gesture("/fake/finger", -1, GesturePhase.START, Value.of(1));
    rig.router.gesture("/fake/finger", -1, GesturePhase.CANCEL, Value.of(1));
    assertThat(steps()).containsExactly("/finger start -1", "/finger cancel -1");
  }

  @Test
  void andToNoOther() {
    rig.protocol.gestures = false;
    rig.addDesk();
    rig.router.gesture("/fake/finger", 1, GesturePhase.START, Value.of(1));
    assertThat(steps()).isEmpty();
    assertThat(rig.counts().dropped()).isZero();
  }

  @Test
  void movesThatARouterTellsTheirSenderAreEchoes() {
    rig.addDesk();
    touches(7, GesturePhase.START, 1);
    rig.router.gesture("/fake/finger", 7, GesturePhase.MOVE, Value.of(2));
    rig.router.gesture("/fake/finger", 8, GesturePhase.MOVE, Value.of(2));
    assertThat(steps()).containsExactly("/finger move 8");
    touches(7, GesturePhase.END, 1);
    rig.router.gesture("/fake/finger", 7, GesturePhase.START, Value.of(2));
    rig.router.gesture("/fake/finger", 7, GesturePhase.MOVE, Value.of(2));
    assertThat(steps()).containsExactly("/finger move 8", "/finger start 7", "/finger move 7");
  }

  @Test
  void capsLeaveOutMovesOnly() {
    RateCaps slow = new RateCaps(OptionalDouble.of(1), OptionalDouble.empty());
    rig.add(HostRig.desk().withRates(slow, slow));
    touches(1, GesturePhase.START, 1);
    touches(2, GesturePhase.START, 1);
    touches(1, GesturePhase.MOVE, 2);
    touches(2, GesturePhase.END, 3);
    touches(1, GesturePhase.END, 3);
    assertThat(rig.router.published)
        .extracting(text -> text.substring(8, text.indexOf(" /")))
        .containsExactly("start 1", "start 2", "end 2", "end 1");
    assertThat(rig.counts().limited()).isEqualTo(1);
  }

  @Test
  void anEndIsToldHoweverLateItIs() {
    rig.addDesk();
    touches(1, GesturePhase.START, 1);
    rig.router.ports.getFirst().change(RouterPort.Change.LOST);
    touches(1, GesturePhase.MOVE, 2);
    touches(1, GesturePhase.END, 3);
    rig.pass(Duration.ofSeconds(60));
    rig.router.ports.getFirst().change(RouterPort.Change.CONNECTED);
    assertThat(rig.router.published)
        .extracting(text -> text.substring(8, text.indexOf(" /")))
        .containsExactly("start 1", "end 1");
  }

  @Test
  void movesLeaveRoomForEnds() {
    SignalLine line = new SignalLine();
    MappedSignal move =
        MappedSignal.gesture("/f", new GestureStep(1, GesturePhase.MOVE), Value.of(1));
    MappedSignal end =
        MappedSignal.gesture("/f", new GestureStep(1, GesturePhase.END), Value.of(1));
    while (line.offer(Carried.of(move, 0)) != SignalLine.Outcome.FULL) {
      assertThat(line.size()).isLessThan(SignalLine.MAX_MOMENTS);
    }
    assertThat(line.offer(Carried.of(end, 0))).isEqualTo(SignalLine.Outcome.WAITS);
  }

  @Test
  void rulesMoveThemAndKeepTheirPhase() {
    rig.add(
        HostRig.desk()
            .withMapping(
                Value.of(
                    Map.of(
                        "rules",
                        Value.of(
                            List.of(
                                Value.of(
                                    Map.of(
                                        "from",
                                        Value.of("/finger"),
                                        "to",
                                        Value.of("/touch/one"),
                                        "rate",
                                        Value.of(1)))))))));
    touches(1, GesturePhase.START, 1);
    touches(1, GesturePhase.MOVE, 2);
    touches(1, GesturePhase.MOVE, 3);
    touches(1, GesturePhase.END, 4);
    rig.pass(Duration.ofSeconds(5));
    assertThat(rig.router.published)
        .containsExactly(
            "GESTURE start 1 /touch/one Int[value=1]",
            "GESTURE move 1 /touch/one Int[value=2]",
            "GESTURE end 1 /touch/one Int[value=4]");
  }
}
