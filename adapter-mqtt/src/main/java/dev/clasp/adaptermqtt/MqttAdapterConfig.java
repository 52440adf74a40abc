package dev.clasp.adaptermqtt;

import dev.clasp.bridge.Namespace;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * Settings of the adapter. Immutable.
 *
 * @param namespace below which topics are addresses; empty for everything
 * @param profile what a publication is in the router
 * @param mainPort whether the main port of the router takes MQTT too
 * @param host of ports of its own
 * @param port of its own, without TLS; 0 = any free one
 * @param tlsPort of its own, with the certificate of the server; 0 = any free one
 * @param tokenAsUser a user name without password is the token
 * @param disconnectRefused a client of 3.1 or 3.1.1 whose publication is refused is disconnected;
 *     else the publication is acknowledged and dropped, because those versions have no other answer
 * @param connectTimeout for the first packet to arrive
 * @param maxPacket longest packet of a client in bytes
 * @param maxSubscriptions of a client
 * @param receiveMaximum messages with QoS 1 and 2 that a client may send before one is answered
 * @param inflightMaximum messages with QoS 1 and 2 that are sent to a client before one is answered
 * @param topicAliasMaximum aliases that a client may use
 * @param queueMessages messages with QoS 1 and 2 that wait for a client, also while it is away
 * @param queueBytes their bytes
 * @param maxKeepAlive longest time that a client may be silent; a longer one, or none, is replaced
 *     for clients of 5.0. Zero = as the client likes
 * @param maxSessionExpiry longest time that a session waits for its client; sessions of 3.1 and
 *     3.1.1 without clean session wait so long
 * @param maxAway sessions that wait for their clients; beyond, the one that waits longest ends
 * @param systemInterval between two values of $SYS
 */
