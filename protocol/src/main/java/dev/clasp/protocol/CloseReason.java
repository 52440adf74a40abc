package dev.clasp.protocol;

/**
 * Why a connection ends. Codes are those of the WebSocket close frame (RFC 6455 section 7.4); other
 * transports close and log it.
 *
 * @param code 1000 to 4999; 1005 and 1006 only as observed, never sent
 * @param text for humans, cut to 123 UTF-8 bytes on the wire
 */
public record CloseReason(int code, String text) {

  public static final int NORMAL = 1000;
  public static final int GOING_AWAY = 1001;
  public static final int PROTOCOL_ERROR = 1002;
  public static final int NO_CODE = 1005;
  public static final int ABNORMAL = 1006;
  public static final int BAD_TEXT = 1007;
  public static final int POLICY = 1008;
  public static final int TOO_BIG = 1009;
  public static final int INTERNAL_ERROR = 1011;
  public static final int TRY_LATER = 1013;
}
