package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.GesturePhase;
import org.junit.jupiter.api.Test;

class GestureTest {

  private static final FrameTemplate START = FrameTemplate.gesture("/g", GesturePhase.START, 1);
  private static final FrameTemplate MOVE = FrameTemplate.gesture("/g", GesturePhase.MOVE, 1);
  private static final FrameTemplate END = FrameTemplate.gesture("/g", GesturePhase.END, 1);

  private final FakeClock clock = new FakeClock();

  @Test
  void knowsWhetherTheLastMoveArrived() {
    Gesture.Watcher watcher = new Gesture.Watcher(clock, 2);
    Frames.give(watcher, START, 0);
    Frames.give(watcher, MOVE, 7);
    Frames.give(watcher, MOVE, 10);
    Frames.give(watcher, END, 11);
    assertThat(watcher.finalMoves(10)).isEqualTo(1);
    assertThat(watcher.received()).isEqualTo(4);
    assertThat(watcher.edges()).isEqualTo(2);
    Frames.give(watcher, MOVE, 1_000_009);
    assertThat(watcher.finalMoves(10)).as("the other contact's last move is missing").isEqualTo(1);
    Frames.give(watcher, MOVE, 1_000_010);
    assertThat(watcher.finalMoves(10)).isEqualTo(2);
  }

  @Test
  void theGapIsThatOfOneContact() {
    Gesture.Watcher watcher = new Gesture.Watcher(clock, 2);
    Frames.give(watcher, START, 0);
    clock.advance(5_000_000);
    Frames.give(watcher, START, 1_000_000);
    clock.advance(5_000_000);
    Frames.give(watcher, MOVE, 1);
    assertThat(watcher.gaps().count()).isEqualTo(1);
    assertThat(watcher.gaps().maxMicros()).isBetween(9_990.0, 10_010.0);
  }

  @Test
  void otherSignalsAreNoGesture() {
    Gesture.Watcher watcher = new Gesture.Watcher(clock, 1);
    Frames.give(watcher, FrameTemplate.publish("/g", 8), 3);
    assertThat(watcher.received()).isZero();
  }
}