public record MqttAdapterConfig(
    Namespace namespace,
    MqttProfile profile,
    boolean mainPort,
    String host,
    OptionalInt port,
    OptionalInt tlsPort,
    boolean tokenAsUser,
    boolean disconnectRefused,
    Duration connectTimeout,
    int maxPacket,
    int maxSubscriptions,
    int receiveMaximum,
    int inflightMaximum,
    int topicAliasMaximum,
    int queueMessages,
    int queueBytes,
    Duration maxKeepAlive,
    Duration maxSessionExpiry,
    int maxAway,
    Duration systemInterval) {

  /** The port of MQTT. */
  public static final int DEFAULT_PORT = 1883;

  /** The port of MQTT inside TLS. */
  public static final int DEFAULT_TLS_PORT = 8883;

  public static final MqttAdapterConfig DEFAULT =
      new MqttAdapterConfig(
          new Namespace("/mqtt"),
          MqttProfile.STANDARD,
          true,
          "127.0.0.1",
          OptionalInt.empty(),
          OptionalInt.empty(),
          true,
          false,
          Duration.ofSeconds(10),
          80 << 10,
          1000,
          100,
          100,
          32,
          1000,
          1 << 20,
          Duration.ZERO,
          Duration.ofDays(1),
          1000,
          Duration.ofSeconds(10));

  public MqttAdapterConfig {
    check(maxPacket >= 64 && maxPacket <= PacketWriter.MAX_VARINT, "maxPacket", maxPacket);
    check(maxSubscriptions >= 1, "maxSubscriptions", maxSubscriptions);
    check(receiveMaximum >= 1 && receiveMaximum <= 65_535, "receiveMaximum", receiveMaximum);
    check(inflightMaximum >= 1 && inflightMaximum <= 65_535, "inflightMaximum", inflightMaximum);
    check(
        topicAliasMaximum >= 0 && topicAliasMaximum <= 65_535,
        "topicAliasMaximum",
        topicAliasMaximum);
    check(queueMessages >= 0, "queueMessages", queueMessages);
    check(queueBytes >= 0, "queueBytes", queueBytes);
    check(maxAway >= 0, "maxAway", maxAway);
    check(!connectTimeout.isNegative(), "connectTimeout", connectTimeout.toSeconds());
    check(
        !maxSessionExpiry.isNegative() && maxSessionExpiry.toDays() <= 36_500,
        "maxSessionExpiry",
        maxSessionExpiry.toSeconds());
    check(
        !maxKeepAlive.isNegative() && maxKeepAlive.toSeconds() <= 65_535,
        "maxKeepAlive",
        maxKeepAlive.toSeconds());
  }

  private static void check(boolean right, String name, long value) {
    if (!right) {
      throw new IllegalArgumentException(name + " must not be " + value);
    }
  }

  public MqttAdapterConfig withNamespace(Namespace value) {
    return with(b -> b.namespace = value);
  }

  public MqttAdapterConfig withProfile(MqttProfile value) {
    return with(b -> b.profile = value);
  }

  public MqttAdapterConfig withMainPort(boolean value) {
    return with(b -> b.mainPort = value);
  }

  public MqttAdapterConfig withHost(String value) {
    return with(b -> b.host = value);
  }

  public MqttAdapterConfig withPort(int value) {
    return with(b -> b.port = OptionalInt.of(value));
  }

  public MqttAdapterConfig withTlsPort(int value) {
    return with(b -> b.tlsPort = OptionalInt.of(value));
  }

  public MqttAdapterConfig withTokenAsUser(boolean value) {
    return with(b -> b.tokenAsUser = value);
  }

  public MqttAdapterConfig withDisconnectRefused(boolean value) {
    return with(b -> b.disconnectRefused = value);
  }

  public MqttAdapterConfig withConnectTimeout(Duration value) {
    return with(b -> b.connectTimeout = value);
  }

  public MqttAdapterConfig withMaxPacket(int value) {
    return with(b -> b.maxPacket = value);
  }

  public MqttAdapterConfig withMaxSubscriptions(int value) {
    return with(b -> b.maxSubscriptions = value);
  }

  public MqttAdapterConfig withReceiveMaximum(int value) {
    return with(b -> b.receiveMaximum = value);
  }

  public MqttAdapterConfig withInflightMaximum(int value) {
    return with(b -> b.inflightMaximum = value);
  }

  public MqttAdapterConfig withTopicAliasMaximum(int value) {
    return with(b -> b.topicAliasMaximum = value);
  }

  public MqttAdapterConfig withQueue(int messages, int bytes) {
    return with(b -> {
      b.queueMessages = messages;
      b.queueBytes = bytes;
    });
  }

  public MqttAdapterConfig withMaxKeepAlive(Duration value) {
    return with(b -> b.maxKeepAlive = value);
  }

  public MqttAdapterConfig withMaxSessionExpiry(Duration value) {
    return with(b -> b.maxSessionExpiry = value);
  }

  public MqttAdapterConfig withMaxAway(int value) {
    return with(b -> b.maxAway = value);
  }

  public MqttAdapterConfig withSystemInterval(Duration value) {
    return with(b -> b.systemInterval = value);
  }

  private MqttAdapterConfig with(java.util.function.Consumer<Copy> change) {
    Copy copy = new Copy(this);
    change.accept(copy);
    return copy.config();
  }

  /** The settings while one of them is changed. */
  private static final class Copy {
    private Namespace namespace;
    private MqttProfile profile;
    private boolean mainPort;
    private String host;
    private OptionalInt port;
    private OptionalInt tlsPort;
    private boolean tokenAsUser;
    private boolean disconnectRefused;
    private Duration connectTimeout;
    private int maxPacket;
    private int maxSubscriptions;
    private int receiveMaximum;
    private int inflightMaximum;
    private int topicAliasMaximum;
    private int queueMessages;
    private int queueBytes;
    private Duration maxKeepAlive;
    private Duration maxSessionExpiry;
    private int maxAway;
    private Duration systemInterval;

    Copy(MqttAdapterConfig from) {
      namespace = from.namespace;
      profile = from.profile;
      mainPort = from.mainPort;
      host = from.host;
      port = from.port;
      tlsPort = from.tlsPort;
      tokenAsUser = from.tokenAsUser;
      disconnectRefused = from.disconnectRefused;
      connectTimeout = from.connectTimeout;
      maxPacket = from.maxPacket;
      maxSubscriptions = from.maxSubscriptions;
      receiveMaximum = from.receiveMaximum;
      inflightMaximum = from.inflightMaximum;
      topicAliasMaximum = from.topicAliasMaximum;
      queueMessages = from.queueMessages;
      queueBytes = from.queueBytes;
      maxKeepAlive = from.maxKeepAlive;
      maxSessionExpiry = from.maxSessionExpiry;
      maxAway = from.maxAway;
      systemInterval = from.systemInterval;
    }

    MqttAdapterConfig config() {
      return new MqttAdapterConfig(
          namespace,
          profile,
          mainPort,
          host,
          port,
          tlsPort,
          tokenAsUser,
          disconnectRefused,
          connectTimeout,
          maxPacket,
          maxSubscriptions,
          receiveMaximum,
          inflightMaximum,
          topicAliasMaximum,
          queueMessages,
          queueBytes,
          maxKeepAlive,
          maxSessionExpiry,
          maxAway,
          systemInterval);
    }
  }
}
