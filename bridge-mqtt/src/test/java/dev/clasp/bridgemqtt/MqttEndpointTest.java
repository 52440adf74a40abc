package dev.clasp.bridgemqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.exceptions.MqttClientStateException;
import dev.clasp.bridge.BridgeHost;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MqttEndpointTest {

  private final MqttProvider provider = new MqttProvider();
  private final FakeBroker broker = new FakeBroker();

  private static final class FakeBroker implements Broker {
    final List<String> published = new ArrayList<>();
    final List<Letter> letters = new ArrayList<>();
    final List<String> subscriptions = new ArrayList<>();
    final List<String> takenBack = new ArrayList<>();
    final CompletableFuture<Void> subscribed = new CompletableFuture<>();
    boolean echoes;
    boolean gone;
    boolean stopped;
    boolean closed;
    Listener listener =
        new Listener() {
          @Override
          public void message(Letter letter) {}

          @Override
          public void connected(boolean sessionPresent) {}

          @Override
          public void disconnected(String why) {}
        };

    @Override
    public void start(Listener value) {
      listener = value;
    }

    @Override
    public CompletableFuture<Void> subscribe(List<TopicSubscription> all) {
      all.forEach(each -> subscriptions.add(each.filter() + ":" + each.qos()));
      return subscribed;
    }

    @Override
    public CompletableFuture<Void> unsubscribe(List<String> filters) {
      takenBack.addAll(filters);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void stopConnecting() {
      stopped = true;
    }

    @Override
    public CompletableFuture<Void> publish(Letter letter) {
      if (gone) {
        return CompletableFuture.failedFuture(new MqttClientStateException("gone"));
      }
      letters.add(letter);
      published.add(
          letter.topic()
              + "="
              + new String(letter.payload(), UTF_8)
              + (letter.retain() ? " retained" : ""));
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

    void message(String topic, String payload) {
      message(topic, payload, false);
    }

    void message(String topic, String payload, boolean retain) {
      listener.message(new Letter(topic, payload.getBytes(UTF_8), 0, retain, false));
    }
  }

  private final FakeContext context = new FakeContext();
  private final List<String> said = context.said;

  private MqttEndpoint endpoint(Map<String, Value> settings) {
    return new MqttEndpoint(
        MqttConfig.of(BridgeSettings.of(provider.settings(), settings)), broker, context);
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
    broker.listener.connected(false);
    broker.message("sensors/temp", "21.5");
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
    broker.listener.connected(false);
    broker.gone = true;
    endpoint.send(parcel("/a", SignalType.PARAM, Value.of(1)));
    endpoint.send(parcel("/a", SignalType.PARAM, Value.of(2)));
    broker.listener.disconnected("cable");
    broker.gone = false;
    broker.listener.connected(false);
    assertThat(said).containsExactly("down", "up", "down", "up");
    assertThat(broker.published).containsExactly("a=2 retained");
  }

  @Test
  void aBrokerThatEchoesIsHeardOnce() {
    broker.echoes = true;
    MqttEndpoint endpoint = endpoint(Map.of("version", Value.of("3")));
    endpoint.start();
    broker.listener.connected(false);
    endpoint.send(parcel("/a", SignalType.PARAM, Value.of(1)));
    said.clear();
    broker.message("a", "1");
    assertThat(said).isEmpty();
    context.now += 3_000_000_000L;
    broker.message("a", "1");
    assertThat(said).hasSize(1);
  }

  @Test
  void theStatusIsPublishedWhenTheSubscriptionStands() {
    MqttEndpoint endpoint = endpoint(Map.of("status_topic", Value.of("clasp/status")));
    endpoint.start();
    broker.listener.connected(false);
    assertThat(broker.published).isEmpty();
    broker.subscribed.complete(null);
    assertThat(broker.published).containsExactly("clasp/status=online retained");
    broker.message("clasp/status", "online");
    endpoint.close();
    endpoint.close();
    assertThat(broker.published).last().isEqualTo("clasp/status=offline retained");
    assertThat(broker.closed).isTrue();
    assertThat(said).containsExactly("down", "up");
  }

  @Test
  void aGoodbyeThatFailsDoesNotLeaveTheConnectionOpen() {
    MqttEndpoint endpoint = endpoint(Map.of("status_topic", Value.of("clasp/status")));
    endpoint.start();
    broker.listener.connected(false);
    broker.gone = true;
    endpoint.close();
    assertThat(broker.stopped).isTrue();
    assertThat(broker.closed).isTrue();
  }

  @Test
  void whoConnectsAfterTheEndSaysNothing() {
    MqttEndpoint endpoint = endpoint(Map.of("status_topic", Value.of("clasp/status")));
    endpoint.start();
    endpoint.close();
    broker.listener.connected(false);
    broker.subscribed.complete(null);
    assertThat(said).containsExactly("down");
    assertThat(broker.published).isEmpty();
    assertThat(broker.subscriptions).isEmpty();
  }

  @Test
  void withoutPublishNothingIsPublished() {
    MqttEndpoint endpoint =
        endpoint(
            Map.of(
                "publish", Value.FALSE,
                "client_id", Value.of("stage"),
                "sparkplug", Value.of("+"),
                "expose",
                    Value.of(
                        List.of(
                            Value.of(
                                Map.of(
                                    "address", Value.of("/a"),
                                    "component", Value.of("switch")))))));
    endpoint.start();
    broker.listener.connected(false);
    broker.subscribed.complete(null);
    // A message that follows from no birth.
    broker.message("spBv1.0/g/NDATA/n", "");
    broker.message("a/set", "true");
    assertThat(said).contains("PARAM /a " + Value.TRUE);
    assertThat(broker.published).isEmpty();
  }

  private static final String PUMP =
      "{\"name\":\"Pump\",\"stat_t\":\"t/stat\",\"cmd_t\":\"t/cmnd\"}";

  @Test
  void ordersToDevicesAreNotRepeatedAndNoTopicsOfTheirOwn() {
    MqttEndpoint endpoint =
        endpoint(Map.of("discovery", Value.TRUE, "sparkplug", Value.of("+"), "retain", Value.TRUE));
    endpoint.start();
    broker.listener.connected(false);
    assertThat(endpoint.repeats("/lamp")).isTrue();
    assertThat(endpoint.repeats("/devices/pump")).isFalse();
    assertThat(endpoint.repeats("/spBv1.0/g/n/m")).isFalse();
    said.clear();
    endpoint.send(parcel("/devices/pump", SignalType.PARAM, Value.TRUE));
    assertThat(broker.published).isEmpty();
    assertThat(said).containsExactly("dropped /devices/pump is nothing that a device has told of");
    broker.message("homeassistant/switch/pump/config", PUMP, true);
    endpoint.send(parcel("/devices/pump", SignalType.PARAM, Value.TRUE));
    assertThat(broker.published).containsExactly("t/cmnd=ON");
    endpoint.send(parcel("/devices/pump", SignalType.PARAM, Value.NULL));
    assertThat(broker.published).as("nobody has switched it off").hasSize(1);
  }

  @Test
  void aStateThatNoDeviceTellsOfAnyMoreIsNotSubscribedAnyMore() {
    MqttEndpoint endpoint =
        endpoint(Map.of("discovery", Value.TRUE, "topics", Value.of(List.of())));
    endpoint.start();
    broker.listener.connected(false);
    broker.message("homeassistant/switch/pump/config", PUMP, true);
    assertThat(broker.subscriptions).last().isEqualTo("t/stat:0");
    broker.message("homeassistant/switch/pump/config", PUMP, true);
    assertThat(broker.takenBack).isEmpty();
    broker.message("homeassistant/switch/pump/config", "", true);
    assertThat(broker.takenBack).containsExactly("t/stat");
    broker.listener.disconnected("cable");
    broker.subscriptions.clear();
    broker.listener.connected(false);
    assertThat(broker.subscriptions).isNotEmpty().doesNotContain("t/stat:0");
  }

  @Test
  void itDoesNotDiscoverWhatItExposesItself() {
    broker.echoes = true;
    MqttEndpoint endpoint =
        endpoint(
            Map.of(
                "discovery", Value.TRUE,
                "client_id", Value.of("stage"),
                "expose",
                    Value.of(
                        List.of(
                            Value.of(
                                Map.of(
                                    "address", Value.of("/a"),
                                    "component", Value.of("switch")))))));
    endpoint.start();
    broker.listener.connected(false);
    broker.subscribed.complete(null);
    Letter own = broker.letters.getFirst();
    broker.listener.message(own);
    assertThat(endpoint.details()).containsEntry("discovered", Value.of(0));
  }

  @Test
  void partsOfSecondsAreNotNever() {
    assertThat(
            MqttConfig.of(
                BridgeSettings.of(
                    provider.settings(),
                    Map.of(
                        "keep_alive", Value.of("500ms"),
                        "client_id", Value.of("me"),
                        "session_expiry", Value.of("1500ms")))))
        .satisfies(config -> {
          assertThat(config.keepAlive()).isEqualTo(Duration.ofSeconds(1));
          assertThat(config.sessionExpiry()).isEqualTo(Duration.ofSeconds(2));
        });
  }

  @Test
  void settingsOfTlsAreNotIgnoredWithoutIt() {
    for (Map<String, Value> wrong :
        List.<Map<String, Value>>of(
            Map.of("insecure", Value.TRUE),
            Map.of("ca", Value.of("ca.pem")),
            Map.of("broker", Value.of("ws://x"), "fingerprint", Value.of("12")))) {
      assertThatThrownBy(() -> endpoint(wrong))
          .isInstanceOf(BridgeException.class)
          .hasMessageContaining("is for a broker with TLS, mqtts:// or wss://, not for");
    }
  }

  @Test
  void settingsThatDoNotFitAreNamed() {
    assertThatThrownBy(() -> endpoint(Map.of("qos", Value.of(3))))
        .isInstanceOf(BridgeException.class)
        .hasMessage("qos must be 0 to 2, not 3");
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

  @Test
  void inTheProfileStandardWhatIsRetainedIsAParameterAndTheRestAreEvents() {
    context.profile = TypeProfile.STANDARD;
    MqttEndpoint endpoint = endpoint(Map.of());
    assertThat(endpoint.stateful()).isTrue();
    endpoint.start();
    broker.listener.connected(false);
    broker.message("button", "pressed");
    broker.message("lamp", "on", true);
    // A broker of 3.1.1 does not say so again.
    broker.message("lamp", "off");
    broker.message("lamp", "");
    broker.message("lamp", "on");
    assertThat(said)
        .containsExactly(
            "down",
            "up",
            "EVENT /button " + Value.of("pressed"),
            "PARAM /lamp " + Value.of("on"),
            "PARAM /lamp " + Value.of("off"),
            "PARAM /lamp " + Value.NULL,
            "EVENT /lamp " + Value.of("on"));
    assertThat(context.signals.get(3).hints()).containsEntry("ttl", Value.of(0));
    endpoint.send(parcel("/fader", SignalType.PARAM, Value.of(0.5)));
    endpoint.send(parcel("/go", SignalType.EVENT, Value.TRUE));
    endpoint.send(parcel("/fader", SignalType.PARAM, Value.NULL));
    assertThat(broker.published)
        .containsExactly("fader=0.5 retained", "go=true", "fader= retained");
  }

  @Test
  void aRuleSaysHowItsMessagesAreSent() {
    MqttEndpoint endpoint = endpoint(Map.of());
    endpoint.start();
    broker.listener.connected(false);
    endpoint.send(
        Parcel.of(
            new MappedSignal(
                "/a",
                SignalType.PARAM,
                Value.of("x"),
                Map.of(
                    "qos", Value.of(2),
                    "retain", Value.TRUE,
                    "format", Value.of("json"),
                    "content_type", Value.of("text/json"),
                    "expiry", Value.of(60)))));
    Letter letter = broker.letters.getFirst();
    assertThat(new String(letter.payload(), UTF_8)).isEqualTo("\"x\"");
    assertThat(letter.qos()).isEqualTo(2);
    assertThat(letter.retain()).isTrue();
    assertThat(letter.properties().contentType()).contains("text/json");
    assertThat(letter.properties().expiry()).hasValue(60);
  }

  @Test
  void eachTopicHasItsFormatAndWhatDoesNotFitIsDropped() {
    MqttEndpoint endpoint =
        endpoint(
            Map.of(
                "formats",
                Value.of(Map.of("meters/#", Value.of("number"), "raw/+", Value.of("bytes"))),
                "max_payload",
                Value.of(10)));
    endpoint.start();
    broker.listener.connected(false);
    said.clear();
    broker.message("meters/1", "21.5 kWh");
    broker.message("meters/1", "unknown");
    broker.message("raw/1", "5");
    broker.message("long", "12345678901");
    assertThat(said)
        .containsExactly(
            "PARAM /meters/1 " + Value.of(21.5),
            "dropped meters/1 brought something that is not number",
            "PARAM /raw/1 " + Value.of("5".getBytes(UTF_8)),
            "dropped long brought 11 bytes, more than max_payload (10)");
  }

  @Test
  void subscriptionsAreMadeAgainUnlessTheBrokerRemembersThem() {
    MqttEndpoint endpoint =
        endpoint(
            Map.of(
                "topics", Value.of("sensors/#:1,$share/group/lights/+,a:b"), "qos", Value.of(2)));
    endpoint.start();
    broker.listener.connected(false);
    assertThat(broker.subscriptions)
        .containsExactly("sensors/#:1", "$share/group/lights/+:2", "a:b:2");
    broker.listener.disconnected("cable");
    broker.listener.connected(true);
    assertThat(broker.subscriptions).hasSize(3);
    broker.listener.disconnected("cable");
    broker.listener.connected(false);
    assertThat(broker.subscriptions).hasSize(6);
  }

  @Test
  void anEnvelopeKeepsWhatMqttSaysBesideThePayload() {
    MqttEndpoint endpoint = endpoint(Map.of("envelope", Value.of("rpc/#")));
    endpoint.start();
    broker.listener.connected(false);
    Letter.Properties properties =
        new Letter.Properties(
            Optional.of("application/json"),
            Optional.of("rpc/answer"),
            Optional.of(new Value.Bytes(new byte[] {1, 2})),
            List.of(Map.entry("a", "1"), Map.entry("a", "2")),
            OptionalLong.of(30),
            true);
    broker.listener.message(
        new Letter("rpc/call", "7".getBytes(UTF_8), 1, false, false, properties));
    MappedSignal signal = context.signals.getFirst();
    assertThat(signal.value())
        .isEqualTo(
            Value.of(
                Map.of(
                    "payload", Value.of(7),
                    "qos", Value.of(1),
                    "retain", Value.FALSE,
                    "content_type", Value.of("application/json"),
                    "response_topic", Value.of("rpc/answer"),
                    "correlation", Value.of(new byte[] {1, 2}),
                    "expiry", Value.of(30),
                    "properties",
                        Value.of(
                            List.of(
                                Value.of(List.of(Value.of("a"), Value.of("1"))),
                                Value.of(List.of(Value.of("a"), Value.of("2"))))))));
    assertThat(signal.hints()).containsEntry("ttl", Value.of(30));
    endpoint.send(parcel("/rpc/call", SignalType.PARAM, signal.value()));
    Letter back = broker.letters.getFirst();
    assertThat(new String(back.payload(), UTF_8)).isEqualTo("7");
    assertThat(back.qos()).isEqualTo(1);
    assertThat(back.properties())
        .isEqualTo(
            new Letter.Properties(
                properties.contentType(),
                properties.responseTopic(),
                properties.correlation(),
                properties.user(),
                properties.expiry(),
                false));
  }

  @Test
  void whatIsExposedIsFoundByHomeAssistantAndTakesItsCommands() {
    MqttEndpoint endpoint =
        endpoint(
            Map.of(
                "client_id", Value.of("stage.1"),
                "topics", Value.of(List.of()),
                "expose",
                    Value.of(
                        List.of(
                            Value.of(
                                Map.of(
                                    "address", Value.of("/stage/dimmer"),
                                    "component", Value.of("number"),
                                    "max", Value.of(100))),
                            Value.of(
                                Map.of(
                                    "address", Value.of("/cue/go"),
                                    "component", Value.of("button")))))));
    endpoint.start();
    broker.listener.connected(false);
    assertThat(broker.subscriptions).containsExactly("stage/dimmer/set:1", "cue/go/set:1");
    broker.subscribed.complete(null);
    assertThat(broker.published)
        .hasSize(3)
        .anySatisfy(line ->
            assertThat(line)
                .startsWith("homeassistant/number/stage_1/stage_dimmer/config={")
                .contains("\"state_topic\":\"stage/dimmer\"")
                .contains("\"command_topic\":\"stage/dimmer/set\"")
                .contains("\"availability_topic\":\"clasp/stage.1/status\"")
                .contains("\"max\":100")
                .endsWith("} retained"))
        .last()
        .isEqualTo("clasp/stage.1/status=online retained");
    said.clear();
    broker.message("stage/dimmer/set", "42");
    broker.message("cue/go/set", "PRESS");
    assertThat(said)
        .containsExactly("PARAM /stage/dimmer " + Value.of(42), "EVENT /cue/go " + Value.NULL);
    assertThat(broker.published).last().isEqualTo("stage/dimmer=42 retained");
  }

  @Test
  void settingsThatMakeNoSenseAreRefused() {
    for (Map<String, Value> wrong :
        List.<Map<String, Value>>of(
            Map.of("topics", Value.of("a#")),
            Map.of("session_expiry", Value.of("1h")),
            Map.of("topics", Value.of(List.of()), "publish", Value.FALSE),
            Map.of("password", Value.of("secret")),
            Map.of("cert", Value.of("only.pem")),
            Map.of("ca", Value.of("/does/not/exist.pem")),
            Map.of("fingerprint", Value.of("12")),
            Map.of("status_topic", Value.of("a/#")),
            Map.of("formats", Value.of(Map.of("#", Value.of("xml")))),
            Map.of("expose", Value.of(List.of(Value.of(Map.of("address", Value.of("/x")))))),
            Map.of("broker", Value.of("mqtt://user:secret@host")))) {
      assertThatThrownBy(() -> endpoint(wrong))
          .as(wrong.toString())
          .isInstanceOfSatisfying(BridgeException.class, e -> assertThat(e.lasting()).isTrue())
          .message()
          .isNotBlank()
          .doesNotContain("secret@");
    }
  }
}
