package dev.clasp.bridgesacn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.bridgetestkit.FakeContext;
import dev.clasp.dmx.Dmx;
import dev.clasp.dmx.DmxReceiver;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sources, sequences, synchronization and discovery, on a clock that the test moves. */
class SacnReceiverTest {

  private static final long SECOND = 1_000_000_000L;
  private static final UUID OWN = new UUID(1, 1);
  private static final InetSocketAddress FROM =
      new InetSocketAddress(InetAddress.ofLiteral("10.0.0.9"), 5568);

  private final FakeContext context = FakeContext.inRealTime();
  private final List<Integer> joined = new ArrayList<>();
  private final SacnWriter main = new SacnWriter(new UUID(2, 2), "Main");
  private final SacnWriter backup = new SacnWriter(new UUID(3, 3), "Backup");
  private SacnReceiver receiver = with(Map.of());
  private long now = 10 * SECOND;

  private SacnReceiver with(Map<String, Value> settings) {
    Map<String, Value> all = new LinkedHashMap<>(Map.of("universes", Value.of("1-3")));
    all.putAll(settings);
    SacnConfig config =
        SacnConfig.of(BridgeSettings.of(SacnConfig.SETTINGS, all), TypeProfile.STANDARD);
    DmxReceiver lights = new DmxReceiver(config.lights().input(), config.lights().patch(), context);
    return new SacnReceiver(config, OWN, lights, context, joined::add);
  }

  private void comes(byte[] packet) {
    receiver.received(packet, packet.length, FROM, now);
  }

  private static byte[] data(
      SacnWriter writer, int priority, int sync, int sequence, int options, int... slots) {
    byte[] packet = writer.data(1, slots.length, priority, sync, Dmx.START_LEVELS);
    byte[] levels = new byte[slots.length];
    for (int i = 0; i < slots.length; i++) {
      levels[i] = (byte) slots[i];
    }
    SacnWriter.frame(packet, levels, sequence, options);
    return packet;
  }

  /** What the router was told since the last time. */
  private Map<String, Value> told() {
    Map<String, Value> values = new LinkedHashMap<>();
    List<Parcel> parcels = new ArrayList<>();
    context.parcels.drainTo(parcels);
    for (Parcel parcel : parcels) {
      for (MappedSignal signal : parcel.signals()) {
        if (!signal.address().startsWith("/$")) {
          values.put(signal.address(), signal.value());
        }
      }
    }
    return values;
  }

  @Test
  void slotsHaveTheirOwnNumbers() {
    comes(data(main, 100, 0, 1, 0, 255, 128));
    assertThat(told()).isEqualTo(Map.of("/1/1", Value.of(255), "/1/2", Value.of(128)));
  }

  @ParameterizedTest
  @CsvSource({
    "10, 11, true", "10, 10, false", "10, 9, false", "255, 0, true", "0, 255, false",
    "20, 1, false", "20, 0, true", "10, 247, false", "10, 246, true", "10, 138, true"
  })
  void whatComesLateIsDropped(int last, int next, boolean taken) {
    comes(data(main, 100, 0, last, 0, 1));
    told();
    comes(data(main, 100, 0, next, 0, 2));
    assertThat(told().isEmpty()).isEqualTo(!taken);
  }

  @Test
  void aPreviewIsForVisualizers() {
    comes(data(main, 100, 0, 1, Sacn.PREVIEW, 9));
    assertThat(told()).isEmpty();
    receiver = with(Map.of("receive_preview", Value.TRUE));
    comes(data(main, 100, 0, 1, Sacn.PREVIEW, 9));
    assertThat(told()).containsEntry("/1/1", Value.of(9));
  }

  @Test
  void ownPacketsAndOtherUniversesAreNotHeard() {
    comes(data(new SacnWriter(OWN, "self"), 100, 0, 1, 0, 9));
    byte[] other = main.data(4, 1, 100, 0, 0);
    comes(other);
    assertThat(told()).isEmpty();
    assertThat(context.told).isEmpty();
  }

  @Test
  void theBackupTakesOverAfterTwoAndAHalfSecondsAndGivesBack() {
    comes(data(main, 150, 0, 1, 0, 10));
    comes(data(backup, 100, 0, 1, 0, 20));
    assertThat(told()).containsEntry("/1/1", Value.of(10));
    now += 2 * SECOND;
    comes(data(backup, 100, 0, 2, 0, 20));
    now += SECOND / 2 - 1;
    receiver.expire(now);
    assertThat(told()).isEmpty();
    now += 1;
    receiver.expire(now);
    assertThat(told()).containsEntry("/1/1", Value.of(20));
    comes(data(main, 150, 0, 200, 0, 11));
    assertThat(told()).containsEntry("/1/1", Value.of(11));
  }

  @Test
  void aFarewellHandsOverAtOnceAndCarriesNoLevels() {
    comes(data(main, 150, 0, 1, 0, 10));
    comes(data(backup, 100, 0, 1, 0, 20));
    told();
    for (int i = 2; i < 5; i++) {
      comes(data(main, 150, 0, i, Sacn.TERMINATED, 99));
    }
    assertThat(told()).isEqualTo(Map.of("/1/1", Value.of(20)));
    assertThat(context.told).isEmpty();
  }

  @Test
  void prioritiesOfSlotsCount() {
    comes(data(main, 150, 0, 1, 0, 10, 10));
    comes(data(backup, 100, 0, 1, 0, 20, 20));
    told();
    byte[] priorities = backup.data(1, 2, 100, 0, Dmx.START_PRIORITIES);
    SacnWriter.frame(priorities, new byte[] {(byte) 200, 1}, 2, 0);
    comes(priorities);
    assertThat(told()).isEqualTo(Map.of("/1/1", Value.of(20)));
  }

