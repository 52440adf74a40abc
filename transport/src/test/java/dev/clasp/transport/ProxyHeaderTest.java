package dev.clasp.transport;

import static dev.clasp.transport.Wire.concat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The header that a proxy puts in front of a connection. */
class ProxyHeaderTest {

  private static final byte[] SIGNATURE =
      "\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.ISO_8859_1);

  /** A header as a proxy writes it. */
  static byte[] header(int command, int kind, byte... rest) {
    return concat(
        SIGNATURE,
        new byte[] {
          (byte) (0x20 | command), (byte) kind, (byte) (rest.length >> 8), (byte) rest.length
        },
        rest);
  }

  /** Speaks for an IPv4 client. */
  static byte[] of(String address, int port) {
    byte[] client = NetUtil.createByteArrayFromIpAddressString(address);
    int kind = client.length == 4 ? 0x11 : 0x21;
    byte[] ports = {(byte) (port >> 8), (byte) port, 0x1C, (byte) 0xA2};
    return header(1, kind, concat(client, new byte[client.length], ports));
  }

  private static Optional<ProxyHeader> read(byte[] b) {
    return ProxyHeader.read(concat(new byte[2], b), 2, b.length);
  }

  private static InetSocketAddress socket(String address, int port) {
    return new InetSocketAddress(NetUtil.createInetAddressFromIpAddressString(address), port);
  }

  @Test
  void namesTheClient() {
    assertThat(read(of("203.0.113.9", 40_001)))
        .hasValue(new ProxyHeader(28, Optional.of(socket("203.0.113.9", 40_001))));
    assertThat(read(of("2001:db8::9", 65_535)))
        .hasValue(new ProxyHeader(52, Optional.of(socket("2001:db8::9", 65_535))));
  }

  @Test
  void skipsExtensions() {
    byte[] addresses = {(byte) 203, 0, 113, 9, 10, 0, 0, 1, 1, 2, 3, 4};
    byte[] header = header(1, 0x11, concat(addresses, new byte[] {4, 0, 2, 9, 9}));

    assertThat(read(header))
        .hasValue(new ProxyHeader(33, Optional.of(socket("203.0.113.9", 0x102))));
  }

  @Test
  void waitsForTheWholeHeader() {
    byte[] header = of("203.0.113.9", 1);
    for (int length = SIGNATURE.length; length < header.length; length++) {
      assertThat(read(Arrays.copyOf(header, length))).isEmpty();
    }
    assertThat(read(concat(header, Wire.bytes(100)))).map(ProxyHeader::length).hasValue(28);
  }

  @Test
  void aProxyMaySpeakForItself() {
    assertThat(read(header(0, 0))).hasValue(new ProxyHeader(16, Optional.empty()));
    assertThat(read(header(0, 0x11, new byte[12]))).hasValue(new ProxyHeader(28, Optional.empty()));
    assertThat(read(header(1, 0x31, new byte[216])))
        .as("a Unix socket")
        .hasValue(new ProxyHeader(232, Optional.empty()));
  }

  @Test
  void refusesWhatItDoesNotUnderstand() {
    assertThatThrownBy(() -> read(header(2, 0x11, new byte[12]))).isInstanceOf(Violation.class);
    assertThatThrownBy(() -> read(header(0x10, 0x11, new byte[12]))).isInstanceOf(Violation.class);
    assertThatThrownBy(() -> read(header(1, 0x11, new byte[11]))).isInstanceOf(Violation.class);
    assertThatThrownBy(() -> read(header(1, 0x21, new byte[35]))).isInstanceOf(Violation.class);
    assertThatThrownBy(() -> read(header(1, 0x11, new byte[521]))).isInstanceOf(Violation.class);
  }
}
