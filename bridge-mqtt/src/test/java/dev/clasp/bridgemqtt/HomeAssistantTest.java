package dev.clasp.bridgemqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Message.Range;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HomeAssistantTest {

  private final FakeContext context = new FakeContext();
  private final HomeAssistant found = new HomeAssistant("homeassistant", "/devices", context);

  private static Letter letter(String topic, String payload) {
    return new Letter(topic, payload.getBytes(StandardCharsets.UTF_8), 0, true, false);
  }

  private List<String> config(String topic, String json) {
    return told(
        found
            .config(letter("homeassistant/" + topic + "/config", json.replace('\'', '"')))
            .signals());
  }

  private List<String> state(String topic, String payload) {
    return told(found.state(letter(topic, payload)));
  }

  private static List<String> told(List<MappedSignal> signals) {
    return signals.stream().map(each -> each.address() + " " + each.value()).toList();
  }

  private String command(String path, Value value) {
    Optional<Letter> letter =
        found.at(path).orElseThrow().command(new MappedSignal(path, SignalType.PARAM, value));
    return letter
        .map(each -> each.topic() + "=" + new String(each.payload(), StandardCharsets.UTF_8))
        .orElse("none");
  }

  private SignalDefinition offer(String path) {
    return found.offers().stream()
        .filter(each -> each.address().equals(path))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aSensorOfZigbee2Mqtt() {
    config(
        "sensor/0x00158d/temperature",
        """
        {'device':{'identifiers':['zigbee2mqtt_0x00158d'],'name':'Living Room Sensor'},
         'device_class':'temperature','name':'Temperature','state_class':'measurement',
         'state_topic':'zigbee2mqtt/living','unit_of_measurement':'°C',
         'value_template':'{{ value_json.temperature }}'}
        """);
    assertThat(state("zigbee2mqtt/living", "{\"temperature\":21.5,\"humidity\":40}"))
        .containsExactly("/devices/living_room_sensor/temperature " + Value.of(21.5));
    assertThat(state("zigbee2mqtt/living", "{\"humidity\":41}")).isEmpty();
    SignalDefinition offer = offer("/devices/living_room_sensor/temperature");
    assertThat(offer.access()).contains("r");
    assertThat(offer.meta().orElseThrow().unit()).contains("°C");
    assertThat(command("/devices/living_room_sensor/temperature", Value.of(1))).isEqualTo("none");
    assertThat(context.said).isEmpty();
  }

  @Test
  void aSwitchWithShortNamesAndABaseTopic() {
    config(
        "switch/irrigation",
        """
        {'~':'tasmota_1','name':'Pump','stat_t':'~/stat/POWER','cmd_t':'~/cmnd/POWER',
         'pl_off':'0','pl_on':'1','stat_on':'ON','stat_off':'OFF','dev':{'ids':['a1'],'name':'Garden'}}
        """);
    assertThat(state("tasmota_1/stat/POWER", "ON"))
        .containsExactly("/devices/garden/pump " + Value.TRUE);
    assertThat(state("tasmota_1/stat/POWER", "OFF"))
        .containsExactly("/devices/garden/pump " + Value.FALSE);
    assertThat(command("/devices/garden/pump", Value.TRUE)).isEqualTo("tasmota_1/cmnd/POWER=1");
    assertThat(command("/devices/garden/pump", Value.of(0))).isEqualTo("tasmota_1/cmnd/POWER=0");
    assertThat(offer("/devices/garden/pump").access()).contains("rw");
  }

  @Test
  void aLightWithJson() {
    config(
        "light/lamp",
        """
        {'schema':'json','brightness':true,'brightness_scale':254,'state_topic':'z/lamp',
         'command_topic':'z/lamp/set','name':null,'device':{'name':'Lamp'}}
        """);
    assertThat(state("z/lamp", "{\"state\":\"ON\",\"brightness\":127}"))
        .containsExactly(
            "/devices/lamp " + Value.TRUE, "/devices/lamp/brightness " + Value.of(127));
    assertThat(command("/devices/lamp", Value.FALSE)).isEqualTo("z/lamp/set={\"state\":\"OFF\"}");
    assertThat(command("/devices/lamp/brightness", Value.of(10)))
        .isEqualTo("z/lamp/set={\"brightness\":10}");
    assertThat(offer("/devices/lamp/brightness").meta().orElseThrow().range())
        .contains(new Range(0, 254));
  }

  @Test
  void aDeviceWithAllItsParts() {
    config(
        "device/0AFFD2",
        """
        {'dev':{'ids':'ea334450','name':'Kitchen'},'o':{'name':'bla2mqtt'},
         'cmps':{
          'temp':{'p':'sensor','unit_of_meas':'°C',
                  'val_tpl':'{{ value_json[\\u0027t\\u0027].now | round(1) }}'},
          'go':{'p':'button','name':'Go','cmd_t':'k/go'},
          'level':{'p':'number','min':0,'max':10,'cmd_t':'k/level/set',
                   'cmd_tpl':'{\\"l\\": {{ value }} }'}},
         'state_topic':'k/state'}
        """);
    assertThat(context.said).isEmpty();
    assertThat(state("k/state", "{\"t\":{\"now\":20.07}}"))
        .contains("/devices/kitchen/temp " + Value.of(20.1));
    assertThat(command("/devices/kitchen/go", Value.NULL)).isEqualTo("k/go=PRESS");
    assertThat(command("/devices/kitchen/level", Value.of(7))).isEqualTo("k/level/set={\"l\": 7 }");
    assertThat(offer("/devices/kitchen/go").type()).isEqualTo(SignalType.EVENT);
    assertThat(offer("/devices/kitchen/level").meta().orElseThrow().range())
        .contains(new Range(0, 10));
  }

  @Test
  void aStateThatCameFirstIsNotForgotten() {
    state("a/state", "5");
    assertThat(config("number/a", "{'name':'A','stat_t':'a/state','cmd_t':'a/set'}"))
        .containsExactly("/devices/a " + Value.of(5));
  }

  @Test
  void anEmptyConfigurationTakesADeviceBackAndAnotherReplacesIt() {
    config("switch/a", "{'name':'A','stat_t':'a/state','cmd_t':'a/set'}");
    HomeAssistant.Found news =
        found.config(
            letter(
                "homeassistant/switch/a/config",
                "{\"name\":\"B\",\"stat_t\":\"b/state\",\"cmd_t\":\"b/set\"}"));
    assertThat(found.offers()).extracting(SignalDefinition::address).containsExactly("/devices/b");
    assertThat(news.fresh()).containsExactly("b/state");
    assertThat(news.gone()).containsExactly("a/state");
    config("switch/a", "");
    assertThat(found.things()).isZero();
    assertThat(state("b/state", "ON")).isEmpty();
  }

  @Test
  void oneDeviceCannotHaveAnyNumberOfParts() {
    StringBuilder parts = new StringBuilder("{'dev':{'name':'Big'},'cmps':{");
    for (int i = 0; i <= HomeAssistant.MAX_PARTS; i++) {
      parts.append(i == 0 ? "" : ",").append("'p" + i + "':{'p':'sensor','stat_t':'s" + i + "'}");
    }
    config("device/big", parts.append("}}").toString());
    assertThat(found.things()).isZero();
    assertThat(context.said).singleElement().asString().contains("more than 1000 parts");
  }

  @Test
  void allDevicesTogetherHaveOnlySoManyParts() {
    for (int device = 0; device * 900 <= HomeAssistant.MAX_POINTS; device++) {
      StringBuilder parts = new StringBuilder("{'dev':{'name':'d" + device + "'},'cmps':{");
      for (int i = 0; i < 900; i++) {
        parts.append(i == 0 ? "" : ",").append("'p" + i + "':{'p':'sensor','stat_t':'s'}");
      }
      config("device/d" + device, parts.append("}}").toString());
    }
    assertThat(found.things()).isBetween(HomeAssistant.MAX_POINTS - 900, HomeAssistant.MAX_POINTS);
    assertThat(context.said).singleElement().asString().contains("things are discovered");
  }

  @Test
  void twoOfTheSameNameHaveTwoAddresses() {
    config("switch/a", "{'name':'Same','stat_t':'a/state'}");
    config("switch/b", "{'name':'Same','stat_t':'b/state'}");
    assertThat(state("b/state", "ON")).containsExactly("/devices/same_2 " + Value.TRUE);
  }

  @Test
  void aTemplateBeyondUsIsToldAndThePayloadIsTakenAsItIs() {
    config("sensor/a", "{'name':'A','stat_t':'a','val_tpl':'{% if value == 1 %}x{% endif %}'}");
    assertThat(context.said).hasSize(1).allMatch(text -> text.startsWith("error /devices/a gets"));
    assertThat(state("a", "{\"x\":1}")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "{{ value }},5,5",
    "{{value_json.a}},'{\"a\":1}',1",
    "{{ value_json['a b'].c }},'{\"a b\":{\"c\":true}}',true",
    "{{ value_json.a[1] }},'{\"a\":[1,2]}',2",
    "{{ value_json.a | float }},'{\"a\":\"1.5\"}',1.5",
    "{{ value_json.a | int }},'{\"a\":1.9}',1",
    "{{ value | round(2) }},3.14159,3.14",
    "{{ value_json.a | default('') }},'{\"a\":\"x\"}','\"x\"'",
  })
  void simpleTemplatesAreUnderstood(String template, String payload, String result) {
    Value value = PayloadFormat.AUTO.value(payload.getBytes(StandardCharsets.UTF_8)).orElseThrow();
    assertThat(ValueTemplate.parse(template).orElseThrow().value(value))
        .isEqualTo(PayloadFormat.JSON.value(result.getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ value_json.a + 1 }}",
        "{% if value %}1{% endif %}",
        "{{ states('x') }}",
        "{{ value_json. }}",
        "x{{ value }}",
        "{{ value | from_json }}",
      })
  void othersAreNot(String template) {
    assertThat(ValueTemplate.parse(template)).isEmpty();
  }
}
