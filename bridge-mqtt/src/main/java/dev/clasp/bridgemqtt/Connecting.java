package dev.clasp.bridgemqtt;

import com.hivemq.client.mqtt.MqttClientBuilderBase;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttClientSslConfigBuilder;
import com.hivemq.client.mqtt.MqttClientTransportConfig;
import com.hivemq.client.mqtt.MqttClientTransportConfigBuilder;
import com.hivemq.client.mqtt.MqttWebSocketConfig;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.exceptions.ConnectionClosedException;
import com.hivemq.client.mqtt.exceptions.ConnectionFailedException;
import com.hivemq.client.mqtt.exceptions.MqttClientStateException;
import com.hivemq.client.mqtt.exceptions.MqttSessionExpiredException;
import com.hivemq.client.mqtt.lifecycle.MqttClientConnectedContext;
import com.hivemq.client.mqtt.lifecycle.MqttDisconnectSource;
import com.hivemq.client.mqtt.mqtt3.lifecycle.Mqtt3ClientConnectedContext;
import com.hivemq.client.mqtt.mqtt5.lifecycle.Mqtt5ClientConnectedContext;
import dev.clasp.transport.Backoff;
import dev.clasp.transport.ClientTls;
import java.security.KeyStore;
import java.security.Provider;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.TrustManagerFactorySpi;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** How both versions connect: address, TLS, WebSocket, connecting again, and who is told. */
final class Connecting {

  private static final int CONNECT_SECONDS = 10;

  private final MqttConfig config;
  private final Backoff backoff;
  private final RandomGenerator random;
  private volatile Broker.@Nullable Listener listener;
  private volatile @Nullable Runnable receiving;
  private volatile @Nullable Runnable disconnecting;
  private volatile boolean closed;

  /** Only by the thread of the connection. */
  private boolean before;

  Connecting(MqttConfig config, Backoff backoff, RandomGenerator random) {
    this.config = config;
    this.backoff = backoff;
    this.random = random;
  }

  MqttConfig config() {
    return config;
  }

  /**
   * @param receive makes the library tell what comes; it forgets that with a session
   * @param disconnect for a connection that nobody wants any more
   */
  void listen(Broker.Listener newListener, Runnable receive, Runnable disconnect) {
    receive.run();
    receiving = receive;
    disconnecting = disconnect;
    listener = newListener;
  }

  /** No further attempts; the library cannot call off one that is under way, but it ends then. */
  void close() {
    closed = true;
  }

  <B extends MqttClientBuilderBase<B>> B configure(B builder) {
    return builder
        .identifier(config.clientId())
        .transportConfig(transport())
        .addConnectedListener(context -> {
          Runnable disconnect = disconnecting;
          if (closed && disconnect != null) {
            disconnect.run();
            return;
          }
          boolean present = sessionPresent(context);
          Runnable receive = receiving;
          if (before && !present && receive != null) {
            receive.run();
          }
          before = true;
          Broker.Listener l = listener;
          if (l != null) {
            l.connected(present);
          }
        })
        .addDisconnectedListener(context -> {
          if (!closed && context.getSource() != MqttDisconnectSource.USER) {
            context
                .getReconnector()
                .reconnect(true)
                // We do so ourselves, to know when it stands.
                .resubscribeIfSessionExpired(false)
                .delay(
                    backoff
                        .delayNanos(Math.max(0, context.getReconnector().getAttempts() - 1), random)
                        .orElse(backoff.cap().toNanos()),
                    TimeUnit.NANOSECONDS);
          }
          Broker.Listener l = listener;
          if (l != null) {
            l.disconnected(reason(context.getCause()));
          }
        });
  }

  private static boolean sessionPresent(MqttClientConnectedContext context) {
    return switch (context) {
      case Mqtt5ClientConnectedContext five -> five.getConnAck().isSessionPresent();
      case Mqtt3ClientConnectedContext three -> three.getConnAck().isSessionPresent();
      default -> false;
    };
  }

  private MqttClientTransportConfig transport() {
    String host = config.broker().getHost();
    MqttClientTransportConfigBuilder transport =
        MqttClientTransportConfig.builder()
            // The library wants an address of IPv6 without brackets.
            .serverHost(host.startsWith("[") ? host.substring(1, host.length() - 1) : host)
            .serverPort(config.port())
            .socketConnectTimeout(CONNECT_SECONDS, TimeUnit.SECONDS)
            .mqttConnectTimeout(CONNECT_SECONDS, TimeUnit.SECONDS);
    if (config.scheme().tls) {
      transport = transport.sslConfig(tls(config.tls()));
    }
    if (config.scheme().webSocket) {
      String path = config.broker().getPath();
      String query = config.broker().getQuery();
      transport =
          transport.webSocketConfig(
              MqttWebSocketConfig.builder()
                  .serverPath(path.startsWith("/") ? path.substring(1) : path)
                  .queryString(query == null ? "" : query)
                  .build());
    }
    return transport.build();
  }

  private static MqttClientSslConfig tls(ClientTls tls) {
    MqttClientSslConfigBuilder builder =
        MqttClientSslConfig.builder().trustManagerFactory(new OneTrust(tls.trustManager()));
    if (!tls.checksName()) {
      // Else the library lets the engine check it.
      builder = builder.hostnameVerifier((_, _) -> true);
    }
    return tls.identity().isPresent()
        ? builder.keyManagerFactory(tls.identity().get().keyManagers()).build()
        : builder.build();
  }

  /** The library asks for a factory. */
  private static final class OneTrust extends TrustManagerFactory {
    OneTrust(X509TrustManager manager) {
      super(
          new TrustManagerFactorySpi() {
            @Override
            protected void engineInit(@Nullable KeyStore store) {}

            @Override
            protected void engineInit(@Nullable ManagerFactoryParameters parameters) {}

            @Override
            protected TrustManager[] engineGetTrustManagers() {
              return new TrustManager[] {manager};
            }
          },
          new Provider("clasp", "1", "") {
            private static final long serialVersionUID = 1L;
          },
          "clasp");
    }
  }

  static MqttQos qos(int qos) {
    return switch (qos) {
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
