package dev.clasp.protocol;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes as a payload in the legacy form: a message or a declared error, and a message survives.
 * The first byte makes it a map, so that no input is spent on the binary form.
 */
class MessagePackDecodeFuzzTest {

  static Stream<byte[]> seeds() {
    Stream<byte[]> appendices =
        Stream.concat(
            Appendices.a().stream()
                .filter(row -> row.table().equals("messagepack"))
                .map(row -> Shorthand.bytes(row.hex())),
            MessageDecodeFuzzTest.seeds());
    Stream<byte[]> everyType =
        MessagePackCodecTest.full().stream().map(full -> MessagePackCodec.encode(full.message()));
    return Stream.concat(appendices, everyType)
        .filter(payload -> payload.length > 0 && MessageCodec.isMessagePack(payload[0]));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyMapIsAMessageOrADeclaredError(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    byte[] payload = bytes.clone();
    if (!MessageCodec.isMessagePack(payload[0])) {
      payload[0] = (byte) (0x80 | payload[0] & 0x0F);
    }
    CodecProperties.checkPayload(payload, 0, payload.length);
  }
}
