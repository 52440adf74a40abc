package dev.clasp.adaptermqtt;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The packets that clients send, from bytes (MQTT 3.1.1 and 5.0, chapters 2 and 3). Refuses
 * whatever the standards call malformed or a violation that one packet alone shows; what depends on
 * the state of the connection is up to the caller.
 *
 * <p>Written here and not taken from Netty: why is in docs/decisions/0016-mqtt-adapter.md, and
 * {@code NettyCodecTest} compares the two.
 */
final class PacketDecoder {

  private PacketDecoder() {}

  /**
   * Reads what follows the fixed header.
   *
   * @param first byte of the packet
   * @param level of the connection; any for CONNECT, which says it
   * @throws PacketException malformed, or not for a server
   */
  static Packet decode(int first, byte[] b, int offset, int length, Level level) {
    PacketReader in = new PacketReader(b, offset, length);
    int type = first >>> 4 & 0xF;
    int flags = first & 0xF;
    if (type != PacketType.PUBLISH) {
      int expected =
          switch (type) {
            case PacketType.PUBREL, PacketType.SUBSCRIBE, PacketType.UNSUBSCRIBE -> 2;
            default -> 0;
          };
      // MQTT 3.1 lets DUP and QoS be there, and says that they are ignored in most packets.
      if (flags != expected && level != Level.V3_1) {
        throw PacketException.malformed("the fixed header has flags " + flags);
      }
    }
    Packet packet =
        switch (type) {
          case PacketType.CONNECT -> connect(in);
          case PacketType.PUBLISH -> publish(in, flags, level);
          case PacketType.PUBACK, PacketType.PUBREC, PacketType.PUBREL, PacketType.PUBCOMP ->
              acknowledgement(in, type, level);
          case PacketType.SUBSCRIBE -> subscribe(in, level);
          case PacketType.UNSUBSCRIBE -> unsubscribe(in, level);
          case PacketType.PINGREQ -> new Packet.Ping();
          case PacketType.DISCONNECT -> disconnect(in, level);
          case PacketType.AUTH -> auth(in, level);
          default -> throw PacketException.violation("packet type " + type + " is not for servers");
        };
    in.end();
    return packet;
  }

  private static Packet connect(PacketReader in) {
    String name = in.text();
    int number = in.u8();
    Level level = levelOf(name, number);
    int flags = in.u8();
    if ((flags & 1) != 0) {
      throw PacketException.malformed("the reserved flag of CONNECT is set");
    }
    boolean hasWill = (flags & 4) != 0;
    int willQos = flags >>> 3 & 3;
    if (willQos == 3 || !hasWill && (flags & 0x38) != 0) {
      throw PacketException.malformed("the flags of the will contradict each other");
    }
    boolean hasUser = (flags & 0x80) != 0;
    boolean hasPassword = (flags & 0x40) != 0;
    if (hasPassword && !hasUser && level != Level.V5) {
      throw PacketException.malformed("a password without user name");
    }
    int keepAlive = in.u16();
    Properties properties =
        level == Level.V5 ? Properties.read(in, PacketType.CONNECT) : Properties.NONE;
    if (properties.has(Property.AUTHENTICATION_DATA)
        && !properties.has(Property.AUTHENTICATION_METHOD)) {
      throw PacketException.violation("authentication data without a method");
    }
    String clientId = in.text();
    Optional<Packet.Will> will = Optional.empty();
    if (hasWill) {
      Properties of = level == Level.V5 ? Properties.read(in, PacketType.WILL) : Properties.NONE;
      checkResponseTopic(of);
      String topic = topicName(in.text());
      if (topic.isEmpty()) {
        throw new PacketException(Reason.TOPIC_NAME_INVALID, "the topic of the will is empty");
      }
      will = Optional.of(new Packet.Will(topic, in.binary(), willQos, (flags & 0x20) != 0, of));
    }
    Optional<String> user = hasUser ? Optional.of(in.text()) : Optional.empty();
    Optional<byte[]> password = hasPassword ? Optional.of(in.binary()) : Optional.empty();
    return new Packet.Connect(
        level, (flags & 2) != 0, keepAlive, clientId, will, user, password, properties);
  }

  private static Level levelOf(String name, int number) {
    for (Level level : Level.values()) {
      if (level.number == number && level.protocolName.equals(name)) {
        return level;
      }
    }
    if (!name.equals("MQTT") && !name.equals("MQIsdp")) {
      throw new PacketException(Reason.MALFORMED_PACKET, "not the protocol name of MQTT");
    }
    throw new PacketException(Reason.UNSUPPORTED_VERSION, "protocol level " + number);
  }

