package dev.clasp.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.AddressPattern;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MqttTopicTest {

  @ParameterizedTest
  @CsvSource({
    "sensors/temp,sensors/temp",
    "/a,/a",
    "$SYS/uptime,$SYS/uptime",
    "50%,50%25",
    "a*b,a%2Ab",
    "%2A,%252A",
    "a?[b],a?[b]",
  })
  void topicsAreParts(String topic, String part) {
    assertThat(MqttTopic.escaped(topic)).isEqualTo(part);
    assertThat(MqttTopic.unescaped(part)).isEqualTo(topic);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a+b", "#", "a/+", "a\0"})
  void someTextsAreNoTopics(String text) {
    assertThat(MqttTopic.isName(text)).isFalse();
  }

  @Test
  void aTopicHasNoMoreBytesThanItsLengthCanSay() {
    assertThat(MqttTopic.isName("x".repeat(65_535))).isTrue();
    assertThat(MqttTopic.isName("x".repeat(65_536))).isFalse();
    assertThat(MqttTopic.isName("é".repeat(32_768))).isFalse();
  }

  @Test
  void aPercentSignThatIsNoEscapeStaysOne() {
    assertThat(MqttTopic.unescaped("100%")).isEqualTo("100%");
    assertThat(MqttTopic.unescaped("%zz")).isEqualTo("%zz");
  }

  @Test
  void everyTopicComesBackAsItWas() {
    Random random = new Random(7);
    String alphabet = "ab/%*2A5\u0001\u0085\u00e9\u2603$ ";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder topic = new StringBuilder();
      for (int n = 1 + random.nextInt(8); n > 0; n--) {
        topic.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      String part = MqttTopic.escaped(topic.toString());
      assertThat(MqttTopic.unescaped(part)).as(part).isEqualTo(topic.toString());
      assertThat(part).doesNotContain("*");
      assertThat(AddressPattern.parse("/mqtt/**").matches("/mqtt/" + part)).as(part).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "a/b,a/b,true",
    "a/+,a/b,true",
    "a/+,a/b/c,false",
    "a/+,a/,true",
    "a/#,a,true",
    "a/#,a/b/c,true",
    "a/#,ab,false",
    "#,a/b,true",
    "#,$SYS/x,false",
    "+/x,$SYS/x,false",
    "$SYS/#,$SYS/x,true",
    "+,/a,false",
    "/+,/a,true",
    "+/+,/a,true",
    "$share/g/a/#,a/b,true",
  })
  void filtersTakeTopics(String filter, String topic, boolean takes) {
    assertThat(MqttTopic.matches(filter, topic)).isEqualTo(takes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a#",
        "a/#/b",
        "a+/b",
        "$share/g",
        "$share/",
        "$share",
        "$share//x",
        "$share/g+/x",
        "$share/#/x"
      })
  void someTextsAreNoFilters(String text) {
    assertThat(MqttTopic.isFilter(text)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"#", "+", "a/+/b/#", "/", "$SYS/#", "$share/g/a/+", "$shared/x"})
  void othersAre(String text) {
    assertThat(MqttTopic.isFilter(text)).isTrue();
  }
}
