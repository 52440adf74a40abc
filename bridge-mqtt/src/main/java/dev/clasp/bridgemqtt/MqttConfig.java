package dev.clasp.bridgemqtt;

import dev.clasp.bridge.MqttTopic;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSetting.Kind;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.ClientTlsSettings;
import dev.clasp.protocol.Value;
import dev.clasp.transport.ClientTls;
import dev.clasp.transport.TlsFileException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Which broker a bridge is at, and how. Immutable; files are read when it is made.
 *
 * @param broker {@code mqtt://host:port}, {@code mqtts://} for TLS, {@code ws://} and {@code
 *     wss://} for MQTT over WebSocket
 * @param version 5, or 3 for MQTT 3.1.1
 * @param topics none: nothing comes from the broker
 * @param qos of publications, 0 to 2
 * @param retain whether the broker keeps parameters; empty: the profile decides
 * @param format of payloads that no entry of {@code formats} is about
 * @param formats by topic filter; the first that takes a topic counts
 * @param envelope topic filters whose messages are maps with everything that MQTT says of them
 * @param statusTopic where {@code online} and, as the last will, {@code offline} are, retained
 * @param keepAlive silence after which the broker is asked whether it is there, in whole seconds; 0
 *     = never
 * @param sessionExpiry how long the broker keeps what comes while the bridge is away; 0 = not
 * @param receiveMaximum messages of QoS 1 and 2 that the broker may send at once
 * @param maxPayload bytes; longer ones are dropped
 * @param discovery prefix of Home Assistant's discovery; empty: not looked for
 * @param discoveryPath where what it finds is
 * @param exposed what Home Assistant shall find
 * @param sparkplug groups of Sparkplug B, or {@code +}; none: not decoded
 */
record MqttConfig(
    URI broker,
    int version,
    String clientId,
    Optional<Login> login,
    ClientTls tls,
    List<TopicSubscription> topics,
    boolean publish,
    int qos,
    Optional<Boolean> retain,
    PayloadFormat format,
    Map<String, PayloadFormat> formats,
    List<String> envelope,
    Optional<String> statusTopic,
    Duration keepAlive,
    Duration sessionExpiry,
    int receiveMaximum,
    int maxPayload,
    Optional<String> discovery,
    String discoveryPrefix,
    String discoveryPath,
    List<ExposedSignal> exposed,
    List<String> sparkplug) {

  private static final int MAX_PASSWORD_BYTES = 4096;
  private static final long MAX_EXPIRY_SECONDS = 0xFFFF_FFFEL;

  static final List<BridgeSetting> SETTINGS =
      List.of(
          new BridgeSetting(
              "broker",
              Kind.TEXT,
              Value.of("mqtt://localhost:1883"),
              "URL of the broker: mqtt://, mqtts:// (TLS), ws:// or wss://, or only host:port."),
          new BridgeSetting(
              "version", Kind.CHOICE, Value.of("5"), "5, or 3 for MQTT 3.1.1.", List.of("5", "3")),
          new BridgeSetting(
              "client_id",
              Kind.TEXT,
              Value.NULL,
              "What the broker knows the bridge by; unique at the broker, made up if not given."),
          new BridgeSetting("user", Kind.TEXT, Value.NULL, "User of the broker."),
          new BridgeSetting("password", Kind.SECRET, Value.NULL, "Password of the user."),
          new BridgeSetting(
              "password_file",
              Kind.TEXT,
              Value.NULL,
              "File whose first line is the password, instead of password."),
          new BridgeSetting(
              "ca",
              Kind.TEXT,
              Value.NULL,
              "PEM file with the authorities that are trusted, and no others."),
          new BridgeSetting(
              "fingerprint",
              Kind.TEXT,
              Value.NULL,
              "SHA-256 of the broker's certificate: trust it whatever its name."),
          new BridgeSetting(
              "insecure",
              Kind.SWITCH,
              Value.FALSE,
              "Do not check who the broker is: somebody on the way may read everything."),
          new BridgeSetting(
              "cert", Kind.TEXT, Value.NULL, "PEM file with the bridge's own certificate."),
          new BridgeSetting("key", Kind.TEXT, Value.NULL, "PEM file with its key."),
          new BridgeSetting(
              "topics",
              Kind.LIST,
              Value.of(List.of(Value.of("#"))),
              "Topic filters to subscribe, each with :0, :1 or :2 behind it for another QoS; $share/group/filter"
                  + " shares one; an empty list for none."),
          new BridgeSetting(
              "publish", Kind.SWITCH, Value.TRUE, "Whether anything is published at all."),
          new BridgeSetting("qos", Kind.INTEGER, Value.of(0), "QoS 0, 1 or 2, both ways."),
          new BridgeSetting(
              "retain",
              Kind.SWITCH,
              Value.NULL,
              "Let the broker keep the values of parameters; on in the profile standard."),
          new BridgeSetting(
              "format",
              Kind.CHOICE,
              Value.of("auto"),
              "What payloads are, both ways; typed and msgpack bring back every value as it was.",
              List.of(
                  "auto", "json", "text", "number", "bytes", "raw", "cbor", "msgpack", "typed")),
          new BridgeSetting(
              "formats",
              Kind.TREE,
              Value.NULL,
              "Other formats by topic filter: {\"meters/+/power\": \"number\"}; the first that fits"
                  + " counts."),
          new BridgeSetting(
              "envelope",
              Kind.LIST,
              Value.NULL,
              "Topic filters whose messages are maps with payload, QoS, properties and the rest."),
          new BridgeSetting(
              "status_topic",
              Kind.TEXT,
              Value.NULL,
              "Where online is published, and offline as the last will, retained."),
          new BridgeSetting(
              "keep_alive",
              Kind.DURATION,
              Value.of("60s"),
              "Silence after which the broker is asked whether it is there; 0 = never."),
          new BridgeSetting(
              "session_expiry",
              Kind.DURATION,
              Value.of("0s"),
              "How long the broker keeps messages of QoS 1 and 2 for the bridge while it is away;"
                  + " needs client_id."),
          new BridgeSetting(
              "receive_maximum",
              Kind.INTEGER,
              Value.of(256),
              "Messages of QoS 1 and 2 that the broker may send at once, 1 to 65535 (MQTT 5)."),
          new BridgeSetting(
              "max_payload",
              Kind.INTEGER,
              Value.of(65_000),
              "Bytes of a payload, 1 to 1048576; longer ones are dropped and counted."),
          new BridgeSetting(
              "discovery",
              Kind.SWITCH,
              Value.FALSE,
              "Find devices by the discovery of Home Assistant, and give them addresses."),
          new BridgeSetting(
              "discovery_prefix",
              Kind.TEXT,
              Value.of("homeassistant"),
              "First level of the topics of that discovery."),
          new BridgeSetting(
              "discovery_path",
              Kind.TEXT,
              Value.of("/devices"),
              "Where the devices that were found are, below the namespace."),
          new BridgeSetting(
              "expose",
              Kind.TREE,
              Value.NULL,
              "List of what Home Assistant shall find: maps with address, component and name."),
          new BridgeSetting(
              "sparkplug", Kind.LIST, Value.NULL, "Groups of Sparkplug B to decode; + for all."));

  /** Of the broker. The password is in no text. */
  record Login(String user, String password) {
    @Override
    public String toString() {
      return user;
    }
  }

  /**
   * Reads the settings.
   *
   * @throws BridgeException (lasting) they do not fit together, a file cannot be used
   */
  static MqttConfig of(BridgeSettings settings) {
    try {
      return read(settings);
    } catch (IllegalArgumentException | TlsFileException e) {
      throw BridgeException.lasting(String.valueOf(e.getMessage()));
    }
  }

  private static MqttConfig read(BridgeSettings settings) {
    int qos = range(settings, "qos", 0, 2);
    Optional<String> id = text(settings, "client_id");
    Duration expiry = wholeSeconds(settings.duration("session_expiry").orElse(Duration.ZERO));
    if (!expiry.isZero() && id.isEmpty()) {
      throw new IllegalArgumentException(
          "session_expiry needs a client_id: the broker keeps the session under that name");
    }
    if (expiry.toSeconds() > MAX_EXPIRY_SECONDS) {
      throw new IllegalArgumentException("session_expiry is too long: " + expiry);
    }
    String clientId =
        id.orElseGet(() -> String.format("clasp-%08x", ThreadLocalRandom.current().nextInt()));
    Duration keepAlive =
        wholeSeconds(settings.duration("keep_alive").orElse(Duration.ofSeconds(60)));
    if (keepAlive.toSeconds() > 65_535) {
      throw new IllegalArgumentException("keep_alive must be 0 to 65535 seconds, not " + keepAlive);
    }
    List<TopicSubscription> topics =
        settings.list("topics").stream().map(text -> TopicSubscription.parse(text, qos)).toList();
    List<ExposedSignal> exposed = ExposedSignal.list(settings.tree("expose"));
    if (!exposed.isEmpty() && id.isEmpty()) {
      throw new IllegalArgumentException(
          "expose needs a client_id: Home Assistant knows the signals by it");
    }
    boolean discovery = settings.on("discovery");
    List<String> sparkplug = settings.list("sparkplug");
    for (String group : sparkplug) {
      if (!group.equals("+") && (!MqttTopic.isName(group) || group.contains("/"))) {
        throw new IllegalArgumentException("'" + group + "' is no Sparkplug group; + means all");
      }
    }
    boolean publish = settings.on("publish");
    if (topics.isEmpty() && !publish && !discovery && sparkplug.isEmpty()) {
      throw new IllegalArgumentException(
          "nothing to do: no topic to subscribe, and publishing is switched off");
    }
    Optional<String> status =
        text(settings, "status_topic")
            .or(() ->
                exposed.isEmpty() || !publish
                    ? Optional.empty()
                    : Optional.of("clasp/" + clientId + "/status"));
    if (status.filter(topic -> !MqttTopic.isName(topic)).isPresent()) {
      throw new IllegalArgumentException(
          "status_topic is a topic without + and #, not " + status.get());
    }
    String prefix = settings.text("discovery_prefix").orElse("homeassistant");
    if (!MqttTopic.isName(prefix)) {
      throw new IllegalArgumentException(
          "discovery_prefix is a topic without + and #, not " + prefix);
    }
    List<String> envelope = settings.list("envelope");
    envelope.forEach(MqttConfig::checkFilter);
    URI broker = broker(settings.text("broker").orElseThrow());
    checkTls(settings, broker);
    return new MqttConfig(
        broker,
        settings.text("version").orElseThrow().equals("5") ? 5 : 3,
        clientId,
        login(settings),
        ClientTlsSettings.read(settings),
        topics,
        publish,
        qos,
        settings.has("retain") ? Optional.of(settings.on("retain")) : Optional.empty(),
        PayloadFormat.of(settings.text("format").orElseThrow()).orElseThrow(),
        formats(settings.tree("formats")),
        envelope,
        status,
        keepAlive,
        expiry,
        range(settings, "receive_maximum", 1, 65_535),
        range(settings, "max_payload", 1, 1 << 20),
        discovery ? Optional.of(prefix) : Optional.empty(),
        prefix,
        path(settings.text("discovery_path").orElse("/devices")),
        exposed,
        sparkplug);
  }

  /** Time in MQTT has no parts of seconds, and 0 means something else than soon. */
  private static Duration wholeSeconds(Duration time) {
    return time.getNano() == 0 ? time : Duration.ofSeconds(time.getSeconds() + 1);
  }

  private static Optional<String> text(BridgeSettings settings, String name) {
    return settings.text(name).filter(text -> !text.isEmpty());
  }

  private static int range(BridgeSettings settings, String name, int min, int max) {
    long number = settings.integer(name).orElseThrow();
    if (number < min || number > max) {
      throw new IllegalArgumentException(
          name + " must be " + min + " to " + max + ", not " + number);
    }
    return (int) number;
  }

  private static String path(String text) {
    String path = text.startsWith("/") ? text : "/" + text;
    path = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    if (path.indexOf('*') >= 0 || path.contains("//")) {
      throw new IllegalArgumentException(
          "discovery_path is an address such as /devices, not " + text);
    }
    return path;
  }

  private static void checkFilter(String filter) {
    if (!MqttTopic.isFilter(filter)) {
      throw new IllegalArgumentException("'" + filter + "' is no topic filter");
    }
  }

  private static Map<String, PayloadFormat> formats(Value tree) {
    Map<String, PayloadFormat> formats = new LinkedHashMap<>();
    switch (tree) {
      case Value.Null _ -> {}
      case Value.Map(Map<String, Value> entries) ->
          entries.forEach((filter, name) -> {
            checkFilter(filter);
            if (!(name instanceof Value.Text(String text)) || PayloadFormat.of(text).isEmpty()) {
              throw new IllegalArgumentException(
                  "the format of "
                      + filter
                      + " must be one of "
                      + String.join(", ", PayloadFormat.names()));
            }
            formats.put(filter, PayloadFormat.of(text).get());
          });
      default ->
          throw new IllegalArgumentException(
              "formats is a map such as {\"meters/#\": \"number\"}, not " + tree);
    }
    return formats;
  }

  /** The format of a topic. */
  PayloadFormat format(String topic) {
    for (Map.Entry<String, PayloadFormat> each : formats.entrySet()) {
      if (MqttTopic.matches(each.getKey(), topic)) {
        return each.getValue();
      }
    }
    return format;
  }

  boolean enveloped(String topic) {
    return !envelope.isEmpty()
        && envelope.stream().anyMatch(filter -> MqttTopic.matches(filter, topic));
  }

  // --- who is who --------------------------------------------------------------------------------

  private static Optional<Login> login(BridgeSettings settings) {
    Optional<String> user = text(settings, "user");
    Optional<String> file = text(settings, "password_file");
    Optional<String> password = settings.text("password");
    if (file.isPresent() && password.isPresent()) {
      throw new IllegalArgumentException("only one of password and password_file");
    }
    if (user.isEmpty()) {
      if (file.isPresent() || password.isPresent()) {
        throw new IllegalArgumentException("a password needs a user");
      }
      return Optional.empty();
    }
    String secret = file.isPresent() ? firstLine(file.get()) : password.orElse("");
    return Optional.of(new Login(user.get(), secret));
  }

  private static String firstLine(String file) {
    try {
      Path path = Path.of(file);
      if (Files.size(path) > MAX_PASSWORD_BYTES) {
        throw new IllegalArgumentException(file + " is too long for a file with a password");
      }
      return Files.readString(path).lines().findFirst().orElse("");
    } catch (IOException | InvalidPathException e) {
      throw new IllegalArgumentException(
          "cannot read the password file " + file + ": " + e.getMessage(), e);
    }
  }

  /** Who asks for TLS must not be left without it. */
  private static void checkTls(BridgeSettings settings, URI broker) {
    if (scheme(broker).tls) {
      return;
    }
    ClientTlsSettings.given(settings)
        .ifPresent(name -> {
          throw new IllegalArgumentException(
              name + " is for a broker with TLS, mqtts:// or wss://, not for " + broker);
        });
  }

  // --- where -------------------------------------------------------------------------------------

  enum Scheme {
    MQTT(1883, false, false),
    MQTTS(8883, true, false),
    WS(80, false, true),
    WSS(443, true, true);

    final int port;
    final boolean tls;
    final boolean webSocket;

    Scheme(int port, boolean tls, boolean webSocket) {
      this.port = port;
      this.tls = tls;
      this.webSocket = webSocket;
    }
  }

  /** A URL, or {@code host} and perhaps {@code :port}. */
  static URI broker(String text) {
    URI uri;
    try {
      uri = new URI(text.contains("://") ? text : "mqtt://" + text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "the broker is a URL such as mqtt://localhost:1883, not " + text, e);
    }
    if (uri.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "user and password do not belong into the URL of the broker, where logs would show them");
    }
    scheme(uri);
    if (uri.getHost() == null || uri.getPort() == 0 || uri.getPort() > 65_535) {
      throw new IllegalArgumentException(
          "the broker is a URL such as mqtt://localhost:1883, not " + text);
    }
    return uri;
  }

  Scheme scheme() {
    return scheme(broker);
  }

  private static Scheme scheme(URI broker) {
    return switch (String.valueOf(broker.getScheme()).toLowerCase(Locale.ROOT)) {
      case "mqtt", "tcp" -> Scheme.MQTT;
      case "mqtts", "ssl", "tls" -> Scheme.MQTTS;
      case "ws" -> Scheme.WS;
      case "wss" -> Scheme.WSS;
      default ->
          throw new IllegalArgumentException(
              "the broker is a URL such as mqtt://localhost:1883 (or mqtts, ws, wss), not "
                  + broker);
    };
  }

  int port() {
    return broker.getPort() < 0 ? scheme().port : broker.getPort();
  }

  /** Everything that is subscribed from the start. */
  List<TopicSubscription> subscriptions() {
    List<TopicSubscription> all = new ArrayList<>(topics);
    discovery.ifPresent(prefix -> {
      add(all, new TopicSubscription(prefix + "/+/+/config", 1));
      add(all, new TopicSubscription(prefix + "/+/+/+/config", 1));
    });
    for (String group : sparkplug) {
      add(all, new TopicSubscription("spBv1.0/" + group + "/#", 0));
    }
    for (ExposedSignal signal : exposed) {
      signal.commandTopic().ifPresent(topic -> add(all, new TopicSubscription(topic, 1)));
      signal
          .brightness()
          .ifPresent(path ->
              add(all, new TopicSubscription(ExposedSignal.topic(path) + ExposedSignal.SET, 1)));
    }
    return all;
  }

  /** Not twice what {@code #} brings already: some brokers send a message for each filter. */
  private void add(List<TopicSubscription> all, TopicSubscription more) {
    if (!covers(more.filter())) {
      all.add(more);
    }
  }

  /** Whether the subscribed topics bring all that a filter takes. */
  boolean covers(String filter) {
    // A wildcard of the narrower filter is a level like another, unless the wider one ends there.
    return topics.stream()
        .map(TopicSubscription::filter)
        .anyMatch(wide ->
            !MqttTopic.isShared(wide)
                && (wide.equals(filter) || MqttTopic.matches(wide, filter.replace('#', '+')))
                && (!filter.endsWith("#") || wide.endsWith("#")));
  }

  /** Whether a topic is one that the user asked for, and not only a preset. */
  boolean wants(String topic) {
    return topics.stream().anyMatch(each -> MqttTopic.matches(each.filter(), topic));
  }
}