  private static Packet publish(PacketReader in, int flags, Level level) {
    int qos = flags >>> 1 & 3;
    boolean dup = (flags & 8) != 0;
    if (qos == 3) {
      throw PacketException.malformed("QoS 3");
    }
    if (qos == 0 && dup && level != Level.V3_1) {
      throw PacketException.malformed("DUP with QoS 0");
    }
    String topic = topicName(in.text());
    int id = qos == 0 ? 0 : packetId(in);
    Properties properties =
        level == Level.V5 ? Properties.read(in, PacketType.PUBLISH) : Properties.NONE;
    if (properties.has(Property.SUBSCRIPTION_ID)) {
      throw PacketException.violation("a client sends no subscription identifiers");
    }
    checkResponseTopic(properties);
    if (topic.isEmpty() && !properties.has(Property.TOPIC_ALIAS)) {
      throw level == Level.V5
          ? PacketException.violation("neither topic nor alias")
          : PacketException.malformed("the topic is empty");
    }
    return new Packet.Publish(dup, qos, (flags & 1) != 0, topic, id, in.rest(), properties);
  }

  private static void checkResponseTopic(Properties properties) {
    properties.text(Property.RESPONSE_TOPIC).ifPresent(PacketDecoder::topicName);
  }

  private static String topicName(String topic) {
    if (topic.indexOf('+') >= 0 || topic.indexOf('#') >= 0) {
      throw new PacketException(Reason.TOPIC_NAME_INVALID, "a topic name has a wildcard");
    }
    return topic;
  }

  private static int packetId(PacketReader in) {
    int id = in.u16();
    if (id == 0) {
      throw PacketException.malformed("packet identifier 0");
    }
    return id;
  }

  private static Packet acknowledgement(PacketReader in, int type, Level level) {
    int id = packetId(in);
    int reason = Reason.SUCCESS;
    if (level == Level.V5 && in.left() > 0) {
      reason = in.u8();
      boolean known =
          switch (type) {
            case PacketType.PUBREL, PacketType.PUBCOMP ->
                reason == Reason.SUCCESS || reason == Reason.PACKET_ID_NOT_FOUND;
            default ->
                switch (reason) {
                  case Reason.SUCCESS,
                      Reason.NO_MATCHING_SUBSCRIBERS,
                      Reason.UNSPECIFIED,
                      Reason.IMPLEMENTATION_SPECIFIC,
                      Reason.NOT_AUTHORIZED,
                      Reason.TOPIC_NAME_INVALID,
                      Reason.PACKET_ID_IN_USE,
                      Reason.QUOTA_EXCEEDED,
                      Reason.PAYLOAD_FORMAT_INVALID ->
                      true;
                  default -> false;
                };
          };
      if (!known) {
        throw PacketException.violation("reason code " + reason + " is not for this packet");
      }
      if (in.left() > 0) {
        Properties.read(in, type);
      }
    }
    return new Packet.Acknowledgement(type, id, reason);
  }

  private static Packet subscribe(PacketReader in, Level level) {
    int id = packetId(in);
    Properties properties =
        level == Level.V5 ? Properties.read(in, PacketType.SUBSCRIBE) : Properties.NONE;
    List<Packet.Request> requests = new ArrayList<>(1);
    while (in.left() > 0) {
      String filter = in.text();
      int options = in.u8();
      int qos = options & 3;
      int retainHandling = options >>> 4 & 3;
      int reserved = level == Level.V5 ? 0xC0 : 0xFC;
      if (qos == 3 || retainHandling == 3 || (options & reserved) != 0) {
        throw PacketException.malformed("subscription options " + options);
      }
      requests.add(
          new Packet.Request(filter, qos, (options & 4) != 0, (options & 8) != 0, retainHandling));
    }
    if (requests.isEmpty()) {
      throw PacketException.violation("SUBSCRIBE without a filter");
    }
    return new Packet.Subscribe(id, requests, properties);
  }

  private static Packet unsubscribe(PacketReader in, Level level) {
    int id = packetId(in);
    if (level == Level.V5) {
      Properties.read(in, PacketType.UNSUBSCRIBE);
    }
    List<String> filters = new ArrayList<>(1);
    while (in.left() > 0) {
      filters.add(in.text());
    }
    if (filters.isEmpty()) {
      throw PacketException.violation("UNSUBSCRIBE without a filter");
    }
    return new Packet.Unsubscribe(id, filters);
  }

  private static Packet disconnect(PacketReader in, Level level) {
    if (level != Level.V5 || in.left() == 0) {
      return new Packet.Disconnect(Reason.SUCCESS, Properties.NONE);
    }
    int reason = in.u8();
    if (reason != Reason.SUCCESS && reason != Reason.DISCONNECT_WITH_WILL && reason < 0x80) {
      throw PacketException.violation("reason code " + reason + " is not for DISCONNECT");
    }
    return new Packet.Disconnect(
        reason, in.left() > 0 ? Properties.read(in, PacketType.DISCONNECT) : Properties.NONE);
  }

  private static Packet auth(PacketReader in, Level level) {
    if (level != Level.V5) {
      throw PacketException.violation("AUTH is of MQTT 5.0");
    }
    if (in.left() == 0) {
      return new Packet.Auth(Reason.SUCCESS, Properties.NONE);
    }
    int reason = in.u8();
    return new Packet.Auth(
        reason, in.left() > 0 ? Properties.read(in, PacketType.AUTH) : Properties.NONE);
  }
}
