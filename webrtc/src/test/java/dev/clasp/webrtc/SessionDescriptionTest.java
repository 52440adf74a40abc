package dev.clasp.webrtc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionDescriptionTest {

  private static final String SDP = FakeConnections.SDP;
  private static final String CANDIDATE = "a=candidate:1 1 udp 1 10.0.0.1 9 typ host\n";

  /** transports.md 8.5: at most 65,536, or what the peer takes; 0 means any size. */
  @ParameterizedTest
  @CsvSource({"262144, 65536", "1000, 1000", "0, 65536", "999999999999999999, 65536"})
  void thePeerSaysHowLongMessagesMayBe(String said, int limit) {
    assertThat(SessionDescription.check(SDP.replace("262144", said)).maxMessage()).isEqualTo(limit);
  }

  @Test
  void aPeerThatSaysNothingTakes65536Bytes() {
    assertThat(
            SessionDescription.check(SDP.replace("a=max-message-size:262144\n", "")).maxMessage())
        .isEqualTo(65_536);
  }

  @Test
  void ourOwnDescriptionTellsOurLimit() {
    assertThat(SessionDescription.limited(SDP)).contains("a=max-message-size:65536\n");
  }

  @Test
  void bothKindsOfLineEndsAreRead() {
    assertThat(SessionDescription.check((SDP + CANDIDATE).replace("\n", "\r\n")).candidates())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "v=1\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\n",
        "v=0\n",
        "v=0\nm=audio 9 UDP/TLS/RTP/SAVPF 111\n",
        "v=0\nm=application 9 x\nm=video 9 x\n",
        "v=0\nm=application 9 x\nm=application 9 x\n",
        "v=0\nm=application 9 x\na=max-message-size:many\n",
        "v=0\nm=application 9 x\na=max-message-size:99999999999999999999\n",
        "v=0\nm=application 9 x\na=candidate:1 1 udp 1 tracker.example.com 9 typ host\n",
        "v=0\nm=application 9 x\0\n"
      })
  void whatIsNotAboutDataOnlyIsRefused(String sdp) {
    assertThatThrownBy(() -> SessionDescription.check(sdp)).isInstanceOf(MalformedSignal.class);
  }

  @Test
  void tooManyCandidatesAreRefused() {
    assertThat(SessionDescription.check(SDP + CANDIDATE.repeat(64)).candidates()).isEqualTo(64);
    assertThatThrownBy(() -> SessionDescription.check(SDP + CANDIDATE.repeat(65)))
        .isInstanceOf(MalformedSignal.class);
  }
}
