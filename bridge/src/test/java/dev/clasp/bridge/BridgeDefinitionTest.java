package dev.clasp.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.Value;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BridgeDefinitionTest {

  private static BridgeDefinition parse(String json) {
    return BridgeDefinition.parse(
        JsonValues.parse(json.replace('\'', '"')).orElseThrow(), "bridges[2]");
  }

  @Test
  void littleIsNeeded() {
    BridgeDefinition definition = parse("{'protocol':'osc'}");
    assertThat(definition.name()).isEqualTo("osc");
    assertThat(definition.enabled()).isTrue();
    assertThat(definition.direction()).isEqualTo(BridgeDirection.BOTH);
    assertThat(definition.echoWindow()).isEqualTo(Duration.ofMillis(250));
    assertThat(JsonValues.text(definition.toValue()))
        .isEqualTo("{\"name\":\"osc\",\"protocol\":\"osc\"}");
  }

  @Test
  void everythingComesBackAsItWasWritten() {
    BridgeDefinition definition =
        parse(
            """
            {'name':'desk','protocol':'osc','namespace':'stage/','direction':'in',
             'enabled':false,'settings':{'bind':':9000'},'mapping':[{'from':'/a','to':'/b'}],
             'rates':{'in':{'per_address':50},'out':{'total':1000.5}},
             'echo_window':'100ms','profile':'standard'}
            """);
    assertThat(definition.namespace()).hasValue(new Namespace("/stage"));
    assertThat(definition.ratesIn().perAddress()).hasValue(50);
    assertThat(definition.ratesOut().total()).hasValue(1000.5);
    assertThat(definition.echoWindow()).isEqualTo(Duration.ofMillis(100));
    assertThat(definition.profile()).isEqualTo(TypeProfile.STANDARD);
    assertThat(definition.settings()).containsEntry("bind", Value.of(":9000"));
    assertThat(BridgeDefinition.parse(definition.toValue(), "")).isEqualTo(definition);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          []                                                    | bridges[2] must be a map
          {}                                                    | bridges[2].protocol is missing
          {'protocol':1}                                        | bridges[2].protocol must be text
          {'protocol':'osc','port':1}                           | bridges[2].port does not exist; there are name
          {'protocol':'osc','direction':'up'}                   | bridges[2].direction must be one of both, in, out
          {'protocol':'osc','enabled':'yes'}                    | bridges[2].enabled must be true or false
          {'protocol':'osc','namespace':'/a/*'}                 | bridges[2].namespace: a namespace has no wildcards
          {'protocol':'osc','rates':{'in':{'per_second':1}}}    | bridges[2].rates.in.per_second does not exist
          {'protocol':'osc','rates':{'in':{'total':0}}}         | bridges[2].rates.in: a rate is
          {'protocol':'osc','echo_window':'soon'}               | bridges[2].echo_window must be a time
          {'protocol':'osc','echo_window':60}                   | bridges[2]: echo_window must be 0 to 10 s
          {'protocol':'osc','name':'a b'}                       | bridges[2]: the name of a bridge has
          {'protocol':'osc','settings':[1]}                     | bridges[2].settings must be a map
          """)
  void mistakesAreNamedWithTheirPlace(String json, String message) {
    assertThatThrownBy(() -> parse(json))
        .isInstanceOfSatisfying(BridgeException.class, e -> assertThat(e.lasting()).isTrue())
        .hasMessageStartingWith(message);
  }
}
