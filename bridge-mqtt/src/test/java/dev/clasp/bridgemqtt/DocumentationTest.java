package dev.clasp.bridgemqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.JsonValues;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.Direction;
import dev.clasp.transform.MappedSignal;
import dev.clasp.transform.Mapping;
import dev.clasp.transform.MappingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The rules for devices in docs/mqtt.md do what stands there. */
class DocumentationTest {

  private static MappingRun rules(String device) throws IOException {
    String page = Files.readString(Path.of("..", "docs", "mqtt.md"));
    String text = page.substring(page.indexOf("**" + device));
    String json = text.split("```json\n", -1)[1];
    return Mapping.parse(
            JsonValues.parse(json.substring(0, json.indexOf("```"))).orElseThrow(), "/mqtt")
        .start();
  }

  private static List<String> in(MappingRun rules, String topic, Value value) {
    return send(rules, Direction.IN, "/" + topic, value);
  }

  private static List<String> out(MappingRun rules, String address, Value value) {
    return send(rules, Direction.OUT, address, value);
  }

  private static List<String> send(MappingRun run, Direction way, String address, Value value) {
    List<String> out = new ArrayList<>();
    run.map(
        way,
        new MappedSignal(address, SignalType.PARAM, value),
        0,
        each -> out.add(each.address() + " " + JsonValues.text(each.value())));
    return out;
  }

  @Test
  void shellyOfTheFirstGeneration() throws IOException {
    MappingRun rules = rules("Shelly, first");
    assertThat(in(rules, "shellies/shelly1-A/relay/0", Value.of("on")))
        .containsExactly("/relays/shelly1-A/0 true");
    assertThat(out(rules, "/relays/shelly1-A/0/set", Value.FALSE))
        .containsExactly("/shellies/shelly1-A/relay/0/command \"off\"");
  }

  @Test
  void shellyOfLaterGenerations() throws IOException {
    MappingRun rules = rules("Shelly, second");
    assertThat(
            in(
                rules,
                "shellyplus1-a/status/switch:0",
                Value.of(Map.of("output", Value.TRUE, "apower", Value.of(8.9)))))
        .containsExactly("/relays/shellyplus1-a/0 true");
    assertThat(out(rules, "/relays/shellyplus1-a/0/set", Value.TRUE))
        .containsExactly("/shellyplus1-a/command/switch:0 \"on\"");
  }

  @Test
  void tasmota() throws IOException {
    MappingRun rules = rules("Tasmota");
    assertThat(in(rules, "stat/plug/POWER", Value.of("ON"))).containsExactly("/power/plug true");
    assertThat(out(rules, "/power/plug/set", Value.FALSE))
        .containsExactly("/cmnd/plug/POWER \"OFF\"");
    assertThat(
            in(
                rules,
                "tele/plug/SENSOR",
                Value.of(Map.of("AM2301", Value.of(Map.of("Temperature", Value.of(21.5)))))))
        .containsExactly("/temperature/plug 21.5");
  }

  @Test
  void zigbee2Mqtt() throws IOException {
    MappingRun rules = rules("Zigbee2MQTT");
    assertThat(in(rules, "zigbee2mqtt/lamp", Value.of(Map.of("brightness", Value.of(215)))))
        .containsExactly("/zigbee/lamp/brightness 215");
    assertThat(out(rules, "/zigbee/lamp/set", Value.of(100)))
        .containsExactly("/zigbee2mqtt/lamp/set/brightness 100");
  }
}
