package dev.clasp.webrtc;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.bridge.JsonValues;
import dev.clasp.protocol.Value;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any signal, description or candidate of another client is understood, or refused as malformed.
 */
class SignalCodecFuzzTest {

  static Stream<byte[]> seeds() {
    return Stream.of(
            "\0{\"type\":\"offer\",\"from\":\"a\",\"correlation_id\":\"c\",\"sdp\":\"v=0\\nm=application 9 x\"}",
            "\0{\"type\":\"ice_candidate\",\"from\":\"a\",\"correlation_id\":\"c\",\"candidate\":\"{\\\"candidate\\\":\\\"candidate:1 1 udp 1 10.0.0.1 9 typ host\\\",\\\"sdpMLineIndex\\\":0}\"}",
            "\0{\"type\":\"disconnected\",\"from\":\"a\",\"correlation_id\":\"c\",\"reason\":\"r\"}",
            "\0{\"type\":\"announce\",\"from\":\"a\",\"features\":[\"relay\",7],\"answer\":true}",
            "\1{\"session_id\":\"a\",\"p2p_capable\":true,\"features\":[\"webrtc\"]}",
            "\2v=0\r\nm=application 9 x\r\na=candidate:1 1 udp 1 ::1 9 typ host\r\na=max-message-size:9\r\n",
            "\3{\"candidate\":\"a=candidate:1 1 tcp 1 x-y.local 9 typ host\",\"sdpMid\":\"0\",\"usernameFragment\":null}")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyTextOfAnotherClientIsUnderstoodOrRefused(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    String text = new String(Arrays.copyOfRange(bytes, 1, bytes.length), StandardCharsets.UTF_8);
    try {
      switch (bytes[0] & 3) {
        case 0 -> {
          PeerSignal signal = SignalCodec.decode(value(text));
          assertThat(SignalCodec.isSession(signal.from())).isTrue();
          PeerSignal again = SignalCodec.decode(SignalCodec.encode(signal));
          if (!(signal instanceof PeerSignal.Relayed)) {
            assertThat(again).isEqualTo(signal);
          }
        }
        case 1 ->
            assertThat(SignalCodec.decodeAnnouncement(value(text)).features())
                .hasSizeLessThanOrEqualTo(Limits.MAX_FEATURES);
        case 2 ->
            assertThat(SessionDescription.check(text).maxMessage())
                .isBetween(1, Limits.MAX_MESSAGE);
        default -> assertThat(Candidate.parse(text).line()).startsWith("candidate:");
      }
    } catch (MalformedSignal e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
  }

  private static Value value(String text) {
    return JsonValues.parse(text).orElse(Value.NULL);
  }
}
