package dev.clasp.bridgemqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.Namespace;
import dev.clasp.protocol.AddressPattern;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {

  private final Topics topics = new Topics(Namespace.parse("/mqtt"));

  @ParameterizedTest
  @CsvSource({
    "sensors/temp,/mqtt/sensors/temp",
    "/a,/mqtt//a",
    "$SYS/uptime,/mqtt/$SYS/uptime",
    "50%,/mqtt/50%25",
    "a*b,/mqtt/a%2Ab",
    "%2A,/mqtt/%252A",
    "a?[b],/mqtt/a?[b]",
  })
  void topicsHaveAddresses(String topic, String address) {
    assertThat(topics.address(topic)).isEqualTo(address);
    assertThat(topics.topic(address)).contains(topic);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/other/x", "/mqtt", "/mqtt/", "/mqttx/a", "/mqtt/a+b", "/mqtt/#", "/mqtt/%00"})
  void someAddressesHaveNoTopic(String address) {
    assertThat(topics.topic(address)).isEmpty();
  }

  @Test
  void aPercentSignThatIsNoEscapeStaysOne() {
    assertThat(topics.topic("/mqtt/100%")).contains("100%");
    assertThat(topics.topic("/mqtt/%zz")).contains("%zz");
  }

  @Test
  void everyTopicComesBackAsItWas() {
    Random random = new Random(7);
    String alphabet = "ab/%*2A5\u0001\u00e9\u2603$ ";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder topic = new StringBuilder();
      for (int n = 1 + random.nextInt(8); n > 0; n--) {
        topic.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      String address = topics.address(topic.toString());
      assertThat(topics.topic(address)).as(address).contains(topic.toString());
      assertThat(address).doesNotContain("*");
      assertThat(AddressPattern.parse("/mqtt/**").matches(address)).as(address).isTrue();
    }
  }
}
