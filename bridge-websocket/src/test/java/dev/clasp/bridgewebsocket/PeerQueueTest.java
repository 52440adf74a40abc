package dev.clasp.bridgewebsocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.SignalType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PeerQueueTest {

  private final PeerQueue queue = new PeerQueue(3, 100);

  private boolean offer(String address, String text, SignalType type) {
    return queue.offer(Outgoing.of(SocketMessage.text(text), address, type));
  }

  private List<String> all() {
    List<String> all = new ArrayList<>();
    for (Optional<Outgoing> next = queue.poll(); next.isPresent(); next = queue.poll()) {
      all.add(next.get().message().string());
    }
    return all;
  }

  @Test
  void ofAParameterTheNewestValueWaitsInItsPlace() {
    offer("/a", "a1", SignalType.PARAM);
    offer("/b", "b1", SignalType.STREAM);
    offer("/a", "a2", SignalType.PARAM);
    assertThat(all()).containsExactly("a2", "b1");
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void aValueBehindAnEventStaysBehindIt() {
    offer("/a", "a1", SignalType.PARAM);
    offer("/a", "event", SignalType.EVENT);
    offer("/a", "a2", SignalType.PARAM);
    offer("/a", "a3", SignalType.PARAM);
    assertThat(all()).containsExactly("a1", "event", "a3");
  }

  @Test
  void eventsAreBoundedAndValuesAreNot() {
    assertThat(offer("/e", "1", SignalType.EVENT)).isTrue();
    assertThat(offer("/e", "2", SignalType.EVENT)).isTrue();
    assertThat(queue.offer(Outgoing.reply(SocketMessage.text("3")))).isTrue();
    assertThat(offer("/e", "4", SignalType.EVENT)).isFalse();
    for (int i = 0; i < 50; i++) {
      assertThat(offer("/p", "" + i, SignalType.PARAM)).isTrue();
    }
    assertThat(all()).containsExactly("1", "2", "3", "49");
    assertThat(offer("/e", "5", SignalType.EVENT)).isTrue();
  }

  @Test
  void bytesAreBounded() {
    assertThat(offer("/a", "x".repeat(60), SignalType.PARAM)).isTrue();
    assertThat(offer("/b", "x".repeat(60), SignalType.PARAM)).isFalse();
    assertThat(offer("/a", "x".repeat(90), SignalType.PARAM)).isTrue();
    assertThat(all()).hasSize(1);
    assertThat(offer("/b", "x".repeat(100), SignalType.PARAM)).isTrue();
  }
}
