package dev.clasp.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SignalLineTest {

  private final SignalLine line = new SignalLine();

  private static Carried param(String address, int value) {
    return Carried.of(new MappedSignal(address, SignalType.PARAM, Value.of(value)), 0);
  }

  private static Carried event(String address) {
    return Carried.of(new MappedSignal(address, SignalType.EVENT, Value.NULL), 0);
  }

  private List<Carried> all() {
    List<Carried> all = new ArrayList<>();
    for (Optional<Carried> next = line.poll(); next.isPresent(); next = line.poll()) {
      all.add(next.get());
    }
    return all;
  }

  @Test
  void aNewerValueTakesThePlaceOfTheOlder() {
    assertThat(line.offer(param("/a", 1))).isEqualTo(SignalLine.Outcome.WAITS);
    line.offer(param("/b", 1));
    assertThat(line.offer(param("/a", 2))).isEqualTo(SignalLine.Outcome.REPLACED);
    assertThat(all()).containsExactly(param("/a", 2), param("/b", 1));
    assertThat(line.isEmpty()).isTrue();
  }

  @Test
  void anEventStaysBetweenTheValuesAroundIt() {
    line.offer(param("/a", 1));
    line.offer(event("/a"));
    line.offer(param("/a", 2));
    line.offer(param("/a", 3));
    assertThat(all()).containsExactly(param("/a", 1), event("/a"), param("/a", 3));
  }

  @Test
  void aBundleIsNotTakenApartByLaterValues() {
    Carried bundle =
        new Carried(
            List.of(param("/a", 1).first(), param("/b", 1).first()), true, OptionalLong.empty(), 0);
    line.offer(bundle);
    line.offer(param("/a", 2));
    assertThat(all()).containsExactly(bundle, param("/a", 2));
  }

  @Test
  void whatIsGivenBackComesFirstUnlessThereIsANewerValue() {
    line.offer(param("/b", 1));
    line.giveBack(param("/a", 1));
    line.giveBack(param("/b", 0));
    assertThat(line.offer(param("/a", 2))).isEqualTo(SignalLine.Outcome.REPLACED);
    assertThat(all()).containsExactly(param("/a", 2), param("/b", 1));
  }

  @Test
  void eventsAreBounded() {
    for (int i = 0; i < SignalLine.MAX_MOMENTS; i++) {
      assertThat(line.offer(event("/go"))).isEqualTo(SignalLine.Outcome.WAITS);
    }
    assertThat(line.offer(event("/go"))).isEqualTo(SignalLine.Outcome.FULL);
    assertThat(line.offer(param("/a", 1))).isEqualTo(SignalLine.Outcome.WAITS);
    line.poll();
    assertThat(line.offer(event("/go"))).isEqualTo(SignalLine.Outcome.WAITS);
  }

  @Test
  void addressesAreBounded() {
    for (int i = 0; i < SignalLine.MAX_ADDRESSES; i++) {
      line.offer(param("/" + i, i));
    }
    assertThat(line.offer(param("/more", 1))).isEqualTo(SignalLine.Outcome.FULL);
    assertThat(line.offer(param("/1", 2))).isEqualTo(SignalLine.Outcome.REPLACED);
  }
}
