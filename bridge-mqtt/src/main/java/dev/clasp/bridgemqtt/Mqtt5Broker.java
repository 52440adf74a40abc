package dev.clasp.bridgemqtt;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5SimpleAuth;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** By MQTT 5. */
final class Mqtt5Broker implements Broker {

  private final MqttBridgeConfig config;
  private final MqttQos qos;
  private final Reconnecting reconnecting;
  private final Mqtt5AsyncClient client;

  Mqtt5Broker(MqttBridgeConfig config, Reconnecting reconnecting) {
    this.config = config;
    this.qos = Reconnecting.qos(config);
    this.reconnecting = reconnecting;
    this.client = reconnecting.configure(Mqtt5Client.builder(), config).buildAsync();
  }

  @Override
  public void start(Listener listener) {
    reconnecting.listener(listener);
    client.publishes(
        MqttGlobalPublishFilter.ALL,
        message -> listener.message(message.getTopic().toString(), message.getPayloadAsBytes()));
    Mqtt5ConnectBuilder connect =
        Mqtt5Connect.builder().cleanStart(true).keepAlive((int) config.keepAlive().toSeconds());
    if (config.login().isPresent()) {
      MqttBridgeConfig.Login login = config.login().get();
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
    List<Mqtt5Subscription> subscriptions =
        config.topics().stream()
            .map(filter ->
                Mqtt5Subscription.builder().topicFilter(filter).qos(qos).noLocal(true).build())
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
        .thenAccept(result -> result.getError().ifPresent(Reconnecting::fail));
  }

  @Override
  public boolean echoes() {
    return false;
  }

  @Override
  public CompletableFuture<Void> close() {
    return client.disconnect();
  }
}
