package dev.clasp.adaptermqtt;

import static dev.clasp.adaptermqtt.PacketType.AUTH;
import static dev.clasp.adaptermqtt.PacketType.CONNACK;
import static dev.clasp.adaptermqtt.PacketType.CONNECT;
import static dev.clasp.adaptermqtt.PacketType.DISCONNECT;
import static dev.clasp.adaptermqtt.PacketType.PUBACK;
import static dev.clasp.adaptermqtt.PacketType.PUBCOMP;
import static dev.clasp.adaptermqtt.PacketType.PUBLISH;
import static dev.clasp.adaptermqtt.PacketType.PUBREC;
import static dev.clasp.adaptermqtt.PacketType.PUBREL;
import static dev.clasp.adaptermqtt.PacketType.SUBACK;
import static dev.clasp.adaptermqtt.PacketType.SUBSCRIBE;
import static dev.clasp.adaptermqtt.PacketType.UNSUBACK;
import static dev.clasp.adaptermqtt.PacketType.UNSUBSCRIBE;
import static dev.clasp.adaptermqtt.PacketType.WILL;

import org.jspecify.annotations.Nullable;

/** Properties of MQTT 5.0 (section 2.2.2.2): what they are, and in which packets they may be. */
enum Property {
  PAYLOAD_FORMAT(0x01, Kind.BYTE, PUBLISH, WILL),
  MESSAGE_EXPIRY(0x02, Kind.INT, PUBLISH, WILL),
  CONTENT_TYPE(0x03, Kind.TEXT, PUBLISH, WILL),
  RESPONSE_TOPIC(0x08, Kind.TEXT, PUBLISH, WILL),
  CORRELATION_DATA(0x09, Kind.BINARY, PUBLISH, WILL),
  SUBSCRIPTION_ID(0x0B, Kind.VARINT, PUBLISH, SUBSCRIBE),
  SESSION_EXPIRY(0x11, Kind.INT, CONNECT, CONNACK, DISCONNECT),
  ASSIGNED_CLIENT_ID(0x12, Kind.TEXT, CONNACK),
  SERVER_KEEP_ALIVE(0x13, Kind.SHORT, CONNACK),
  AUTHENTICATION_METHOD(0x15, Kind.TEXT, CONNECT, CONNACK, AUTH),
  AUTHENTICATION_DATA(0x16, Kind.BINARY, CONNECT, CONNACK, AUTH),
  REQUEST_PROBLEM_INFORMATION(0x17, Kind.BYTE, CONNECT),
  WILL_DELAY(0x18, Kind.INT, WILL),
  REQUEST_RESPONSE_INFORMATION(0x19, Kind.BYTE, CONNECT),
  RESPONSE_INFORMATION(0x1A, Kind.TEXT, CONNACK),
  SERVER_REFERENCE(0x1C, Kind.TEXT, CONNACK, DISCONNECT),
  REASON_STRING(
      0x1F,
      Kind.TEXT,
      CONNACK,
      PUBACK,
      PUBREC,
      PUBREL,
      PUBCOMP,
      SUBACK,
      UNSUBACK,
      DISCONNECT,
      AUTH),
  RECEIVE_MAXIMUM(0x21, Kind.SHORT, CONNECT, CONNACK),
  TOPIC_ALIAS_MAXIMUM(0x22, Kind.SHORT, CONNECT, CONNACK),
  TOPIC_ALIAS(0x23, Kind.SHORT, PUBLISH),
  MAXIMUM_QOS(0x24, Kind.BYTE, CONNACK),
  RETAIN_AVAILABLE(0x25, Kind.BYTE, CONNACK),
  USER_PROPERTY(
      0x26,
      Kind.PAIR,
      CONNECT,
      CONNACK,
      PUBLISH,
      WILL,
      PUBACK,
      PUBREC,
      PUBREL,
      PUBCOMP,
      SUBSCRIBE,
      SUBACK,
      UNSUBSCRIBE,
      UNSUBACK,
      DISCONNECT,
      AUTH),
  MAXIMUM_PACKET_SIZE(0x27, Kind.INT, CONNECT, CONNACK),
  WILDCARD_AVAILABLE(0x28, Kind.BYTE, CONNACK),
  SUBSCRIPTION_ID_AVAILABLE(0x29, Kind.BYTE, CONNACK),
  SHARED_AVAILABLE(0x2A, Kind.BYTE, CONNACK);

  /** How it is written. */
  enum Kind {
    BYTE,
    SHORT,
    INT,
    VARINT,
    TEXT,
    BINARY,
    PAIR
  }

  private static final @Nullable Property[] BY_ID = new @Nullable Property[0x2B];

  static {
    for (Property property : values()) {
      BY_ID[property.id] = property;
    }
  }

  final int id;
  final Kind kind;
  private final int packets;

  Property(int id, Kind kind, int... packets) {
    this.id = id;
    this.kind = kind;
    int bits = 0;
    for (int packet : packets) {
      bits |= 1 << packet;
    }
    this.packets = bits;
  }

  static @Nullable Property ofId(int id) {
    return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;
  }

  boolean mayBeIn(int packet) {
    return (packets >>> packet & 1) != 0;
  }

  /** May stand more than once in one packet of a client. */
  boolean repeats() {
    return this == USER_PROPERTY;
  }

  /** Is handed on to the receivers of a message as it came (sections 3.3.2.3.2 to 3.3.2.3.9). */
  boolean travels() {
    return switch (this) {
      case PAYLOAD_FORMAT, CONTENT_TYPE, RESPONSE_TOPIC, CORRELATION_DATA, USER_PROPERTY -> true;
      default -> false;
    };
  }
}
