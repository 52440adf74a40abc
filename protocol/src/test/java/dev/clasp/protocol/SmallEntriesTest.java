package dev.clasp.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The entries of small map values behave as those of any map. */
class SmallEntriesTest {

  /** Up to twice as many entries as fit: the larger ones have another form. */
  @Test
  void isAMapLikeAnyOther() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 2_000; i++) {
      Map<String, Value> expected = new LinkedHashMap<>();
      for (int n = random.nextInt(2 * SmallEntries.MAX); n > 0; n--) {
        expected.put("k" + random.nextInt(20), Value.of(random.nextInt(3)));
      }

      Map<String, Value> entries = new Value.Map(expected).entries();

      assertThat(entries).isEqualTo(expected).hasSameHashCodeAs(expected);
      assertThat(expected).isEqualTo(entries);
      assertThat(entries).isEqualTo(new Value.Map(new HashMap<>(expected)).entries());
      assertThat(entries.size()).isEqualTo(expected.size());
      assertThat(List.copyOf(entries.keySet())).isEqualTo(List.copyOf(expected.keySet()));
      assertThat(List.copyOf(entries.values())).isEqualTo(List.copyOf(expected.values()));
      assertThat(entries.toString()).isEqualTo(expected.toString());
      Map<String, Value> visited = new LinkedHashMap<>();
      entries.forEach(visited::put);
      assertThat(List.copyOf(visited.entrySet())).isEqualTo(List.copyOf(expected.entrySet()));
      for (int k = 0; k < 20; k++) {
        assertThat(entries.get("k" + k)).isEqualTo(expected.get("k" + k));
        assertThat(entries.containsKey("k" + k)).isEqualTo(expected.containsKey("k" + k));
      }
      expected.put("another", Value.TRUE);
      assertThat(entries).isNotEqualTo(expected);
    }
  }

  @Test
  void differentMapsDiffer() {
    Map<String, Value> entries = new Value.Map(Map.of("a", Value.TRUE)).entries();

    assertThat(entries).isNotEqualTo(new Value.Map(Map.of("b", Value.TRUE)).entries());
    assertThat(entries).isNotEqualTo(new Value.Map(Map.of("a", Value.FALSE)).entries());
    assertThat(entries).isNotEqualTo(new Value.Map(Map.of()).entries());
    assertThat(entries.equals("a")).isFalse();
    assertThat(entries.get(new Object())).isNull();
  }

  @Test
  void doesNotChange() {
    Map<String, Value> given = new LinkedHashMap<>(Map.of("a", Value.TRUE));
    Map<String, Value> entries = new Value.Map(given).entries();
    given.put("b", Value.FALSE);
    given.remove("a");

    assertThat(entries).isEqualTo(Map.of("a", Value.TRUE));
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> entries.put("b", Value.TRUE));
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> entries.remove("a"));
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> entries.entrySet().iterator().next().setValue(Value.NULL));
    assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(entries::clear);
  }

  @Test
  void onceBuiltNothingIsAdded() {
    SmallEntries.Builder builder = new SmallEntries.Builder(2);
    builder.put("a", Value.TRUE);
    builder.build();

    assertThatExceptionOfType(NullPointerException.class)
        .isThrownBy(() -> builder.put("b", Value.TRUE));
    assertThatExceptionOfType(NullPointerException.class).isThrownBy(builder::build);
    assertThatExceptionOfType(NoSuchElementException.class)
        .isThrownBy(() -> new Value.Map(Map.of()).entries().entrySet().iterator().next());
  }
}
