package dev.clasp.transport;

import java.nio.charset.StandardCharsets;

/**
 * Tells by its first bytes what a connection speaks (D20, transports.md 3.3). A function of the
 * bytes alone; one byte decides, except where two protocols begin alike.
 */
enum FirstBytes {
  /** More bytes are needed; never with {@link #ENOUGH}. */
  UNDECIDED,
  /** A page or a WebSocket: a method, or the empty lines that HTTP allows in front of one. */
  HTTP,
  /** HTTP/2 without an upgrade (RFC 9113 section 3.4). */
  HTTP2,
  /** CLASP behind lengths: the top byte of a length is zero, because lengths end at 65,536. */
  TCP,
  /** A handshake record of TLS. */
  TLS,
  /** The CONNECT packet of MQTT. */
  MQTT,
  /** The binary header of a proxy, version 2. */
  PROXY,
  /** A CLASP frame without the length that TCP needs in front. */
  BARE_FRAME,
  UNKNOWN;

  /** With so many bytes, everything is decided. */
  static final int ENOUGH = 12;

  /** How version 2 of the PROXY protocol begins: no HTTP server takes it for a request. */
  private static final byte[] PROXY_SIGNATURE = {
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
  };

  /** What every connection of HTTP/2 begins with. PRI is no method of HTTP/1.1. */
  private static final byte[] HTTP2_PREFACE = "PRI * HTTP/2".getBytes(StandardCharsets.US_ASCII);

  private static final int TLS_HANDSHAKE = 0x16;
  private static final int MQTT_CONNECT = 0x10;

  /** Looks at the range, which may be empty. */
  static FirstBytes of(byte[] b, int offset, int length) {
    if (length == 0) {
      return UNDECIDED;
    }
    int first = b[offset] & 0xFF;
    return switch (first) {
      case 0 -> TCP;
      case TLS_HANDSHAKE -> TLS;
      case MQTT_CONNECT -> MQTT;
      case '\r' -> begins(b, offset, length, PROXY_SIGNATURE, PROXY);
      case '\n' -> HTTP;
      case 'P' -> begins(b, offset, length, HTTP2_PREFACE, HTTP2);
      case 'S' -> beginsWithMagic(b, offset, length);
      default -> isLetter(first) ? HTTP : UNKNOWN;
    };
  }

  /** What begins like HTTP/1.1 until it has all of a signature. */
  private static FirstBytes begins(
      byte[] b, int offset, int length, byte[] signature, FirstBytes kind) {
    int n = Math.min(length, signature.length);
    for (int i = 0; i < n; i++) {
      if (b[offset + i] != signature[i]) {
        return HTTP;
      }
    }
    return n < signature.length ? UNDECIDED : kind;
  }

  /** S is the magic of a frame, and the first letter of HTTP methods such as SEARCH. */
  private static FirstBytes beginsWithMagic(byte[] b, int offset, int length) {
    if (length < 2) {
      return UNDECIDED;
    }
    return isLetter(b[offset + 1] & 0xFF) ? HTTP : BARE_FRAME;
  }

  private static boolean isLetter(int c) {
    return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
  }
}
