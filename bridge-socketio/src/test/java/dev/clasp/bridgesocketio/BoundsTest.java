package dev.clasp.bridgesocketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a peer cannot make us keep or copy. */
class BoundsTest {

  private static final String PLACE = "{\"_placeholder\":true,\"num\":0}";

  private static MappedSignal event(String path, int bytes) {
    return new MappedSignal(path, SignalType.EVENT, new Value.Bytes(new byte[bytes]));
  }

  @Test
  void bytesAreInOnePlaceOnly() {
    SocketPacket once = SocketPacket.decode("51-[\"x\"," + PLACE + "]").orElseThrow();
    assertThat(once.with(List.of(new byte[9]))).isPresent();
    SocketPacket twice =
        SocketPacket.decode("51-[\"x\"," + PLACE + "," + PLACE + "]").orElseThrow();
    assertThat(twice.with(List.of(new byte[9]))).isEmpty();
  }

  @Test
  void whatWaitsIsBoundedInBytes() {
    Outbox outbox = new Outbox(100, 1000);
    assertThat(outbox.offer(event("/a", 600))).isTrue();
    assertThat(outbox.offer(event("/a", 600))).isFalse();
    outbox.poll();
    assertThat(outbox.offer(event("/a", 600))).isTrue();
    outbox.clear();
    assertThat(outbox.offer(event("/a", 5000))).as("one always fits").isTrue();
  }

  @Test
  void theNewestValueOfAParameterIsNeverLeftOut() {
    Outbox outbox = new Outbox(1, 100);
    assertThat(outbox.offer(new MappedSignal("/a", SignalType.PARAM, Value.of(1)))).isTrue();
    MappedSignal newest = new MappedSignal("/a", SignalType.PARAM, new Value.Bytes(new byte[500]));
    assertThat(outbox.offer(newest)).isTrue();
    assertThat(outbox.poll()).contains(newest);
    assertThat(outbox.isEmpty()).isTrue();
  }
}