  // --- synchronization ---------------------------------------------------------------------------

  @Test
  void dataIsShownAtOnceUntilTheFirstSynchronizationPacket() {
    comes(data(main, 100, 7, 1, 0, 10));
    assertThat(told()).containsEntry("/1/1", Value.of(10));
    assertThat(joined).containsExactly(7);
  }

  @Test
  void thenItWaitsForThem() {
    comes(data(main, 100, 7, 1, 0, 10));
    comes(main.sync(7, 1));
    told();
    comes(data(main, 100, 7, 2, 0, 20));
    comes(data(main, 100, 7, 3, 0, 30));
    assertThat(told()).isEmpty();
    comes(backup.sync(7, 1));
    assertThat(told()).isEmpty();
    comes(main.sync(7, 2));
    assertThat(told()).isEqualTo(Map.of("/1/1", Value.of(30)));
    comes(main.sync(7, 3));
    assertThat(told()).isEmpty();
  }

  @Test
  void whenTheyStopItGoesOnIfTheSourceAllowsIt() {
    comes(data(main, 100, 7, 1, Sacn.FORCE_SYNC, 10));
    comes(main.sync(7, 1));
    comes(data(main, 100, 7, 2, Sacn.FORCE_SYNC, 20));
    told();
    now += 2 * SECOND + SECOND / 2;
    comes(data(main, 100, 7, 3, Sacn.FORCE_SYNC, 30));
    assertThat(told()).isEqualTo(Map.of("/1/1", Value.of(30)));
  }

  @Test
  void whenTheyStopAndItDoesNotTheLookStaysAndTheSourceIsThere() {
    comes(data(main, 100, 7, 1, 0, 10));
    comes(main.sync(7, 1));
    told();
    for (int i = 2; i < 12; i++) {
      now += SECOND;
      comes(data(main, 100, 7, i, 0, 20 + i));
      receiver.expire(now);
    }
    assertThat(told()).isEmpty();
    assertThat(context.told).isEmpty();
    comes(main.sync(7, 2));
    assertThat(told()).isEqualTo(Map.of("/1/1", Value.of(31)));
  }

  // --- discovery ---------------------------------------------------------------------------------

  @Test
  void othersTellWhatTheySendAndAreForgottenWhenTheyStop() {
    comes(main.discovery(List.of(1, 5, 9), 0));
    Parcel parcel = context.next();
    assertThat(parcel.signals().getFirst().address()).isEqualTo("/$discovery/" + new UUID(2, 2));
    assertThat(receiver.discovered().toString()).contains("Main", "10.0.0.9", "value=9");
    comes(main.discovery(List.of(1, 5, 9), 0));
    assertThat(context.parcels).isEmpty();
    now += 30 * SECOND;
    receiver.expire(now);
    assertThat(context.next().signals().getFirst().value().toString()).contains("lost");
  }

  @Test
  void aListInPagesIsWholeWithItsLast() {
    List<Integer> many = new ArrayList<>();
    for (int universe = 1; universe <= 600; universe++) {
      many.add(universe);
    }
    comes(main.discovery(many, 1));
    assertThat(context.parcels).isEmpty();
    comes(main.discovery(many, 0));
    assertThat(context.next().signals().getFirst().value().toString()).contains("value=600");
  }

  @Test
  void pagesAndUniversesThatCannotBeAreLeftOut() {
    byte[] beyond = main.discovery(List.of(1), 0);
    beyond[Sacn.DISCOVERY_LAST] = 125;
    comes(beyond);
    assertThat(receiver.discovered()).isEqualTo(Value.of(Map.of()));
    byte[] odd = main.discovery(List.of(7, 8), 0);
    Sacn.putShort(odd, Sacn.DISCOVERY_LIST, 64_000);
    comes(odd);
    assertThat(context.next().signals().getFirst().value().toString())
        .contains("value=8")
        .doesNotContain("64000");
  }

  @Test
  void listsOfAllSourcesTogetherAreBounded() {
    List<Integer> all = IntStream.rangeClosed(1, Sacn.MAX_UNIVERSE).boxed().toList();
    comesWhole(main, all);
    assertThat(context.next().signals().getFirst().address()).endsWith("" + new UUID(2, 2));
    comesWhole(backup, all);
    assertThat(context.parcels).isEmpty();
    // There is room when the other is gone.
    now += 30 * SECOND;
    receiver.expire(now);
    context.parcels.clear();
    comesWhole(backup, all);
    assertThat(context.next().signals().getFirst().address()).endsWith("" + new UUID(3, 3));
  }

  private void comesWhole(SacnWriter writer, List<Integer> universes) {
    for (int page = 0; page < SacnWriter.pages(universes); page++) {
      comes(writer.discovery(universes, page));
    }
  }

  @Test
  void whoIsGoneForFiveMinutesIsDeleted() {
    comes(main.discovery(List.of(1), 0));
    now += 30 * SECOND;
    receiver.expire(now);
    context.parcels.clear();
    now += 300 * SECOND - 1;
    receiver.expire(now);
    assertThat(context.parcels).isEmpty();
    now += 1;
    receiver.expire(now);
    MappedSignal deleted = context.next().signals().getFirst();
    assertThat(deleted.address()).isEqualTo("/$discovery/" + new UUID(2, 2));
    assertThat(deleted.hints()).containsEntry("ttl", Value.of(0));
  }

  @Test
  void nothingThatIsBrokenDoesAnything() {
    byte[] packet = data(main, 100, 0, 1, 0, 255, 128);
    for (int length = 0; length < packet.length; length++) {
      receiver.received(packet, length, FROM, now);
    }
    assertThat(context.parcels).isEmpty();
    assertThat(context.told).allMatch(text -> text.startsWith("dropped")).isNotEmpty();
  }
}
