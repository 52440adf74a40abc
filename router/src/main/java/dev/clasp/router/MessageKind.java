package dev.clasp.router;

import dev.clasp.protocol.MessageType;

/** The types of messages as metrics name them: a list that no peer can make longer. */
final class MessageKind {

  /** What is no type of the protocol. */
  static final int OTHER = 0;

  private static final String[] NAMES = {
    "other",
    "hello",
    "welcome",
    "announce",
    "federation_sync",
    "subscribe",
    "unsubscribe",
    "publish",
    "set",
    "get",
    "snapshot",
    "replay",
    "bundle",
    "sync",
    "ping",
    "pong",
    "ack",
    "error",
    "query",
    "result"
  };

  private static final int[] TYPES = {
    MessageType.HELLO,
    MessageType.WELCOME,
    MessageType.ANNOUNCE,
    MessageType.FEDERATION_SYNC,
    MessageType.SUBSCRIBE,
    MessageType.UNSUBSCRIBE,
    MessageType.PUBLISH,
    MessageType.SET,
    MessageType.GET,
    MessageType.SNAPSHOT,
    MessageType.REPLAY,
    MessageType.BUNDLE,
    MessageType.SYNC,
    MessageType.PING,
    MessageType.PONG,
    MessageType.ACK,
    MessageType.ERROR,
    MessageType.QUERY,
    MessageType.RESULT
  };

  /** How many there are. */
  static final int COUNT = NAMES.length;

  private static final byte[] KINDS = kinds();

  private MessageKind() {}

  private static byte[] kinds() {
    byte[] kinds = new byte[256];
    for (int i = 0; i < TYPES.length; i++) {
      kinds[TYPES[i]] = (byte) (i + 1);
    }
    return kinds;
  }

  /** From 0, below {@link #COUNT}. */
  static int ofType(int messageType) {
    return KINDS[messageType & 0xFF];
  }

  /** As a label: {@code set}. */
  static String name(int kind) {
    return NAMES[kind];
  }
}
