package dev.clasp.webrtc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.JsonValues;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignalCodecTest {

  private static final String LINE =
      "candidate:840682483 1 udp 2122260223 10.77.9.1 39320 typ host generation 0 ufrag 7D7A";

  private static Value json(String text) {
    return JsonValues.parse(text).orElseThrow();
  }

  static Stream<PeerSignal> signals() {
    Candidate candidate = new Candidate(LINE, "0", 0, Optional.of("7D7A"));
    return Stream.of(
        new PeerSignal.Offer("a", "a-b-1", FakeConnections.SDP),
        new PeerSignal.Answer("b", "a-b-1", FakeConnections.SDP),
        new PeerSignal.IceCandidate("a", "a-b-1", candidate),
        new PeerSignal.Connected("a", "a-b-1"),
        new PeerSignal.Disconnected("a", "a-b-1", Optional.of("enough")),
        new PeerSignal.Disconnected("a", "a-b-1", Optional.empty()),
        new PeerSignal.Introduction("a", Set.of("webrtc", "relay"), true));
  }

  @ParameterizedTest
  @MethodSource("signals")
  void everySignalSurvivesTheWay(PeerSignal signal) {
    assertThat(SignalCodec.decode(SignalCodec.encode(signal))).isEqualTo(signal);
  }

  @Test
  void relayedDataSurvivesTheWay() {
    PeerSignal.Relayed back =
        (PeerSignal.Relayed)
            SignalCodec.decode(
                SignalCodec.encode(
                    new PeerSignal.Relayed("a", List.of(new byte[] {1}, new byte[0]), false)));
    assertThat(back.messages()).containsExactly(new byte[] {1}, new byte[0]);
    assertThat(back.reliable()).isFalse();
  }

  /** transports.md 8.2: the fields of the reference, by name. */
  @Test
  void anOfferHasTheFieldsThatOthersLookFor() {
    Value.Map map =
        (Value.Map) SignalCodec.encode(new PeerSignal.Offer("a", "a-b-1", FakeConnections.SDP));
    assertThat(map.entries())
        .containsOnlyKeys("type", "from", "correlation_id", "sdp")
        .containsEntry("type", Value.of("offer"));
  }

  @Test
  void theReasonOfAGoodbyeIsLeftOutWhenThereIsNone() {
    Value.Map map =
        (Value.Map) SignalCodec.encode(new PeerSignal.Disconnected("a", "a-b-1", Optional.empty()));
    assertThat(map.entries()).doesNotContainKey("reason");
  }

  @Test
  void anAnnouncementSaysWhatTheReferenceSaysAndMore() {
    Value value = SignalCodec.announcement("a", SignalCodec.FEATURES);
    assertThat(((Value.Map) value).entries())
        .containsOnlyKeys("session_id", "p2p_capable", "features");
    assertThat(SignalCodec.decodeAnnouncement(value))
        .isEqualTo(
            new SignalCodec.Announcement(
                "a", true, Set.of("webrtc", "reliable", "unreliable", "relay")));
  }

  @Test
  void anAnnouncementWithoutFeaturesIsOneToo() {
    assertThat(
            SignalCodec.decodeAnnouncement(json("{\"session_id\":\"a\",\"p2p_capable\":true}"))
                .features())
        .isEmpty();
  }

  /** transports.md 8.2: [L] for native reference peers, [R] for Chromium. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"candidate\":\"%s\",\"sdpMid\":\"\",\"sdpMLineIndex\":0,\"usernameFragment\":null}",
        "{\"candidate\":\"%s\",\"sdpMid\":\"0\",\"sdpMLineIndex\":0,\"usernameFragment\":\"7D7A\"}",
        "{\"candidate\":\"%s\"}",
        "{\"candidate\":\"a=%s\",\"sdpMLineIndex\":0.0,\"more\":[1]}"
      })
  void candidatesOfEveryKindOfPeerAreRead(String form) {
    assertThat(Candidate.parse(String.format(form, LINE)).line()).isEqualTo(LINE);
  }

  @Test
  void aCandidateBehindAMulticastNameIsRead() {
    String line = LINE.replace("10.77.9.1", "1f4712db-ea17-4bcf-a596-105139dfd8bf.local");
    assertThat(Candidate.parse("{\"candidate\":\"" + line + "\"}").line()).isEqualTo(line);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"candidate\":\"\"}",
        "{\"candidate\":7}",
        "{\"candidate\":\"candidate:1 1 udp 1 tracker.example.com 9 typ host\"}",
        "{\"candidate\":\"candidate:1 1 udp 1 10.0.0.1 99999 typ host\"}",
        "{\"candidate\":\"candidate:1 1 udp 1 10.0.0.1 -1 typ host\"}",
        "{\"candidate\":\"candidate:1 1 udp 1 10.0.0.1 9 type host\"}",
        "{\"candidate\":\"candidate:1 1 udp 1 10.0.0.1 9 typ host\\r\\na=evil\"}",
        "{\"candidate\":\"candidate:1 1 udp 1 10.0.0.1 9 typ host\",\"sdpMLineIndex\":-1}",
        "{\"candidate\":\"candidate:1 1 udp 1 10.0.0.1 9 typ host\",\"sdpMLineIndex\":1e99}",
        "{\"candidate\":\"candidate:1 1 udp 1 10.0.0.1 9 typ host\",\"sdpMid\":{}}",
        "{\"candidate\":\"candidate:1 1 udp 1 10.0.0.1 9 typ host\"",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
      })
  void whatIsNoCandidateIsRefused(String json) {
    assertThatThrownBy(() -> Candidate.parse(json)).isInstanceOf(MalformedSignal.class);
  }

  static Stream<Value> malformed() {
    String good = "{\"type\":\"offer\",\"from\":\"a\",\"correlation_id\":\"c\",\"sdp\":\"v=0\"}";
    return Stream.of(
            "1",
            "[]",
            "{}",
            good.replace("offer", "offered"),
            good.replace("\"offer\"", "null"),
            good.replace("\"a\"", "\"\""),
            good.replace("\"a\"", "\"a/b\""),
            good.replace("\"a\"", "\"*\""),
            good.replace("\"a\"", "7"),
            good.replace("\"a\"", "\"" + "a".repeat(129) + "\""),
            good.replace("\"c\"", "\"" + "c".repeat(513) + "\""),
            good.replace("\"c\"", "\"\""),
            good.replace("\"v=0\"", "\"" + "v".repeat(20_000) + "\""),
            good.replace("\"v=0\"", "[\"v=0\"]"),
            "{\"type\":\"relay\",\"from\":\"a\"}",
            "{\"type\":\"relay\",\"from\":\"a\",\"data\":[]}",
            "{\"type\":\"relay\",\"from\":\"a\",\"data\":[\"text\"]}")
        .map(SignalCodecTest::json);
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void whatIsNoSignalIsRefused(Value value) {
    assertThatThrownBy(() -> SignalCodec.decode(value)).isInstanceOf(MalformedSignal.class);
  }

  @Test
  void theReasonOfAGoodbyeIsCut() {
    Value value =
        Value.of(
            Map.of(
                "type", Value.of("disconnected"),
                "from", Value.of("a"),
                "correlation_id", Value.of("c"),
                "reason", Value.of("x".repeat(5_000))));
    PeerSignal.Disconnected signal = (PeerSignal.Disconnected) SignalCodec.decode(value);
    assertThat(signal.reason().orElseThrow()).hasSize(Limits.MAX_REASON);
  }

  @Test
  void featuresAreBounded() {
    List<Value> many =
        Stream.iterate(0, i -> i + 1).limit(1_000).map(i -> Value.of("f" + i)).toList();
    Value value =
        Value.of(
            Map.of(
                "session_id", Value.of("a"),
                "p2p_capable", Value.TRUE,
                "features", Value.of(many)));
    assertThat(SignalCodec.decodeAnnouncement(value).features()).hasSize(Limits.MAX_FEATURES);
  }
}
