package dev.clasp.bridgemqtt;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttTopicFilter;
import com.hivemq.client.mqtt.datatypes.MqttUtf8String;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserPropertiesBuilder;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5SimpleAuth;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishBuilder;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import dev.clasp.bridge.MqttTopic;
import dev.clasp.protocol.Value;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** By MQTT 5. */
final class Mqtt5Broker implements Broker {

  /** Bytes of a packet for the longest topic and as much again for properties. */
  private static final int BESIDE_THE_PAYLOAD = 2 * MqttTopic.MAX_BYTES;

  private final MqttConfig config;
  private final Connecting connecting;
  private final Mqtt5AsyncClient client;

  Mqtt5Broker(Connecting connecting) {
    this.config = connecting.config();
    this.connecting = connecting;
    this.client = connecting.configure(Mqtt5Client.builder()).buildAsync();
  }

  @Override
  public void start(Listener listener) {
    connecting.listen(
        listener,
        () ->
            client.publishes(
                MqttGlobalPublishFilter.ALL, message -> listener.message(letter(message))),
        () -> client.disconnect());
    Mqtt5ConnectBuilder connect =
        Mqtt5Connect.builder()
            .cleanStart(config.sessionExpiry().isZero())
            .sessionExpiryInterval(config.sessionExpiry().toSeconds())
            .keepAlive((int) config.keepAlive().toSeconds())
            .restrictions()
            .receiveMaximum(config.receiveMaximum())
            .maximumPacketSize(config.maxPayload() + BESIDE_THE_PAYLOAD)
            .applyRestrictions();
    if (config.login().isPresent()) {
      MqttConfig.Login login = config.login().get();
      connect =
          connect.simpleAuth(
              Mqtt5SimpleAuth.builder()
                  .username(login.user())
                  .password(login.password().getBytes(StandardCharsets.UTF_8))
                  .build());
    }
    if (config.statusTopic().isPresent()) {
      connect =
          connect.willPublish(
              Mqtt5Publish.builder()
                  .topic(config.statusTopic().get())
                  .qos(Connecting.qos(config.qos()))
                  .retain(true)
                  .payload(MqttEndpoint.offline())
                  .build());
    }
    // A failure is told as the end of a connection.
    client.connect(connect.build()).exceptionally(_ -> null);
  }

  private static Letter letter(Mqtt5Publish message) {
    List<Map.Entry<String, String>> user = new ArrayList<>();
    message
        .getUserProperties()
        .asList()
        .forEach(
            each -> user.add(Map.entry(each.getName().toString(), each.getValue().toString())));
    return new Letter(
        message.getTopic().toString(),
        message.getPayloadAsBytes(),
        message.getQos().getCode(),
        message.isRetain(),
        false,
        new Letter.Properties(
            message.getContentType().map(MqttUtf8String::toString),
            message.getResponseTopic().map(Object::toString),
            message.getCorrelationData().map(Mqtt5Broker::bytes),
            user,
            message.getMessageExpiryInterval(),
            message
                .getPayloadFormatIndicator()
                .filter(Mqtt5PayloadFormatIndicator.UTF_8::equals)
                .isPresent()));
  }

  private static Value.Bytes bytes(ByteBuffer buffer) {
    byte[] copy = new byte[buffer.remaining()];
    buffer.duplicate().get(copy);
    return new Value.Bytes(copy);
  }

  @Override
  public CompletableFuture<Void> subscribe(List<TopicSubscription> subscriptions) {
    List<Mqtt5Subscription> all =
        subscriptions.stream()
            .map(each ->
                Mqtt5Subscription.builder()
                    .topicFilter(each.filter())
                    .qos(Connecting.qos(each.qos()))
                    // Forbidden for a shared one (MQTT 5.0 section 3.8.3.1).
                    .noLocal(!MqttTopic.isShared(each.filter()))
                    // So a parameter can be told from an event while it changes.
                    .retainAsPublished(true)
                    .retainHandling(Mqtt5RetainHandling.SEND)
                    .build())
            .toList();
    return client.subscribeWith().addSubscriptions(all).send().thenAccept(_ -> {});
  }

  @Override
  public CompletableFuture<Void> unsubscribe(List<String> filters) {
    return client
        .unsubscribeWith()
        .addTopicFilters(filters.stream().map(MqttTopicFilter::of).toList())
        .send()
        .thenAccept(_ -> {});
  }

  @Override
  public CompletableFuture<Void> publish(Letter letter) {
    Letter.Properties said = letter.properties();
    Mqtt5PublishBuilder.Complete publish =
        Mqtt5Publish.builder()
            .topic(letter.topic())
            .qos(Connecting.qos(letter.qos()))
            .retain(letter.retain())
            .payload(letter.payload());
    if (said.contentType().isPresent()) {
      publish = publish.contentType(said.contentType().get());
    }
    if (said.responseTopic().isPresent()) {
      publish = publish.responseTopic(said.responseTopic().get());
    }
    if (said.correlation().isPresent()) {
      publish = publish.correlationData(said.correlation().get().value());
    }
    if (said.expiry().isPresent()) {
      publish = publish.messageExpiryInterval(said.expiry().getAsLong());
    }
    if (said.utf8()) {
      publish = publish.payloadFormatIndicator(Mqtt5PayloadFormatIndicator.UTF_8);
    }
    if (!said.user().isEmpty()) {
      Mqtt5UserPropertiesBuilder user = Mqtt5UserProperties.builder();
      for (Map.Entry<String, String> each : said.user()) {
        user = user.add(each.getKey(), each.getValue());
      }
      publish = publish.userProperties(user.build());
    }
    return client
        .publish(publish.build())
        .thenAccept(result -> result.getError().ifPresent(Connecting::fail));
  }

  @Override
  public boolean echoes() {
    return config.topics().stream().anyMatch(each -> MqttTopic.isShared(each.filter()));
  }

  @Override
  public void stopConnecting() {
    connecting.close();
  }

  @Override
  public CompletableFuture<Void> close() {
    connecting.close();
    return client.disconnect();
  }
}
