package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.DecodeException;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Parameter;
import dev.clasp.protocol.MessageCodec;
import dev.clasp.protocol.Value;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SnapshotScanTest {

  private static final List<Value> VALUES =
      List.of(
          Value.NULL,
          Value.TRUE,
          Value.of(7L),
          Value.of(0.5),
          Value.of("text"),
          Value.of(new byte[] {1, 2, 3}),
          Value.of(List.of(Value.of(1L), Value.of(List.of()))),
          Value.of(Map.of("key", Value.of("value"))));

  private static byte[] snapshot() {
    List<Parameter> parameters = new ArrayList<>();
    for (int i = 0; i < 4 * VALUES.size(); i++) {
      parameters.add(
          new Parameter(
              "/value/" + i,
              VALUES.get(i % VALUES.size()),
              i,
              i % 2 == 0 ? Optional.of("writer") : Optional.empty(),
              i / 2 % 2 == 0 ? OptionalLong.of(99) : OptionalLong.empty()));
    }
    return MessageCodec.encode(new Message.Snapshot(parameters));
  }

  @Test
  void findsEveryEntryWhateverItsValueAndOptions() {
    byte[] payload = snapshot();
    List<String> addresses = new ArrayList<>();
    SnapshotScan.scan(
        payload,
        0,
        payload.length,
        (b, address, length, _, _) -> addresses.add(SnapshotScan.text(b, address, length)));
    assertThat(addresses).hasSize(32).startsWith("/value/0", "/value/1").endsWith("/value/31");
  }

  @Test
  void countsWhatStartsWithAPrefix() {
    byte[] payload = snapshot();
    assertThat(count(payload, "/value/1")).isEqualTo(11);
    assertThat(count(payload, "/value/31")).isEqualTo(1);
    assertThat(count(payload, "/value/310")).isZero();
    assertThat(count(payload, "")).isEqualTo(32);
  }

  @Test
  void anEmptySnapshotHasNoEntries() {
    byte[] payload = MessageCodec.encode(new Message.Snapshot(List.of()));
    assertThat(count(payload, "")).isZero();
  }

  @Test
  void everyTruncationIsRefused() {
    byte[] payload = snapshot();
    for (int length = 1; length < payload.length; length++) {
      byte[] cut = Arrays.copyOf(payload, length);
      assertThatThrownBy(() -> count(cut, "")).isInstanceOf(DecodeException.class);
    }
  }

  private static int count(byte[] payload, String prefix) {
    return SnapshotScan.count(payload, 0, payload.length, prefix.getBytes(StandardCharsets.UTF_8));
  }
}
