package dev.clasp.bridgemqtt;

import com.hivemq.client.mqtt.MqttClientBuilderBase;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.exceptions.ConnectionClosedException;
import com.hivemq.client.mqtt.exceptions.ConnectionFailedException;
import com.hivemq.client.mqtt.exceptions.MqttClientStateException;
import com.hivemq.client.mqtt.exceptions.MqttSessionExpiredException;
import com.hivemq.client.mqtt.lifecycle.MqttClientAutoReconnect;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How both versions connect: address, TLS, reconnecting, and who is told. */
final class Reconnecting {

  private static final int FIRST_DELAY_MILLIS = 500;
  private static final int MAX_DELAY_SECONDS = 30;

  private volatile Broker.@Nullable Listener listener;

  void listener(Broker.Listener newListener) {
    listener = newListener;
  }

  <B extends MqttClientBuilderBase<B>> B configure(B builder, MqttBridgeConfig config) {
    builder =
        builder
            .identifier(config.clientId())
            .serverHost(config.broker().getHost())
            .serverPort(config.port())
            // The library adds jitter of a quarter and doubles the delay up to the limit.
            .automaticReconnect(
                MqttClientAutoReconnect.builder()
                    .initialDelay(FIRST_DELAY_MILLIS, TimeUnit.MILLISECONDS)
                    .maxDelay(MAX_DELAY_SECONDS, TimeUnit.SECONDS)
                    .build())
            .addConnectedListener(_ -> {
              Broker.Listener l = listener;
              if (l != null) {
                l.connected();
              }
            })
            .addDisconnectedListener(context -> {
              Broker.Listener l = listener;
              if (l != null) {
                l.disconnected(reason(context.getCause()));
              }
            });
    if (config.scheme().tls) {
      builder = builder.sslWithDefaultConfig();
    }
    if (config.scheme().webSocket) {
      String path = config.broker().getPath();
      builder =
          builder
              .webSocketConfig()
              .serverPath(path.startsWith("/") ? path.substring(1) : path)
              .applyWebSocketConfig();
    }
    return builder;
  }

  static MqttQos qos(MqttBridgeConfig config) {
    return switch (config.qos()) {
      case 0 -> MqttQos.AT_MOST_ONCE;
      case 1 -> MqttQos.AT_LEAST_ONCE;
      default -> MqttQos.EXACTLY_ONCE;
    };
  }

  /** Did it fail because there is no connection, and not because the broker refused it? */
  static boolean connectionLost(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof MqttClientStateException
        || cause instanceof ConnectionClosedException
        || cause instanceof ConnectionFailedException
        || cause instanceof MqttSessionExpiredException;
  }

  static String reason(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause.getMessage() == null)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }

  static void fail(Throwable failure) {
    throw new CompletionException(failure);
  }
}
