package dev.clasp.adaptermqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.Parameter;
import dev.clasp.protocol.Value;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The programs of mosquitto as clients of the router. */
class MosquittoTest {

  @ParameterizedTest
  @CsvSource({
    "mqttv31,0",
    "mqttv311,0",
    "mqttv311,1",
    "mqttv311,2",
    "mqttv5,0",
    "mqttv5,1",
    "mqttv5,2"
  })
  void whatOnePublishesAnotherHears(String version, String qos) throws Exception {
    try (House house = House.open();
        Mosquitto sub =
            Mosquitto.subscribe(
                house.port(),
                "-V",
                version,
                "-q",
                qos,
                "-t",
                "sensors/+/temp",
                "-F",
                "got %t %q %r %p")) {
      assertThat(
              Mosquitto.publish(
                  house.port(), "-V", version, "-q", qos, "-t", "sensors/hall/temp", "-m", "20.50"))
          .isZero();

      assertThat(sub.await("got")).isEqualTo("got sensors/hall/temp " + qos + " 0 20.50");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mqttv311", "mqttv5"})
  void theMainPortTakesThemToo(String version) throws Exception {
    try (House house = House.open();
        Mosquitto sub =
            Mosquitto.subscribe(house.mainPort(), "-V", version, "-t", "#", "-F", "got %t %p")) {
      Mosquitto.publish(house.mainPort(), "-V", version, "-t", "a", "-m", "hello");

      assertThat(sub.await("got")).isEqualTo("got a hello");
    }
  }

  @Test
  void aRetainedMessageIsAParameter() throws Exception {
    try (House house = House.open();
        ClaspClient clasp = house.clasp()) {
      Mosquitto.publish(house.port(), "-q", "1", "-r", "-t", "lamp/level", "-m", "0.50");

      assertThat(
              clasp
                  .get("/mqtt/lamp/level")
                  .get(House.LIMIT_SECONDS, TimeUnit.SECONDS)
                  .map(Parameter::value))
          .contains(Value.of(0.5));
      assertThat(
              Mosquitto.collect(
                  house.port(),
                  "-C",
                  "1",
                  "-W",
                  "20",
                  "-q",
                  "2",
                  "-t",
                  "lamp/#",
                  "-F",
                  "%t %q %r %p"))
          .containsExactly("lamp/level 1 1 0.50");
    }
  }

  @Test
  void anEmptyRetainedMessageDeletesTheParameter() throws Exception {
    try (House house = House.open()) {
      Mosquitto.publish(house.port(), "-q", "1", "-r", "-t", "lamp/level", "-m", "1");
      assertThat(house.server.router().parameterCount()).isEqualTo(1);

      Mosquitto.publish(house.port(), "-q", "1", "-r", "-n", "-t", "lamp/level");

      House.eventually(() -> house.server.router().parameterCount() == 0);
    }
  }
}
