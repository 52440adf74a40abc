package dev.clasp.dmx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DmxReceiverTest {

  private static final long TIMEOUT = 2_500_000_000L;

  private final FakeContext context = new FakeContext();
  private final DmxSource desk = new DmxSource("desk-id", "Desk", "10.0.0.5");
  private DmxReceiver receiver = with(true, false, false, Patch.NONE);

  private DmxReceiver with(boolean slots, boolean universes, boolean unit, Patch patch) {
    return new DmxReceiver(
        new DmxInput(MergePolicy.standard(TIMEOUT), slots, universes, true, unit, true, Map.of()),
        patch,
        context);
  }

  private void comes(long nanos, int... levels) {
    byte[] data = new byte[levels.length];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) levels[i];
    }
    receiver.received(1, desk, 100, Dmx.START_LEVELS, data, 0, data.length, nanos);
  }

  @Test
  void aNewUniverseIsToldAsAWholeAndThenByWhatChanges() {
    comes(0, 0, 255);
    assertThat(context.take()).isEqualTo(Map.of("/1/1", Value.of(0), "/1/2", Value.of(255)));
    comes(1, 0, 255);
    assertThat(context.take()).isEmpty();
    comes(2, 0, 254);
    assertThat(context.take()).isEqualTo(Map.of("/1/2", Value.of(254)));
  }

  @Test
  void aUniverseCanBeOneStreamOfBytes() {
    receiver = with(false, true, false, Patch.NONE);
    comes(0, 1, 2, 3);
    assertThat(context.signals)
        .anySatisfy(signal -> {
          assertThat(signal.address()).isEqualTo("/1");
          assertThat(signal.type()).isEqualTo(SignalType.STREAM);
          assertThat(signal.value()).isEqualTo(Value.of(new byte[] {1, 2, 3}));
        });
  }

  @Test
  void fixturesAreToldByTheirNames() {
    receiver =
        with(
            false,
            false,
            false,
            new Patch(List.of(new Fixture("s", 1, 2, FixtureProfile.BUILT_IN.get(1)))));
    comes(0, 9, 255, 255);
    assertThat(context.take()).isEqualTo(Map.of("/fixture/s/dimmer", Value.of(1.0)));
    comes(0, 9, 255, 254);
    assertThat(context.take()).containsOnlyKeys("/fixture/s/dimmer");
  }

  @Test
  void slotsCanBeFloats() {
    receiver = with(true, false, true, Patch.NONE);
    comes(0, 51);
    assertThat(context.take()).isEqualTo(Map.of("/1/1", Value.of(0.2)));
  }

  @Test
  void sourcesComeAndGoByName() {
    comes(0, 1);
    assertThat(context.signals.getFirst().address()).isEqualTo("/$sources/1/desk-id");
    assertThat(context.signals.getFirst().value().toString()).contains("Desk", "active");
    context.signals.clear();
    assertThat(receiver.expire(TIMEOUT - 1)).isEqualTo(TIMEOUT);
    assertThat(context.signals).isEmpty();
    receiver.expire(TIMEOUT);
    assertThat(context.signals.getFirst().value().toString()).contains("lost");
    assertThat(context.told).hasSize(1);
    assertThat(context.told.getFirst()).contains("universe 1: Desk (10.0.0.5)");
    assertThat(receiver.levels(1)).containsExactly(1);
  }

  private void comesTo(int universe, long nanos) {
    DmxSource stray = new DmxSource("stray-" + universe, "", "10.0.0.6");
    receiver.received(universe, stray, 100, Dmx.START_LEVELS, new byte[] {1}, 0, 1, nanos);
  }

  private long toldSources() {
    return context.signals.stream()
        .filter(signal -> signal.address().startsWith("/$sources/"))
        .count();
  }

  @Test
  void universesWithoutSourcesAreForgottenAndWhoSentThemIsDeleted() {
    comes(0, 1);
    receiver.expire(TIMEOUT);
    context.signals.clear();
    long end = TIMEOUT + DmxReceiver.EMPTY_NANOS;
    assertThat(receiver.expire(end - 1)).isEqualTo(end);
    assertThat(receiver.levels(1)).containsExactly(1);
    assertThat(receiver.expire(end)).isEqualTo(Long.MAX_VALUE);
    assertThat(receiver.levels(1)).isEmpty();
    assertThat(context.signals)
        .singleElement()
        .satisfies(signal -> {
          assertThat(signal.address()).isEqualTo("/$sources/1/desk-id");
          assertThat(signal.hints()).containsEntry("ttl", Value.of(0));
        });
  }

  @Test
  void whoComesBackInTimeStays() {
    comes(0, 1);
    receiver.expire(TIMEOUT);
    comes(2 * TIMEOUT, 1);
    context.signals.clear();
    for (long now = 2 * TIMEOUT; now < 2 * DmxReceiver.EMPTY_NANOS; now += TIMEOUT / 2) {
      comes(now, 1);
      receiver.expire(now);
    }
    assertThat(context.signals).isEmpty();
    assertThat(receiver.levels(1)).containsExactly(1);
  }

  @Test
  void strayUniversesMakeRoomForOthers() {
    for (int universe = 1; universe <= DmxReceiver.MAX_UNIVERSES; universe++) {
      comesTo(universe, 0);
    }
    comesTo(2000, 1);
    assertThat(receiver.levels(2000)).isEmpty();
    assertThat(context.told).singleElement().asString().contains("universe 2000 is left out");
    receiver.expire(TIMEOUT);
    comesTo(2000, TIMEOUT);
    assertThat(receiver.levels(2000)).containsExactly(1);
  }

  @Test
  void ofManyNewSourcesOnlySomeAreToldInASecond() {
    for (int universe = 1; universe <= 300; universe++) {
      comesTo(universe, 0);
    }
    assertThat(toldSources()).isEqualTo(DmxReceiver.TOLD_A_SECOND);
    // Nobody needs to know that others are gone.
    receiver.expire(TIMEOUT);
    assertThat(toldSources()).isEqualTo(2 * DmxReceiver.TOLD_A_SECOND);
  }

  @Test
  void whoDrivesWhichSlotCanBeLookedAt() {
    assertThat(receiver.view(1)).isEmpty();
    comes(0, 10, 200, 5);
    comes(0, 10, 200, 5);
    DmxSource other = new DmxSource("other-id", "Other", "10.0.0.6");
    receiver.received(1, other, 100, Dmx.START_LEVELS, new byte[] {20, 3}, 0, 2, 0);
    Map<String, Value> view = receiver.view(1).orElseThrow();
    assertThat(view)
        .containsEntry("merge", Value.of("htp"))
        .containsEntry("owners", Value.of(List.of(Value.of(1), Value.of(0), Value.of(0))));
    List<Value> sources = ((Value.Array) view.getOrDefault("sources", Value.NULL)).values();
    assertThat(((Value.Map) sources.getFirst()).entries())
        .containsEntry("name", Value.of("Desk"))
        .containsEntry("frames", Value.of(2))
        .containsEntry("slots", Value.of(2))
        .containsEntry("age_seconds", Value.of(0.0));
  }

  @Test
  void aSourceThatSaysGoodbyeIsNotAnError() {
    comes(0, 1);
    context.signals.clear();
    receiver.terminated(1, desk, 1);
    assertThat(context.signals.getFirst().value().toString()).contains("terminated");
    assertThat(context.told).isEmpty();
  }
}
