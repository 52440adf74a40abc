package dev.clasp.bridgeartnet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.dmx.DmxSource;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Order, ArtSync and sources, with time by hand. */
class ArtNetInputTest {

  private static final long SECOND = 1_000_000_000L;
  private static final InetAddress DESK = InetAddress.ofLiteral("10.0.0.1");
  private static final InetAddress BACKUP = InetAddress.ofLiteral("10.0.0.2");

  private final List<String> levels = new ArrayList<>();
  private final ArtNetInput input =
      new ArtNetInput(
          universe -> universe < 100,
          ArtNetInput.SOURCE_NANOS,
          new ArtNetInput.Levels() {
            @Override
            public void received(
                int portAddress, DmxSource source, int startCode, byte[] data, long nanos) {
              levels.add(portAddress + "=" + data[0] + " " + source.id());
            }

            @Override
            public void terminated(int portAddress, DmxSource source, long nanos) {
              levels.add(portAddress + " without " + source.id());
            }

            @Override
            public void sourcesChanged(long nanos) {}
          });

  private void dmx(int universe, int sequence, int level, InetAddress from, long nanos) {
    input.received(universe, 0, sequence, 0, new byte[] {(byte) level}, from, nanos);
  }

  @Test
  void otherUniversesAreNotWanted() {
    dmx(100, 0, 1, DESK, 0);

    assertThat(levels).isEmpty();
    assertThat(input.universes()).isEmpty();
  }

  @Test
  void whatComesLateOrTwiceIsLeftOut() {
    dmx(1, 254, 1, DESK, 0);
    dmx(1, 255, 2, DESK, 0);
    dmx(1, 1, 3, DESK, 0);
    dmx(1, 255, 4, DESK, 0);
    dmx(1, 1, 5, DESK, 0);
    dmx(1, 3, 6, DESK, 0);
    dmx(1, 2, 7, DESK, 0);

    assertThat(levels)
        .containsExactly("1=1 10.0.0.1", "1=2 10.0.0.1", "1=3 10.0.0.1", "1=6 10.0.0.1");
    assertThat(input.late()).isEqualTo(3);
  }

  @Test
  void aSenderThatBeginsAgainIsBelievedAndZeroMeansNoOrder() {
    dmx(1, 200, 1, DESK, 0);
    dmx(1, 1, 2, DESK, 0);
    dmx(1, 0, 3, DESK, 0);
    dmx(1, 0, 4, DESK, 0);

    assertThat(levels).hasSize(4);
  }

  @Test
  void afterSyncLevelsWaitForTheNext() {
    dmx(1, 0, 1, DESK, 0);
    input.sync(DESK, 0);
    dmx(1, 0, 2, DESK, 1);
    dmx(2, 0, 3, DESK, 1);
    assertThat(levels).containsExactly("1=1 10.0.0.1");

    input.sync(DESK, 2);

    assertThat(levels).containsExactly("1=1 10.0.0.1", "1=2 10.0.0.1", "2=3 10.0.0.1");
  }

  @Test
  void withoutSyncForFourSecondsLevelsFlowAgain() {
    dmx(1, 0, 1, DESK, 0);
    input.sync(DESK, 0);
    dmx(1, 0, 2, DESK, SECOND);
    assertThat(input.tick(SECOND)).isEqualTo(4 * SECOND);

    input.tick(4 * SECOND);
    assertThat(levels).contains("1=2 10.0.0.1");
    dmx(1, 0, 3, DESK, 5 * SECOND);
    assertThat(levels).contains("1=3 10.0.0.1");
  }

  @Test
  void syncOfAnotherAddressIsIgnored() {
    dmx(1, 0, 1, DESK, 0);
    input.sync(BACKUP, 0);
    dmx(1, 0, 2, DESK, 1);

    assertThat(levels).hasSize(2);
    assertThat(input.synchronous()).isFalse();
  }

  @Test
  void whileTwoAreMergedSyncIsIgnored() {
    dmx(1, 0, 1, DESK, 0);
    dmx(1, 0, 2, BACKUP, 0);
    assertThat(input.merges(1)).isTrue();

    input.sync(BACKUP, 0);
    dmx(1, 0, 3, BACKUP, 1);

    assertThat(levels).contains("1=3 10.0.0.2");
  }

  @Test
  void aSilentSourceIsForgottenAfterTenSeconds() {
    dmx(1, 0, 1, DESK, 0);
    dmx(1, 0, 2, BACKUP, 5 * SECOND);

    assertThat(input.tick(9 * SECOND)).isEqualTo(10 * SECOND);
    input.tick(10 * SECOND);

    assertThat(input.merges(1)).isFalse();
    assertThat(input.receives(1)).isTrue();
    input.tick(15 * SECOND);
    assertThat(input.receives(1)).isFalse();
  }

  @Test
  void twoPortsOfOneMachineAreTwoSources() {
    input.received(1, 0, 0, 0, new byte[] {1}, DESK, 0);
    input.received(1, 0, 0, 1, new byte[] {2}, DESK, 0);

    assertThat(input.merges(1)).isTrue();
    assertThat(levels).containsExactly("1=1 10.0.0.1", "1=2 10.0.0.1-1");
  }

  private void priorities(int sequence, int priority, InetAddress from) {
    input.received(1, 0xDD, sequence, 0, new byte[] {(byte) priority}, from, 1);
  }

  @Test
  void prioritiesAreOfAllThatTheirSenderSendsAndCountedByThemselves() {
    input.received(1, 0, 100, 1, new byte[] {1}, DESK, 0);
    input.received(1, 0, 100, 2, new byte[] {2}, DESK, 0);
    levels.clear();

    priorities(5, 99, DESK);
    priorities(4, 98, DESK);
    input.received(1, 0, 101, 1, new byte[] {3}, DESK, 1);

    assertThat(levels).containsExactly("1=99 10.0.0.1-1", "1=99 10.0.0.1-2", "1=3 10.0.0.1-1");
    assertThat(input.late()).isEqualTo(1);
  }

  @Test
  void whoSendsOnlyPrioritiesIsNoSource() {
    priorities(1, 99, BACKUP);
    assertThat(input.receives(1)).isFalse();
    dmx(1, 0, 1, DESK, 0);
    priorities(2, 99, BACKUP);

    assertThat(levels).containsExactly("1=1 10.0.0.1");
    assertThat(input.merges(1)).isFalse();
    // And nobody is there because of them.
    priorities(3, 99, DESK);
    input.tick(10 * SECOND);
    assertThat(input.receives(1)).isFalse();
  }

  @Test
  void afterCancelMergeTheNextIsAlone() {
    dmx(1, 0, 1, DESK, 0);
    dmx(1, 0, 2, BACKUP, 0);
    levels.clear();

    input.cancelMerge(List.of(1));
    dmx(1, 0, 3, BACKUP, 1);
    dmx(1, 0, 4, DESK, 2);

    assertThat(levels).containsExactly("1 without 10.0.0.1", "1=3 10.0.0.2");
    assertThat(input.merges(1)).isFalse();
    // Until it is silent.
    dmx(1, 0, 5, DESK, 9 * SECOND);
    input.tick(10 * SECOND + 1);
    dmx(1, 0, 6, DESK, 11 * SECOND);
    assertThat(levels.getLast()).isEqualTo("1=6 10.0.0.1");
  }
}
