package dev.clasp.bridgemqtt;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttTopicFilter;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3Client;
import com.hivemq.client.mqtt.mqtt3.message.auth.Mqtt3SimpleAuth;
import com.hivemq.client.mqtt.mqtt3.message.connect.Mqtt3Connect;
import com.hivemq.client.mqtt.mqtt3.message.connect.Mqtt3ConnectBuilder;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import com.hivemq.client.mqtt.mqtt3.message.subscribe.Mqtt3Subscription;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** By MQTT 3.1.1. */
final class Mqtt3Broker implements Broker {

  private final MqttConfig config;
  private final Connecting connecting;
  private final Mqtt3AsyncClient client;

  Mqtt3Broker(Connecting connecting) {
    this.config = connecting.config();
    this.connecting = connecting;
    this.client = connecting.configure(Mqtt3Client.builder()).buildAsync();
  }

  @Override
  public void start(Listener listener) {
    connecting.listen(
        listener,
        () ->
            client.publishes(
                MqttGlobalPublishFilter.ALL, message -> listener.message(letter(message))),
        () -> client.disconnect());
    Mqtt3ConnectBuilder connect =
        Mqtt3Connect.builder()
            .cleanSession(config.sessionExpiry().isZero())
            .keepAlive((int) config.keepAlive().toSeconds());
    if (config.login().isPresent()) {
      MqttConfig.Login login = config.login().get();
      connect =
          connect.simpleAuth(
              Mqtt3SimpleAuth.builder()
                  .username(login.user())
                  .password(login.password().getBytes(StandardCharsets.UTF_8))
                  .build());
    }
    if (config.statusTopic().isPresent()) {
      connect =
          connect.willPublish(
              Mqtt3Publish.builder()
                  .topic(config.statusTopic().get())
                  .qos(Connecting.qos(config.qos()))
                  .retain(true)
                  .payload(MqttEndpoint.offline())
                  .build());
    }
    // A failure is told as the end of a connection.
    client.connect(connect.build()).exceptionally(_ -> null);
  }

  private static Letter letter(Mqtt3Publish message) {
    return new Letter(
        message.getTopic().toString(),
        message.getPayloadAsBytes(),
        message.getQos().getCode(),
        message.isRetain(),
        false);
  }

  @Override
  public CompletableFuture<Void> subscribe(List<TopicSubscription> subscriptions) {
    List<Mqtt3Subscription> all =
        subscriptions.stream()
            .map(each ->
                Mqtt3Subscription.builder()
                    .topicFilter(each.filter())
                    .qos(Connecting.qos(each.qos()))
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
    return client
        .publishWith()
        .topic(letter.topic())
        .qos(Connecting.qos(letter.qos()))
        .retain(letter.retain())
        .payload(letter.payload())
        .send()
        .thenAccept(_ -> {});
  }

  @Override
  public boolean echoes() {
    return true;
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
