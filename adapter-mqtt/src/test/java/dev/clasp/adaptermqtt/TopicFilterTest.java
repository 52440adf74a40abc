package dev.clasp.adaptermqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.Namespace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Filters and topics (MQTT 5.0 section 4.7), and what they are in the router. */
class TopicFilterTest {

  @ParameterizedTest
  @CsvSource({
    "sport/tennis/#, sport/tennis, true",
    "sport/tennis/#, sport/tennis/a/b, true",
    "sport/#, sport, true",
    "sport/+, sport, false",
    "sport/+, sport/, true",
    "+/+, /finance, true",
    "/+, /finance, true",
    "+, /finance, false",
    "#, $SYS/a, false",
    "+/a, $SYS/a, false",
    "$SYS/#, $SYS/a, true",
    "a//b, a//b, true",
    "a/+/b, a//b, true",
    "a, A, false",
    "$share/g/a/+, a/b, true"
  })
  void matchesByTheStandard(String filter, String topic, boolean matches) {
    assertThat(TopicFilter.parse(filter).orElseThrow().matches(topic)).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a#",
        "#/a",
        "a/#/b",
        "+a",
        "a/b+",
        "$share/g",
        "$share//a",
        "$share/+/a",
        "$share/g+/a"
      })
  void isNoFilter(String text) {
    assertThat(TopicFilter.parse(text)).isEmpty();
  }

  @Test
  void aGroupHasAShortName() {
    assertThat(TopicFilter.parse("$share/" + "g".repeat(256) + "/a")).isPresent();
    assertThat(TopicFilter.parse("$share/" + "g".repeat(257) + "/a")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "sensors/+/temp, /mqtt/sensors/*/temp",
    "sensors/#, /mqtt/sensors/**",
    "#, /mqtt/**",
    "/a, /mqtt/*/a",
    "a/, /mqtt/a/",
    "50%, /mqtt/50%25"
  })
  void isAPattern(String filter, String pattern) {
    assertThat(TopicFilter.parse(filter).orElseThrow().patterns("/mqtt", true))
        .containsExactly(pattern);
  }

  @Test
  void topicsAreAddressesAndBack() {
    Topics topics = new Topics(new Namespace("/mqtt"));
    for (String topic :
        new String[] {"a/b", "/a", "a/", "a//b", "50%", "a*b", "%2A", "x\u0001\u0085y"}) {
      assertThat(topics.topic(topics.address(topic))).contains(topic);
    }
    assertThat(topics.topic("/mqttx/a")).isEmpty();
    assertThat(topics.topic("/mqtt/a+b")).isEmpty();
    assertThat(new Topics(new Namespace("")).topic("/lights/1")).contains("lights/1");
  }
}
