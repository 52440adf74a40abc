package dev.clasp.transport;

import dev.clasp.protocol.CloseReason;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Why a QUIC connection ends, as the peer is told (transports.md 4.4), and back. */
final class QuicCode {

  static final int NORMAL = 0;
  static final int PROTOCOL_ERROR = 1;
  static final int AUTHENTICATION = 2;
  static final int LIMIT = 3;
  static final int SHUTDOWN = 4;

  /** A server that does not want a connection (RFC 9000 section 20.1). Of QUIC, not of CLASP. */
  static final int CONNECTION_REFUSED = 2;

  /** Longest text in bytes: as long as that of a WebSocket; it must fit into one packet. */
  private static final int TEXT_MAX = 123;

  /** Alerts of TLS (RFC 8446 section 6) that a router sends which knows nobody by our name. */
  private static final int BAD_CERTIFICATE = 42;

  private static final int CERTIFICATE_UNKNOWN = 46;
  private static final int UNKNOWN_CA = 48;
  private static final int CERTIFICATE_REQUIRED = 116;

  /** Nothing that both sides speak (RFC 7301 section 3.2). */
  private static final int NO_APPLICATION_PROTOCOL = 120;

  private QuicCode() {}

  /** The code for a reason. */
  static int of(CloseReason reason) {
    return switch (reason.code()) {
      case CloseReason.PROTOCOL_ERROR, CloseReason.BAD_TEXT, CloseReason.TOO_BIG -> PROTOCOL_ERROR;
      case CloseReason.POLICY -> AUTHENTICATION;
      case CloseReason.TRY_LATER -> LIMIT;
      // What went wrong in here is not the peer's fault: it may come again.
      case CloseReason.GOING_AWAY, CloseReason.INTERNAL_ERROR -> SHUTDOWN;
      default -> NORMAL;
    };
  }

  /** The text of a reason in UTF-8, cut to {@value #TEXT_MAX} bytes between two characters. */
  static byte[] text(CloseReason reason) {
    byte[] text = reason.text().getBytes(StandardCharsets.UTF_8);
    int length = Math.min(text.length, TEXT_MAX);
    while (length > 0 && length < text.length && (text[length] & 0xC0) == 0x80) {
      length--;
    }
    return Arrays.copyOf(text, length);
  }

  /** What the peer says. */
  static CloseReason reason(QuicConnectionCloseEvent event) {
    String text = said(event);
    if (!event.isApplicationClose()) {
      return event.error() == 0
          ? new CloseReason(CloseReason.NO_CODE, text)
          : new CloseReason(
              notLetIn(event) ? CloseReason.POLICY : CloseReason.ABNORMAL,
              transportError(event, text));
    }
    return switch (event.error()) {
      case NORMAL -> new CloseReason(CloseReason.NORMAL, text);
      case PROTOCOL_ERROR -> new CloseReason(CloseReason.PROTOCOL_ERROR, text);
      case AUTHENTICATION -> new CloseReason(CloseReason.POLICY, text);
      case LIMIT -> new CloseReason(CloseReason.TRY_LATER, text);
      case SHUTDOWN -> new CloseReason(CloseReason.GOING_AWAY, text);
      default ->
          new CloseReason(
              CloseReason.ABNORMAL,
              "the peer closed with code " + event.error() + (text.isEmpty() ? "" : ": " + text));
    };
  }

  private static String said(QuicConnectionCloseEvent event) {
    try {
      byte[] b = event.reason();
      return new String(b, 0, Math.min(b.length, TEXT_MAX), StandardCharsets.UTF_8);
    } catch (NullPointerException e) {
      // Netty 4.2.18 does not expect a peer that says nothing.
      return "";
    }
  }

  private static String transportError(QuicConnectionCloseEvent event, String text) {
    String said = text.isEmpty() ? "" : ": " + text;
    if (notLetIn(event)) {
      return "the peer wants a certificate that it knows" + said;
    }
    if (noCommonProtocol(event)) {
      return "the peer does not speak CLASP over QUIC" + said;
    }
    if (event.isTlsError()) {
      return "TLS alert " + QuicConnectionCloseEvent.extractTlsError(event.error()) + said;
    }
    return event.error() == CONNECTION_REFUSED
        ? "the peer refused the connection" + said
        : "QUIC error 0x%x%s".formatted(event.error(), said);
  }

  /** Was it about our certificate? */
  static boolean notLetIn(QuicConnectionCloseEvent event) {
    if (!event.isTlsError()) {
      return false;
    }
    int alert = QuicConnectionCloseEvent.extractTlsError(event.error());
    return alert == BAD_CERTIFICATE
        || alert == CERTIFICATE_UNKNOWN
        || alert == UNKNOWN_CA
        || alert == CERTIFICATE_REQUIRED;
  }

  /** Does it speak something else? */
  static boolean noCommonProtocol(QuicConnectionCloseEvent event) {
    return event.isTlsError()
        && QuicConnectionCloseEvent.extractTlsError(event.error()) == NO_APPLICATION_PROTOCOL;
  }
}
