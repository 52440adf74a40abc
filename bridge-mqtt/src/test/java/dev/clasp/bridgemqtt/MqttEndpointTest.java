package dev.clasp.bridgemqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.exceptions.MqttClientStateException;
import dev.clasp.bridge.BridgeHost;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MqttEndpointTest {

  private final MqttProvider provider = new MqttProvider();
  private final List<String> said = new ArrayList<>();
  private final FakeBroker broker = new FakeBroker();
  private long now = 1;

  private final class FakeBroker implements Broker {
    final List<String> published = new ArrayList<>();
    final CompletableFuture<Void> subscribed = new CompletableFuture<>();
    boolean echoes;
    boolean gone;
    boolean closed;
    Listener listener =
        new Listener() {
          @Override
          public void message(String topic, byte[] payload) {}

          @Override
          public void connected() {}

          @Override
          public void disconnected(String why) {}
        };

    @Override
    public void start(Listener value) {
      listener = value;
    }

    @Override
    public CompletableFuture<Void> subscribe() {
      return subscribed;
    }

    @Override
    public CompletableFuture<Void> publish(String topic, byte[] payload, boolean retain) {
      if (gone) {
        return CompletableFuture.failedFuture(new MqttClientStateException("gone"));
      }
      published.add(topic + "=" + new String(payload, UTF_8) + (retain ? " retained" : ""));
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public boolean echoes() {
      return echoes;
    }

    @Override
    public CompletableFuture<Void> close() {
      closed = true;
      return CompletableFuture.completedFuture(null);
    }
  }

  private final EndpointContext context =
      new EndpointContext() {
        @Override
        public String name() {
          return "test";
        }

        @Override
        public void receive(Parcel parcel) {
          parcel.signals().forEach(s -> said.add(s.type() + " " + s.address() + " " + s.value()));
        }

        @Override
        public void up(String how) {
          said.add("up");
        }

        @Override
        public void down(String why) {
          said.add("down");
        }

        @Override
        public void failed(String why) {
          said.add("failed " + why);
        }

        @Override
        public void error(String what) {
          said.add("error " + what);
        }

        @Override
        public void dropped(String why) {
          said.add("dropped " + why);
        }

        @Override
        public void bytes(long in, long out) {}

        @Override
        public long nanoTime() {
          return now;
        }

        @Override
        public long routerMicros() {
          return 0;
        }

        @Override
        public Runnable schedule(Runnable task, long delayNanos) {
          throw new UnsupportedOperationException();
        }
      };

  private MqttEndpoint endpoint(Map<String, Value> settings) {
    return new MqttEndpoint(
        MqttProvider.config(BridgeSettings.of(provider.settings(), settings)), broker, context);
  }

  private static Parcel parcel(String path, SignalType type, Value value) {
    return Parcel.of(new MappedSignal(path, type, value));
  }

  @Test
  void theHostFindsIt() {
    assertThat(BridgeHost.found()).hasAtLeastOneElementOfType(MqttProvider.class);
  }

  @Test
  void topicsArePathsBothWays() {
    MqttEndpoint endpoint = endpoint(Map.of());
    endpoint.start();
    broker.listener.connected();
    broker.listener.message("sensors/temp", "21.5".getBytes(UTF_8));
    endpoint.send(parcel("/lamp/on", SignalType.PARAM, Value.TRUE));
    endpoint.send(parcel("/go", SignalType.EVENT, Value.NULL));
    endpoint.send(parcel("/bad/+/topic", SignalType.PARAM, Value.of(1)));
    assertThat(said)
        .containsExactly(
            "down",
            "up",
            "PARAM /sensors/temp " + Value.of(21.5),
            "dropped no topic can be called like /bad/+/topic");
    assertThat(broker.published).containsExactly("lamp/on=true", "go=null");
  }

  @Test
  void theLastValueSurvivesALostBroker() {
    MqttEndpoint endpoint = endpoint(Map.of("retain", Value.TRUE));
    assertThat(endpoint.stateful()).isTrue();
    endpoint.start();
    broker.listener.connected();
    broker.gone = true;
    endpoint.send(parcel("/a", SignalType.PARAM, Value.of(1)));
    endpoint.send(parcel("/a", SignalType.PARAM, Value.of(2)));
    broker.listener.disconnected("cable");
    broker.gone = false;
    broker.listener.connected();
    assertThat(said).containsExactly("down", "up", "down", "up");
    assertThat(broker.published).containsExactly("a=2 retained");
  }

  @Test
  void aBrokerThatEchoesIsHeardOnce() {
    broker.echoes = true;
    MqttEndpoint endpoint = endpoint(Map.of("version", Value.of("3")));
    endpoint.start();
    broker.listener.connected();
    endpoint.send(parcel("/a", SignalType.PARAM, Value.of(1)));
    said.clear();
    broker.listener.message("a", "1".getBytes(UTF_8));
    assertThat(said).isEmpty();
    now += 3_000_000_000L;
    broker.listener.message("a", "1".getBytes(UTF_8));
    assertThat(said).hasSize(1);
  }

  @Test
  void theStatusIsPublishedWhenTheSubscriptionStands() {
    MqttEndpoint endpoint = endpoint(Map.of("status_topic", Value.of("clasp/status")));
    endpoint.start();
    broker.listener.connected();
    assertThat(broker.published).isEmpty();
    broker.subscribed.complete(null);
    assertThat(broker.published).containsExactly("clasp/status=online retained");
    broker.listener.message("clasp/status", "online".getBytes(UTF_8));
    endpoint.close();
    endpoint.close();
    assertThat(broker.published).last().isEqualTo("clasp/status=offline retained");
    assertThat(broker.closed).isTrue();
    assertThat(said).containsExactly("down", "up");
  }

  @Test
  void settingsThatDoNotFitAreNamed() {
    assertThatThrownBy(() -> endpoint(Map.of("qos", Value.of(3))))
        .isInstanceOf(BridgeException.class)
        .hasMessage("the QoS is 0, 1 or 2, not 3");
    assertThatThrownBy(() -> endpoint(Map.of("broker", Value.of("http://x"))))
        .isInstanceOf(BridgeException.class)
        .hasMessageContaining("mqtt://localhost:1883");
    assertThat(provider.fromService("broker.local:1884", "", Map.of()))
        .containsEntry("broker", Value.of("mqtt://broker.local:1884"));
  }

  @Test
  void whatWasNeverStartedIsClosedInSilence() {
    endpoint(Map.of()).close();
    assertThat(broker.closed).isFalse();
  }
}
