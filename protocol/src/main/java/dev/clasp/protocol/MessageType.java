package dev.clasp.protocol;

/** Message type codes: payload byte 0 (wire.md 5.1). */
public final class MessageType {
  public static final int HELLO = 0x01;
  public static final int WELCOME = 0x02;
  public static final int ANNOUNCE = 0x03;

  /** v4. */
  public static final int FEDERATION_SYNC = 0x04;

  public static final int SUBSCRIBE = 0x10;
  public static final int UNSUBSCRIBE = 0x11;
  public static final int PUBLISH = 0x20;
  public static final int SET = 0x21;
  public static final int GET = 0x22;
  public static final int SNAPSHOT = 0x23;

  /** v4. */
  public static final int REPLAY = 0x24;

  public static final int BUNDLE = 0x30;
  public static final int SYNC = 0x40;
  public static final int PING = 0x41;
  public static final int PONG = 0x42;
  public static final int ACK = 0x50;
  public static final int ERROR = 0x51;
  public static final int QUERY = 0x60;
  public static final int RESULT = 0x61;

  private MessageType() {}
}
