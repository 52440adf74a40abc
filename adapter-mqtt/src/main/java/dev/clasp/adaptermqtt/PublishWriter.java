package dev.clasp.adaptermqtt;

import io.netty.buffer.ByteBuf;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Writes the messages of one connection (MQTT 5.0 section 3.3): as its version has them, with
 * aliases as far as the client takes them, and none that is longer than it takes. Loop thread.
 */
final class PublishWriter {

  private static final long SECOND = 1_000_000_000L;

  private final Level level;
  private final long maxPacket;
  private final int aliases;
  private final Map<TopicName, Integer> aliasOf;

  /**
   * @param maxPacket longest packet that the client takes, in bytes
   * @param aliases that the client takes
   */
  PublishWriter(Level level, long maxPacket, int aliases) {
    this.level = level;
    this.maxPacket = maxPacket;
    this.aliases = aliases;
    this.aliasOf = new IdentityHashMap<>(0);
  }

  /**
   * Puts a message at the end of the buffer.
   *
   * @param id 0 with QoS 0
   * @param ids of the subscriptions that it is for
   * @return false if the client does not take packets of that size: it is as good as sent
   */
  boolean write(
      ByteBuf out, Post post, int qos, boolean dup, boolean retain, int id, int[] ids, long now) {
    boolean five = level == Level.V5;
    if (qos == 0
        && !retain
        && (!five || aliases == 0 && ids.length == 0 && post.expires == Original.NEVER)) {
      byte[] packet = post.packet(level);
      if (packet != null) {
        if (packet.length > maxPacket) {
          return false;
        }
        out.writeBytes(packet);
        return true;
      }
    }
    int alias = 0;
    boolean named = true;
    long left = 0;
    int properties = 0;
    if (five) {
      if (post.expires != Original.NEVER) {
        left = Math.max(1, (post.expires - now + SECOND - 1) / SECOND);
        properties += 5;
      }
      if (aliases > 0) {
        Integer known = aliasOf.get(post.name);
        if (known != null) {
          alias = known;
          named = false;
          properties += 3;
        } else if (aliasOf.size() < aliases) {
          alias = aliasOf.size() + 1;
          properties += 3;
        }
      }
      properties += post.properties.length;
      for (int each : ids) {
        properties += 1 + PacketWriter.varintLength(each);
      }
    }
    byte[] topic = named ? post.name.utf8() : Post.NO_BYTES;
    int remaining =
        2
            + topic.length
            + (qos > 0 ? 2 : 0)
            + (five ? PacketWriter.varintLength(properties) + properties : 0)
            + post.payload.length;
    if (1 + PacketWriter.varintLength(remaining) + remaining > maxPacket) {
      return false;
    }
    if (alias != 0 && named) {
      aliasOf.put(post.name, alias);
    }
    out.writeByte(PacketType.PUBLISH << 4 | (dup ? 8 : 0) | qos << 1 | (retain ? 1 : 0));
    PacketWriter.varint(out, remaining);
    out.writeShort(topic.length);
    out.writeBytes(topic);
    if (qos > 0) {
      out.writeShort(id);
    }
    if (five) {
      PacketWriter.varint(out, properties);
      if (post.expires != Original.NEVER) {
        PacketWriter.number(out, Property.MESSAGE_EXPIRY, left);
      }
      if (alias != 0) {
        PacketWriter.number(out, Property.TOPIC_ALIAS, alias);
      }
      out.writeBytes(post.properties);
      for (int each : ids) {
        PacketWriter.number(out, Property.SUBSCRIPTION_ID, each);
      }
    }
    out.writeBytes(post.payload);
    return true;
  }
}
