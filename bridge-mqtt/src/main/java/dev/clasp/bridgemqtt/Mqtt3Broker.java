package dev.clasp.bridgemqtt;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
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

/** By MQTT 3.1.1, which brings back what is published where one has subscribed. */
final class Mqtt3Broker implements Broker {

  private final MqttBridgeConfig config;
  private final MqttQos qos;
  private final Reconnecting reconnecting;
  private final Mqtt3AsyncClient client;

  Mqtt3Broker(MqttBridgeConfig config, Reconnecting reconnecting) {
    this.config = config;
    this.qos = Reconnecting.qos(config);
    this.reconnecting = reconnecting;
    this.client = reconnecting.configure(Mqtt3Client.builder(), config).buildAsync();
  }

  @Override
  public void start(Listener listener) {
    reconnecting.listener(listener);
    client.publishes(
        MqttGlobalPublishFilter.ALL,
        message -> listener.message(message.getTopic().toString(), message.getPayloadAsBytes()));
    Mqtt3ConnectBuilder connect =
        Mqtt3Connect.builder().cleanSession(true).keepAlive((int) config.keepAlive().toSeconds());
    if (config.login().isPresent()) {
      MqttBridgeConfig.Login login = config.login().get();
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
                  .qos(qos)
                  .retain(true)
                  .payload(MqttBridge.OFFLINE)
                  .build());
    }
    client
        .connect(connect.build())
        .exceptionally(failure -> {
          listener.disconnected(Reconnecting.reason(failure));
          return null;
        });
  }

  @Override
  public CompletableFuture<Void> subscribe() {
    List<Mqtt3Subscription> subscriptions =
        config.topics().stream()
            .map(filter -> Mqtt3Subscription.builder().topicFilter(filter).qos(qos).build())
            .toList();
    return client.subscribeWith().addSubscriptions(subscriptions).send().thenAccept(_ -> {});
  }

  @Override
  public CompletableFuture<Void> publish(String topic, byte[] payload, boolean retain) {
    return client
        .publishWith()
        .topic(topic)
        .qos(qos)
        .retain(retain)
        .payload(payload)
        .send()
        .thenAccept(_ -> {});
  }

  @Override
  public boolean echoes() {
    return true;
  }

  @Override
  public CompletableFuture<Void> close() {
    return client.disconnect();
  }
}
