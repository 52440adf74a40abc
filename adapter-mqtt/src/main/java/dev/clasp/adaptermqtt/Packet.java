package dev.clasp.adaptermqtt;

import java.util.List;
import java.util.Optional;

/** A packet of a client. Byte arrays are its own and changed by nobody. */
sealed interface Packet {

  /**
   * The first one.
   *
   * @param keepAlive seconds; 0 = none
   */
  record Connect(
      Level level,
      boolean cleanStart,
      int keepAlive,
      String clientId,
      Optional<Will> will,
      Optional<String> user,
      Optional<byte[]> password,
      Properties properties)
      implements Packet {}

  /** What is published when the client is gone. */
  record Will(String topic, byte[] payload, int qos, boolean retain, Properties properties) {}

  /**
   * A message.
   *
   * @param id 0 with QoS 0
   * @param topic empty if an alias stands for it
   */
  record Publish(
      boolean dup,
      int qos,
      boolean retain,
      String topic,
      int id,
      byte[] payload,
      Properties properties)
      implements Packet {}

  /**
   * PUBACK, PUBREC, PUBREL or PUBCOMP.
   *
   * @param type of {@link PacketType}
   */
  record Acknowledgement(int type, int id, int reason) implements Packet {}

  record Subscribe(int id, List<Request> requests, Properties properties) implements Packet {}

  /**
   * One wish of a SUBSCRIBE.
   *
   * @param retainHandling 0 always, 1 if it is new, 2 never
   */
  record Request(
      String filter, int qos, boolean noLocal, boolean retainAsPublished, int retainHandling) {}

  record Unsubscribe(int id, List<String> filters) implements Packet {}

  record Ping() implements Packet {}

  record Disconnect(int reason, Properties properties) implements Packet {}

  record Auth(int reason, Properties properties) implements Packet {}
}
