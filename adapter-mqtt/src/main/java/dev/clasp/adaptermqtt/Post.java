package dev.clasp.adaptermqtt;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way to clients, as MQTT has it: one for all receivers of a loop ({@link
 * Translations}). Its arrays are changed by nobody. Loop thread.
 */
final class Post {

  static final byte[] NO_BYTES = {};

  /** What clients do not see. */
  static final Post NOTHING =
      new Post(
          new TopicName(NO_BYTES, "", "", NO_BYTES),
          0,
          false,
          NO_BYTES,
          NO_BYTES,
          Original.NEVER,
          0,
          false);

  final TopicName name;

  /** Of the publication. */
  final int qos;

  /** Was it published with RETAIN, so that subscribers that want that see it? */
  final boolean retained;

  final byte[] payload;

  /** Properties that are handed on, as they came. */
  final byte[] properties;

  /** Monotonic nanoseconds; {@link Original#NEVER} for never. */
  final long expires;

  /** By what the members of a shared subscription know the message. */
  final long key;

  /** Does no other message have this key? */
  final boolean once;

  private boolean used;
  private byte @Nullable [] packet;
  private byte @Nullable [] packetOf5;

  Post(
      TopicName name,
      int qos,
      boolean retained,
      byte[] payload,
      byte[] properties,
      long expires,
      long key,
      boolean once) {
    this.name = name;
    this.qos = qos;
    this.retained = retained;
    this.payload = payload;
    this.properties = properties;
    this.expires = expires;
    this.key = key;
    this.once = once;
  }

  /**
   * The whole packet with QoS 0, without RETAIN, alias, expiry and identifiers; what most receivers
   * get. Null for the first of them, who is the only one often enough.
   */
  byte @Nullable [] packet(Level level) {
    if (!used) {
      used = true;
      return null;
    }
    boolean five = level == Level.V5;
    byte[] made = five ? packetOf5 : packet;
    if (made == null) {
      made = build(five);
      if (five) {
        packetOf5 = made;
      } else {
        packet = made;
      }
    }
    return made;
  }

  private byte[] build(boolean five) {
    byte[] topic = name.utf8();
    int more = five ? PacketWriter.varintLength(properties.length) + properties.length : 0;
    int remaining = 2 + topic.length + more + payload.length;
    byte[] b = new byte[1 + PacketWriter.varintLength(remaining) + remaining];
    b[0] = (byte) (PacketType.PUBLISH << 4);
    int at = varint(b, 1, remaining);
    b[at] = (byte) (topic.length >>> 8);
    b[at + 1] = (byte) topic.length;
    at = put(topic, b, at + 2);
    if (five) {
      at = put(properties, b, varint(b, at, properties.length));
    }
    return put(payload, b, at) == b.length ? b : Arrays.copyOf(b, at);
  }

  private static int put(byte[] from, byte[] to, int at) {
    System.arraycopy(from, 0, to, at, from.length);
    return at + from.length;
  }

  private static int varint(byte[] b, int at, int value) {
    int to = at;
    int left = value;
    while (left > 0x7F) {
      b[to++] = (byte) (left & 0x7F | 0x80);
      left >>>= 7;
    }
    b[to++] = (byte) left;
    return to;
  }
}
