package dev.clasp.adaptermqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients of others, over everything that MQTT comes in by. */
class LibrariesTest {

  @TempDir private Path folder;

  /** Trusts the certificate of the house and no other. */
  private SSLContext trusting() throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (InputStream in = Files.newInputStream(Doors.certificate(folder))) {
      trusted.setCertificateEntry(
          "house", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  @ParameterizedTest
  @EnumSource
  void pahoOfVersion3(Doors door) throws Exception {
    try (House house = Doors.open(folder)) {
      var client =
          new org.eclipse.paho.client.mqttv3.MqttClient(
              door.pahoUrl(house), "v3", new MemoryPersistence());
      MqttConnectOptions options = new MqttConnectOptions();
      if (door.tls) {
        options.setSocketFactory(trusting().getSocketFactory());
        options.setHttpsHostnameVerificationEnabled(false);
      }
      client.connect(options);
      BlockingQueue<String> heard = new LinkedBlockingQueue<>();
      client.subscribe("a/#", 2, (topic, message) -> heard.add(topic + " " + message));
      client.publish("a/b", "hello".getBytes(StandardCharsets.UTF_8), 2, false);

      assertThat(heard.poll(House.LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo("a/b hello");
      client.disconnect();
      client.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void pahoOfVersion5(Doors door) throws Exception {
    try (House house = Doors.open(folder)) {
      var client =
          new org.eclipse.paho.mqttv5.client.MqttClient(
              door.pahoUrl(house),
              "v5",
              new org.eclipse.paho.mqttv5.client.persist.MemoryPersistence());
      MqttConnectionOptions options = new MqttConnectionOptions();
      if (door.tls) {
        options.setSocketFactory(trusting().getSocketFactory());
        options.setHttpsHostnameVerificationEnabled(false);
      }
      client.connect(options);
      BlockingQueue<String> heard = new LinkedBlockingQueue<>();
      client.setCallback(
          new org.eclipse.paho.mqttv5.client.MqttCallback() {
            @Override
            public void messageArrived(String topic, MqttMessage message) {
              heard.add(topic + " " + message);
            }

            @Override
            public void disconnected(
                org.eclipse.paho.mqttv5.client.MqttDisconnectResponse response) {}

            @Override
            public void mqttErrorOccurred(org.eclipse.paho.mqttv5.common.MqttException exception) {}

            @Override
            public void deliveryComplete(org.eclipse.paho.mqttv5.client.IMqttToken token) {}

            @Override
            public void connectComplete(boolean reconnect, String uri) {}

            @Override
            public void authPacketArrived(
                int reason, org.eclipse.paho.mqttv5.common.packet.MqttProperties properties) {}
          });
      client.subscribe(new MqttSubscription[] {new MqttSubscription("a/+", 1)});
      client.publish("a/b", "hello".getBytes(StandardCharsets.UTF_8), 1, false);

      assertThat(heard.poll(House.LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo("a/b hello");
      client.disconnect();
      client.close();
    }
  }

  /** The package mqtt of npm. */
  @ParameterizedTest
  @CsvSource({
    "TCP, 4",
    "TCP, 5",
    "MAIN_PORT, 4",
    "MAIN_PORT, 5",
    "TLS, 4",
    "TLS, 5",
    "WEB_SOCKET, 4",
    "WEB_SOCKET, 5",
    "WEB_SOCKET_TLS, 4",
    "WEB_SOCKET_TLS, 5"
  })
  void mqttJs(Doors door, int level) throws Exception {
    try (House house = Doors.open(folder);
        Node node = Node.start(door.url(house), level, Doors.certificate(folder))) {
      node.await("connected");
      node.type("{\"subscribe\":\"a/+\",\"qos\":2}");
      node.await("subscribed");
      node.type(
          "{\"publish\":\"a/b\",\"payload\":\"20.50\",\"qos\":2"
              + (level == 5 ? ",\"properties\":{\"userProperties\":{\"k\":\"v\"}}" : "")
              + "}");

      assertThat(node.await("topic"))
          .isEqualTo(
              "{\"topic\":\"a/b\",\"payload\":\"20.50\",\"qos\":2,\"retain\":false"
                  + (level == 5 ? ",\"user\":{\"k\":\"v\"}" : "")
                  + "}");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "TLS, mqttv31",
    "TLS, mqttv311",
    "TLS, mqttv5",
    "MAIN_PORT_TLS, mqttv311",
    "MAIN_PORT_TLS, mqttv5"
  })
  void mosquittoInsideTls(Doors door, String version) throws Exception {
    try (House house = Doors.open(folder)) {
      String certificate = Doors.certificate(folder).toString();
      int port = door.port(house);
      try (Mosquitto sub =
          Mosquitto.subscribe(
              port,
              "-V",
              version,
              "--cafile",
              certificate,
              "-t",
              "#",
              "-q",
              "1",
              "-F",
              "got %t %p")) {
        assertThat(
                Mosquitto.publish(
                    port,
                    "-V",
                    version,
                    "--cafile",
                    certificate,
                    "-q",
                    "1",
                    "-t",
                    "a/b",
                    "-m",
                    "hello"))
            .isZero();

        assertThat(sub.await("got")).isEqualTo("got a/b hello");
      }
    }
  }

  @Test
  void hiveMqOverWebSocketAndTls() throws Exception {
    try (House house = Doors.open(folder)) {
      Mqtt5BlockingClient inside =
          MqttClient.builder()
              .useMqttVersion5()
              .serverHost("127.0.0.1")
              .serverPort(Doors.TLS.port(house))
              .sslConfig()
              .trustManagerFactory(io.netty.handler.ssl.util.InsecureTrustManagerFactory.INSTANCE)
              .hostnameVerifier((_, _) -> true)
              .applySslConfig()
              .buildBlocking();
      Mqtt3BlockingClient web =
          MqttClient.builder()
              .useMqttVersion3()
              .serverHost("127.0.0.1")
              .serverPort(house.mainPort())
              .webSocketWithDefaultConfig()
              .buildBlocking();
      inside.connect();
      web.connect();
      try (var heard = inside.publishes(MqttGlobalPublishFilter.ALL)) {
        inside.subscribeWith().topicFilter("#").qos(MqttQos.EXACTLY_ONCE).send();
        web.publishWith()
            .topic("a/b")
            .qos(MqttQos.EXACTLY_ONCE)
            .payload("hello".getBytes(StandardCharsets.UTF_8))
            .send();
        var message = heard.receive(House.LIMIT_SECONDS, TimeUnit.SECONDS).orElseThrow();
        assertThat(message.getTopic().toString()).isEqualTo("a/b");
        assertThat(new String(message.getPayloadAsBytes(), StandardCharsets.UTF_8))
            .isEqualTo("hello");
      }
      inside.disconnect();
      web.disconnect();
    }
  }

  /** The script mqtt-peer.mjs. */
  private static final class Node implements AutoCloseable {

    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private Node(Process process) {
      this.process = process;
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
              for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(line);
              }
            } catch (IOException e) {
              lines.add("failed: " + e);
            }
          });
    }

    static Node start(String url, int level, Path certificate) throws IOException {
      Path scripts = Path.of("../system-tests/peers/node").toAbsolutePath().normalize();
      assertThat(scripts.resolve("node_modules/mqtt/package.json"))
          .as(
              "the npm package mqtt: run ./verify, which installs the peers, or npm ci in "
                  + scripts)
          .exists();
      return new Node(
          new ProcessBuilder(
                  "node",
                  scripts.resolve("mqtt-peer.mjs").toString(),
                  url,
                  String.valueOf(level),
                  certificate.toString())
              .redirectErrorStream(true)
              .start());
    }

    void type(String line) throws IOException {
      process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    }

    String await(String part) throws InterruptedException {
      List<String> skipped = new ArrayList<>();
      while (true) {
        String line = lines.poll(House.LIMIT_SECONDS, TimeUnit.SECONDS);
        if (line == null) {
          throw new AssertionError("node does not say " + part + ", only " + skipped);
        }
        if (line.contains(part)) {
          return line;
        }
        skipped.add(line);
      }
    }

    @Override
    public void close() {
      process.destroy();
    }
  }
}
