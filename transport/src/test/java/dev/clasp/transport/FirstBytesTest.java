package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What a connection is, by its first bytes. */
class FirstBytesTest {

  private static final String PROXY = "\r\n\r\n\0\r\nQUIT\n";

  private static FirstBytes of(String text) {
    return of(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static FirstBytes of(byte[] bytes) {
    byte[] b = Wire.concat(new byte[] {9}, bytes, new byte[] {9});
    return FirstBytes.of(b, 1, bytes.length);
  }

  @Test
  void nothingIsUndecided() {
    assertThat(of("")).isEqualTo(FirstBytes.UNDECIDED);
  }

  @Test
  void methodsAndEmptyLinesAreHttp() {
    for (String text :
        new String[] {"G", "GET /", "post", "PUT", "PROPFIND /", "SEARCH /", "\n", "\r\nG"}) {
      assertThat(of(text)).as(text).isEqualTo(FirstBytes.HTTP);
    }
  }

  @Test
  void http2IsKnownByItsPreface() {
    String preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    assertThat(of(preface)).isEqualTo(FirstBytes.HTTP2);
    assertThat(of(preface.substring(0, 12))).isEqualTo(FirstBytes.HTTP2);
    for (int length = 1; length < 12; length++) {
      assertThat(of(preface.substring(0, length))).isEqualTo(FirstBytes.UNDECIDED);
      assertThat(of(preface.substring(0, length) + "x")).isEqualTo(FirstBytes.HTTP);
    }
  }

  @Test
  void aLengthIsTcp() {
    assertThat(of("\0")).isEqualTo(FirstBytes.TCP);
    assertThat(of("\0\0\0\u0015S\u0001")).isEqualTo(FirstBytes.TCP);
    assertThat(of("\0\u0001\0\0")).isEqualTo(FirstBytes.TCP);
  }

  @Test
  void othersAreKnownByTheirFirstByte() {
    assertThat(of("\u0016\u0003\u0001")).isEqualTo(FirstBytes.TLS);
    assertThat(of("\u0010\f\0\u0004MQTT")).isEqualTo(FirstBytes.MQTT);
    assertThat(of("\u0001")).isEqualTo(FirstBytes.UNKNOWN);
    assertThat(of("\u00FF")).isEqualTo(FirstBytes.UNKNOWN);
    assertThat(of("{\"type\"")).isEqualTo(FirstBytes.UNKNOWN);
  }

  @Test
  void aFrameWithoutALengthIsToldFromAMethod() {
    assertThat(of("S")).isEqualTo(FirstBytes.UNDECIDED);
    assertThat(of("S\u0001")).isEqualTo(FirstBytes.BARE_FRAME);
    // Flags of a frame: QoS 1 with the encoding, which is the letter A.
    assertThat(of("SA\0\u0010")).isEqualTo(FirstBytes.HTTP);
  }

  @Test
  void aProxyIsKnownByItsWholeSignature() {
    assertThat(of(PROXY)).isEqualTo(FirstBytes.PROXY);
    for (int length = 1; length < PROXY.length(); length++) {
      assertThat(of(PROXY.substring(0, length))).isEqualTo(FirstBytes.UNDECIDED);
      assertThat(of(PROXY.substring(0, length) + "x")).isEqualTo(FirstBytes.HTTP);
    }
  }

  @Test
  void enoughBytesDecideAlways() {
    byte[] b = new byte[FirstBytes.ENOUGH];
    for (int first = 0; first < 256; first++) {
      for (int second = 0; second < 256; second++) {
        Arrays.fill(b, (byte) second);
        b[0] = (byte) first;
        assertThat(of(b)).isNotEqualTo(FirstBytes.UNDECIDED);
      }
    }
  }

  /** What has been decided stays so, whatever follows. */
  @Test
  void moreBytesDoNotChangeADecision() {
    for (String text :
        new String[] {"GET / HTTP/1.1\r\n", PROXY, "\0\0\0\u0005S", "\u0016\u0003", "S\u0001\0"}) {
      FirstBytes whole = of(text);
      for (int length = 1; length <= text.length(); length++) {
        assertThat(of(text.substring(0, length))).isIn(FirstBytes.UNDECIDED, whole);
      }
    }
  }
}
