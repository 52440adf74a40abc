package dev.clasp.dmx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Frames on a clock that the test moves. */
class DmxTransmitterTest {

  private static final long MILLI = 1_000_000;
  private static final Pace PACE = Pace.ofRate(40);

  /** A frame: universe, time in milliseconds, first slots. */
  private record Frame(int universe, long millis, List<Integer> slots) {}

  private final class Sink implements FrameSink {
    final List<Frame> frames = new ArrayList<>();
    final List<Integer> together = new ArrayList<>();
    final List<Integer> terminated = new ArrayList<>();
    final List<Integer> sequences = new ArrayList<>();

    @Override
    public void frame(int universe, byte[] slots, int count, int sequence) {
      List<Integer> first = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        first.add(Byte.toUnsignedInt(slots[i]));
      }
      frames.add(new Frame(universe, now / MILLI, first));
      sequences.add(sequence);
    }

    @Override
    public void together(int frames) {
      together.add(frames);
    }

    @Override
    public void terminate(int universe, byte[] slots, int count, int sequence) {
      terminated.add(universe);
    }
  }

  private long now;
  private final Sink sink = new Sink();
  private final List<String> dropped = new ArrayList<>();
  private DmxTransmitter transmitter = with(DmxOutput.standard(DmxPath.Form.SACN), Patch.NONE);

  private DmxTransmitter with(DmxOutput output, Patch patch) {
    DmxOutput paced =
        new DmxOutput(
            output.form(),
            output.aloneIn(),
            output.floats(),
            PACE,
            output.slots(),
            output.onLoss(),
            output.lossNanos(),
            output.onStop(),
            output.scene(),
            output.submasters(),
            output.limits());
    return new DmxTransmitter(paced, patch, universe -> universe <= 10, sink);
  }

  private static DmxOutput output(OnLoss onLoss, OnLoss onStop, Map<String, Value> scene) {
    return new DmxOutput(
        DmxPath.Form.SACN,
        OptionalInt.empty(),
        FloatMode.UNIT,
        PACE,
        512,
        onLoss,
        1000 * MILLI,
        onStop,
        scene,
        Map.of(),
        List.of());
  }

  private boolean set(String path, Value value) {
    return take(new MappedSignal(path, SignalType.PARAM, value));
  }

  private boolean take(MappedSignal... signals) {
    return transmitter.take(
        new Parcel(
            Arrays.asList(signals), signals.length > 1, OptionalLong.empty(), Optional.empty()),
        now,
        dropped::add);
  }

  /** Moves the clock as a scheduler would, and gives the frames that left. */
  private List<Frame> until(long millis) {
    long end = millis * MILLI;
    long next = transmitter.transmit(now);
    while (next <= end) {
      assertThat(next).as("it never asks for the past").isGreaterThan(now);
      now = next;
      next = transmitter.transmit(now);
    }
    now = end;
    List<Frame> frames = List.copyOf(sink.frames);
    sink.frames.clear();
    return frames;
  }

  private static List<Long> times(List<Frame> frames) {
    return frames.stream().map(Frame::millis).toList();
  }

  @Test
  void nothingLeavesBeforeSomebodySetsSomething() {
    assertThat(until(5000)).isEmpty();
  }

  @Test
  void aChangeIsRepeatedThreeTimesAndThenKeptAlive() {
    assertThat(set("/1/1", Value.of(7))).isTrue();
    assertThat(times(until(3000))).containsExactly(2L, 27L, 52L, 77L, 977L, 1877L, 2777L);
    assertThat(sink.sequences).containsExactly(0, 1, 2, 3, 4, 5, 6);
  }

  @Test
  void changesNeverLeaveFasterThanTheRate() {
    for (int i = 0; i < 1000; i++) {
      set("/1/1", Value.of(i % 256));
      until(i);
    }
    sink.frames.clear();
    for (int i = 1000; i < 2000; i++) {
      set("/1/1", Value.of(i % 256));
      transmitter.transmit(now);
      now += MILLI;
    }
    assertThat(sink.frames).hasSize(40);
  }

  @Test
  void theLastValueAlwaysLeaves() {
    for (int i = 0; i < 10; i++) {
      set("/1/1", Value.of(i));
    }
    List<Frame> frames = until(100);
    assertThat(frames.getLast().slots()).startsWith(9);
    assertThat(frames.getFirst().slots()).startsWith(9);
  }

  @Test
  void whatIsSetWithinAMomentSharesAFrame() {
    set("/1/1", Value.of(0.25));
    now += MILLI;
    set("/1/2", Value.of(1.0));
    assertThat(until(10)).containsExactly(new Frame(1, 2, List.of(64, 255, 0)));
  }

  @Test
  void universesThatChangeTogetherLeaveTogether() {
    take(
        new MappedSignal("/1/1", SignalType.PARAM, Value.of(1)),
        new MappedSignal("/2/1", SignalType.PARAM, Value.of(2)));
    until(10);
    assertThat(sink.together).containsExactly(2);
  }

  @Test
  void theSameValueAgainIsNoChange() {
    set("/1/1", Value.of(7));
    until(500);
    assertThat(set("/1/1", Value.of(7))).isFalse();
    assertThat(times(until(1000))).containsExactly(977L);
  }

  @Test
  void aWholeUniverseIsBytesOrAnArray() {
    set("/1", Value.of(new byte[] {1, 2, (byte) 255}));
    assertThat(until(10).getFirst().slots()).containsExactly(1, 2, 255);
    set("/1", Value.of(List.of(Value.of(9), Value.of(1.0))));
    assertThat(until(30).getLast().slots()).containsExactly(9, 255, 255);
    set("/1/2", Value.of(List.of(Value.of(3), Value.of(4))));
    assertThat(until(100).getLast().slots()).containsExactly(9, 3, 4);
  }

  @Test
  void aHintMakesTwoSlotsOfAValue() {
    take(new MappedSignal("/1/1", SignalType.PARAM, Value.of(0.5), Map.of("width", Value.of(16))));
    assertThat(until(10).getFirst().slots()).containsExactly(128, 0, 0);
  }

  private static MappedSignal wide(String path, double value) {
    return new MappedSignal(path, SignalType.PARAM, Value.of(value), Map.of("width", Value.of(16)));
  }

  @Test
  void theFirstWideValueOfAUniverseIsDarkenedAsOneNumber() {
    set("/master", Value.of(0.5));
    take(wide("/1/1", 1));
    assertThat(until(10).getFirst().slots()).containsExactly(128, 0, 0);
  }

  @Test
  void ofWidePairsThatOverlapTheNewestHolds() {
    take(wide("/1/1", 0.5));
    take(wide("/1/2", 1));
    assertThat(until(10).getFirst().slots()).containsExactly(128, 255, 255);
    take(wide("/1/1", 0));
    set("/1/3", Value.of(9));
    assertThat(until(100).getLast().slots()).containsExactly(0, 0, 9);
  }

  @Test
  void aTextDoesNotEndABlackout() {
    set("/1/1", Value.of(64));
    set("/blackout", Value.TRUE);
    set("/blackout", Value.of("off"));
    assertThat(dropped).singleElement().asString().contains("true or false");
    assertThat(until(50).getLast().slots()).startsWith(0);
  }

  @Test
  void whatCannotBeIsTold() {
    set("/1/1", Value.of("full"));
    set("/11/1", Value.of(1));
    set("/1", Value.of(5));
    set("/1", Value.of(new byte[513]));
    set("/1/512", Value.of(new byte[2]));
    set("/fixture/nobody/pan", Value.of(1));
    set("/x", Value.of(1));
    set("/master", Value.of("x"));
    set("/master/nobody", Value.of(1));
    assertThat(dropped).hasSize(9);
    assertThat(until(1000)).isEmpty();
  }

  @Test
  void itsOwnStatusIsNoMistake() {
    set("/$sources/1/x", Value.of(Map.of()));
    assertThat(dropped).isEmpty();
  }

  // --- masters and limits ------------------------------------------------------------------------

  @Test
  void theGrandMasterDarkensEverything() {
    set("/1/1", Value.of(64));
    set("/1/2", Value.of(255));
    set("/master", Value.of(0.5));
    assertThat(until(10).getLast().slots()).containsExactly(32, 128, 0);
    set("/master", Value.of(1.0));
    assertThat(until(100).getLast().slots()).containsExactly(64, 255, 0);
  }

  @Test
  void blackoutComesAndGoes() {
    set("/1/1", Value.of(64));
    until(10);
    set("/blackout", Value.TRUE);
    assertThat(until(50).getLast().slots()).startsWith(0);
    set("/blackout", Value.FALSE);
    assertThat(until(150).getLast().slots()).startsWith(64);
  }

  @Test
  void whatLeavesCanBeLookedAt() {
    assertThat(transmitter.view(1)).isEmpty();
    set("/1/2", Value.of(64));
    set("/master", Value.of(0.5));
    until(10);
    assertThat(transmitter.view(1))
        .hasValueSatisfying(view -> {
          assertThat(view)
              .containsEntry("master", Value.of(0.5))
              .containsEntry("frames", Value.of(1));
          assertThat(String.valueOf(view.get("levels"))).contains("value=0", "value=32");
        });
  }

  @Test
  void submastersDarkenTheirSlotsAndLimitsHold() {
    transmitter =
        with(
            new DmxOutput(
                DmxPath.Form.SACN,
                OptionalInt.empty(),
                FloatMode.UNIT,
                PACE,
                512,
                OnLoss.HOLD,
                0,
                OnLoss.HOLD,
                Map.of(),
                Map.of("front", List.of(new SlotRange(1, 2, 3))),
                List.of(new DmxOutput.Limit(new SlotRange(1, 3, 3), 20, 100))),
            Patch.NONE);
    set("/1", Value.of(new byte[] {(byte) 200, (byte) 200, (byte) 240}));
    assertThat(until(10).getLast().slots()).containsExactly(200, 200, 100);
    set("/master/front", Value.of(0.5));
    assertThat(until(50).getLast().slots()).containsExactly(200, 100, 100);
    set("/master/front", Value.of(0));
    assertThat(until(100).getLast().slots()).containsExactly(200, 0, 20);
  }

  @Test
  void fixturesHaveNamesAndMastersDarkenOnlyTheirLight() {
    FixtureProfile profile =
        Patch.parse(
                Value.of(
                    List.of(
                        Value.of(
                            Map.of(
                                "name", Value.of("spot1"),
                                "universe", Value.of(1),
                                "address", Value.of(1),
                                "profile",
                                    Value.of(
                                        List.of(
                                            Value.of(
                                                Map.of(
                                                    "name", Value.of("pan"),
                                                    "bits", Value.of(16),
                                                    "min", Value.of(-270),
                                                    "max", Value.of(270))),
                                            Value.of("dimmer"))))))),
                Value.NULL,
                DmxPath.Form.SACN)
            .fixtures()
            .getFirst()
            .profile();
    transmitter =
        with(
            DmxOutput.standard(DmxPath.Form.SACN),
            new Patch(List.of(new Fixture("spot1", 1, 1, profile))));
    set("/fixture/spot1/pan", Value.of(0.0));
    set("/fixture/spot1/dimmer", Value.of(1.0));
    set("/master", Value.of(0.5));
    assertThat(until(10).getLast().slots()).containsExactly(128, 0, 128);
    set("/fixture/spot1", Value.of(Map.of("pan", Value.of(270), "dimmer", Value.of(0.5))));
    assertThat(until(100).getLast().slots()).containsExactly(255, 255, 64);
    set("/fixture/spot1/tilt", Value.of(1));
    assertThat(dropped).hasSize(1);
    assertThat(dropped.getFirst()).contains("it has pan, dimmer");
  }

  // --- losing the router -------------------------------------------------------------------------

  @Test
  void theLookIsHeldWhileTheRouterIsAway() {
    set("/1/1", Value.of(7));
    until(100);
    transmitter.routerLost(now);
    assertThat(until(5000)).allMatch(frame -> frame.slots().getFirst() == 7).isNotEmpty();
  }

  @Test
  void itGoesDarkWhenTheRouterStaysAwayAndComesBack() {
    transmitter = with(output(OnLoss.BLACKOUT, OnLoss.HOLD, Map.of()), Patch.NONE);
    set("/1/1", Value.of(7));
    until(100);
    transmitter.routerLost(now);
    assertThat(until(1099)).allMatch(frame -> frame.slots().getFirst() == 7);
    assertThat(until(1200).getLast().slots()).startsWith(0);
    transmitter.routerBack(now);
    assertThat(until(1400).getLast().slots()).startsWith(7);
  }

  @Test
  void aSceneIsSentThenIfThereIsOne() {
    transmitter = with(output(OnLoss.SCENE, OnLoss.HOLD, Map.of("/1/2", Value.of(99))), Patch.NONE);
    set("/1/1", Value.of(7));
    until(100);
    transmitter.routerLost(now);
    assertThat(until(2000).getLast().slots()).containsExactly(0, 99, 0);
  }

  @Test
  void atTheEndEveryUniverseIsGivenUp() {
    transmitter = with(output(OnLoss.HOLD, OnLoss.BLACKOUT, Map.of()), Patch.NONE);
    set("/2/1", Value.of(7));
    set("/1/1", Value.of(7));
    until(100);
    transmitter.stop();
    assertThat(sink.frames).extracting(frame -> frame.slots().getFirst()).containsExactly(0, 0);
    assertThat(sink.terminated).containsExactly(1, 2);
    assertThat(transmitter.transmit(now)).isEqualTo(Long.MAX_VALUE);
    transmitter.stop();
    assertThat(sink.terminated).hasSize(2);
  }
}
