package dev.clasp.adaptermqtt;

/** The peer breaks the protocol: the connection ends. */
final class PacketException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final int reason;

  /**
   * @param reason of {@link Reason}
   */
  PacketException(int reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  static PacketException malformed(String what) {
    return new PacketException(Reason.MALFORMED_PACKET, what);
  }

  static PacketException violation(String what) {
    return new PacketException(Reason.PROTOCOL_ERROR, what);
  }

  int reason() {
    return reason;
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
