package dev.clasp.dmx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.dmx.MergePolicy.Mode;
import dev.clasp.dmx.UniverseMerge.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two consoles on a universe, by the tables of the standards; on a clock that the test moves. */
class UniverseMergeTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long TIMEOUT = 2_500_000_000L;

  private long now = 5 * SECOND;
  private UniverseMerge<String> merge = new UniverseMerge<>(MergePolicy.standard(TIMEOUT));

  private static byte[] levels(int... levels) {
    byte[] bytes = new byte[levels.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) levels[i];
    }
    return bytes;
  }

  private static MergePolicy policy(Mode mode, OnLoss onLoss, long hold) {
    return new MergePolicy(mode, true, TIMEOUT, 4, onLoss, hold, true);
  }

  private Outcome sends(String source, int priority, int... levels) {
    return merge.offer(source, priority, Dmx.START_LEVELS, levels(levels), 0, levels.length, now);
  }

  private Outcome prefers(String source, int priority, int... priorities) {
    return merge.offer(
        source, priority, Dmx.START_PRIORITIES, levels(priorities), 0, priorities.length, now);
  }

  private List<String> expire() {
    List<String> lost = new ArrayList<>();
    merge.expire(now, lost::add);
    return lost;
  }

  private int[] shown() {
    int[] shown = new int[merge.length()];
    Arrays.setAll(shown, merge::level);
    return shown;
  }

  private String changes() {
    BitSet changes = new BitSet();
    merge.takeChanges(changes);
    return changes.toString();
  }

  @Test
  void theHighestLevelWinsAmongEquals() {
    assertThat(sends("a", 100, 10, 200, 0)).isEqualTo(Outcome.NEW_SOURCE);
    sends("b", 100, 20, 100, 0);
    assertThat(shown()).containsExactly(20, 200, 0);
    assertThat(merge.owner(0)).contains("b");
    assertThat(merge.owner(1)).contains("a");
  }

  @Test
  void theLatestChangeWinsAmongEquals() {
    merge = new UniverseMerge<>(policy(Mode.LTP, OnLoss.HOLD, 0));
    sends("a", 100, 10, 200);
    sends("b", 100, 20, 100);
    assertThat(shown()).containsExactly(20, 100);
    sends("a", 100, 5, 200);
    // The second slot of a is what it was: b has changed it last.
    assertThat(shown()).containsExactly(5, 100);
  }

  @Test
  void theHighestPriorityWinsWhateverItsLevels() {
    sends("backup", 100, 255, 255);
    sends("main", 120, 1, 0);
    assertThat(shown()).containsExactly(1, 0);
    sends("backup", 130, 255, 255);
    assertThat(shown()).containsExactly(255, 255);
  }

  @Test
  void thePriorityZeroDrivesIfNobodyElseDoes() {
    sends("a", 0, 9);
    assertThat(shown()).containsExactly(9);
  }

  @Test
  void theLowerConsoleTakesOverWhenTheHigherIsLostAndGivesBackWhenItReturns() {
    sends("main", 150, 1, 2);
    sends("backup", 100, 11, 12);
    now += 2 * SECOND;
    sends("backup", 100, 11, 12);
    now += SECOND / 2 - 1;
    assertThat(expire()).isEmpty();
    assertThat(shown()).containsExactly(1, 2);
    now += 1;
    assertThat(expire()).containsExactly("main");
    assertThat(shown()).containsExactly(11, 12);
    assertThat(sends("main", 150, 3, 4)).isEqualTo(Outcome.NEW_SOURCE);
    assertThat(shown()).containsExactly(3, 4);
  }

  @Test
  void aTerminatedSourceIsGoneAtOnce() {
    sends("main", 150, 1);
    sends("backup", 100, 11);
    assertThat(merge.terminate("main", now)).isTrue();
    assertThat(merge.terminate("main", now)).isFalse();
    assertThat(shown()).containsExactly(11);
  }

  @Test
  void prioritiesOfSlotsWinOverThatOfTheSource() {
    sends("a", 100, 10, 10, 10);
    sends("b", 150, 20, 20, 20);
    prefers("b", 150, 50, 0, 200);
    // b wants its first slot little, its second not at all, its third very much.
    assertThat(shown()).containsExactly(10, 10, 20);
    assertThat(merge.hasSlotPriorities("b")).isTrue();
  }

  @Test
  void aSlotBeyondThePrioritiesIsNobodys() {
    sends("a", 1, 10, 10);
    sends("b", 200, 20, 20);
    prefers("b", 200, 100);
    assertThat(shown()).containsExactly(20, 10);
  }

  @Test
  void withoutPrioritiesOfSlotsThatOfTheSourceHoldsAgain() {
    sends("a", 100, 10);
    sends("b", 150, 20);
    prefers("b", 150, 50);
    assertThat(shown()).containsExactly(10);
    now += 2 * SECOND;
    sends("a", 100, 10);
    sends("b", 150, 20);
    now += SECOND;
    assertThat(expire()).isEmpty();
    assertThat(shown()).containsExactly(20);
  }

  @Test
  void prioritiesAloneDriveNothing() {
    assertThat(prefers("b", 150, 200)).isEqualTo(Outcome.NEW_SOURCE);
    sends("a", 1, 10);
    assertThat(shown()).containsExactly(10);
  }

  @Test
  void otherStartCodesSayNothing() {
    assertThat(merge.offer("a", 100, 0xCC, new byte[24], 0, 24, now))
        .isEqualTo(Outcome.OTHER_START_CODE);
    assertThat(merge.sources()).isEmpty();
  }

  @Test
  void onlySoManySourcesAreTaken() {
    merge = new UniverseMerge<>(policy(Mode.HTP, OnLoss.HOLD, 0));
    for (String source : List.of("a", "b", "c", "d")) {
      sends(source, 100, 1);
    }
    assertThat(sends("e", 200, 255)).isEqualTo(Outcome.TOO_MANY);
    assertThat(shown()).containsExactly(1);
  }

  @Test
  void theLastLookIsHeld() {
    sends("a", 100, 7, 8);
    now += TIMEOUT;
    assertThat(expire()).containsExactly("a");
    assertThat(shown()).containsExactly(7, 8);
    assertThat(merge.owner(0)).isEqualTo(Optional.empty());
  }

  @Test
  void itGoesDarkAfterTheTimeForThat() {
    merge = new UniverseMerge<>(policy(Mode.HTP, OnLoss.BLACKOUT, SECOND));
    sends("a", 100, 7, 8);
    now += TIMEOUT;
    expire();
    assertThat(shown()).containsExactly(7, 8);
    now += SECOND;
    expire();
    assertThat(shown()).containsExactly(0, 0);
  }

  @Test
  void aSourceThatComesInTimeSavesTheLook() {
    merge = new UniverseMerge<>(policy(Mode.HTP, OnLoss.BLACKOUT, SECOND));
    sends("a", 100, 7, 8);
    now += TIMEOUT;
    expire();
    sends("b", 100, 9);
    now += SECOND;
    expire();
    assertThat(shown()).containsExactly(9, 0);
  }

  @Test
  void aSceneTakesTheirPlace() {
    merge = new UniverseMerge<>(policy(Mode.HTP, OnLoss.SCENE, 0), levels(50));
    sends("a", 100, 7, 8);
    merge.terminate("a", now);
    assertThat(shown()).containsExactly(50, 0);
  }

  @Test
  void slotsThatASourceNoLongerSendsGoToTheNext() {
    sends("low", 10, 1, 1, 1);
    sends("high", 100, 5, 5, 5);
    sends("high", 100, 5);
    assertThat(shown()).containsExactly(5, 1, 1);
  }

  @Test
  void onlyWhatChangesIsTold() {
    sends("a", 100, 0, 5, 0);
    assertThat(changes()).isEqualTo("{0, 1, 2}");
    sends("a", 100, 0, 5, 0);
    assertThat(changes()).isEqualTo("{}");
    sends("a", 100, 0, 5, 9);
    assertThat(changes()).isEqualTo("{2}");
    sends("b", 100, 0, 5, 9);
    assertThat(changes()).isEqualTo("{}");
  }

  @Test
  void withoutABaselineDarkSlotsAreNoNews() {
    merge = new UniverseMerge<>(new MergePolicy(Mode.HTP, true, TIMEOUT, 4, OnLoss.HOLD, 0, false));
    sends("a", 100, 0, 5, 0);
    assertThat(changes()).isEqualTo("{1}");
  }

  @Test
  void itSaysWhenItIsDue() {
    assertThat(merge.expire(now, _ -> {})).isEqualTo(Long.MAX_VALUE);
    sends("a", 100, 1);
    assertThat(merge.expire(now, _ -> {})).isEqualTo(now + TIMEOUT);
  }

  // --- against a slow and simple one -------------------------------------------------------------

  private static final class Plain {
    final int[] levels;
    final int priority;
    final int[] priorities;
    final int[] stamps = new int[8];

    Plain(int[] levels, int priority, int[] priorities) {
      this.levels = levels;
      this.priority = priority;
      this.priorities = priorities;
    }
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void itAgreesWithASlowAndSimpleMerge(Mode mode) {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      merge = new UniverseMerge<>(policy(mode, OnLoss.BLACKOUT, 0));
      @Nullable Plain[] plain = new @Nullable Plain[4];
      boolean[] known = new boolean[8];
      for (int step = 1; step <= 60; step++) {
        now += SECOND / 1000;
        int who = random.nextInt(4);
        String key = "s" + who;
        Plain before = plain[who];
        switch (random.nextInt(8)) {
          case 0 -> {
            merge.terminate(key, now);
            plain[who] = null;
          }
          case 1 -> {
            if (before != null) {
              int[] priorities = random.ints(8, 0, 4).toArray();
              prefers(key, before.priority, priorities);
              plain[who] = copy(before, new Plain(before.levels, before.priority, priorities));
            }
          }
          default -> {
            int[] levels = random.ints(random.nextInt(8), 0, 4).toArray();
            int priority = random.nextInt(3);
            sends(key, priority, levels);
            Plain next =
                new Plain(levels, priority, before == null ? new int[0] : before.priorities);
            if (before != null) {
              copy(before, next);
            }
            plain[who] = next;
            for (int slot = 0; slot < levels.length; slot++) {
              known[slot] = true;
              if (before == null
                  || slot >= before.levels.length
                  || before.levels[slot] != levels[slot]) {
                next.stamps[slot] = step;
              }
            }
          }
        }
        for (int slot = 0; slot < 8; slot++) {
          assertThat(merge.level(slot))
              .as("seed %d, step %d, slot %d", seed, step, slot)
              .isEqualTo(expected(plain, slot, mode));
        }
      }
    }
  }

  private static Plain copy(Plain from, Plain to) {
    System.arraycopy(from.stamps, 0, to.stamps, 0, 8);
    return to;
  }

  private static int expected(@Nullable Plain[] plain, int slot, Mode mode) {
    int level = 0;
    int best = -1;
    int stamp = -1;
    for (@Nullable Plain each : plain) {
      if (each == null || slot >= each.levels.length) {
        continue;
      }
      int priority =
          each.priorities.length == 0
              ? each.priority
              : each.priorities[slot] == 0 ? -1 : each.priorities[slot];
      int rank = mode == Mode.HTP ? each.levels[slot] : each.stamps[slot];
      if (priority > best || priority == best && priority >= 0 && rank > stamp) {
        best = priority;
        stamp = rank;
        level = each.levels[slot];
      }
    }
    return level;
  }
}
