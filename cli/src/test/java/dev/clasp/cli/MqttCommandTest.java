package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.bridgemqtt.MqttProvider;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** {@code clasp mqtt}: what its options say; the system tests have a real broker. */
class MqttCommandTest {

  private final TestTerminal terminal =
      new TestTerminal(Map.of("CLASP_MQTT_PASSWORD", "secret"), false);

  private BridgeDefinition definition(String... options) {
    MqttCommand command = new MqttCommand(new Clasp(terminal.terminal()));
    new CommandLine(command)
        .registerConverter(Duration.class, new DurationText())
        .parseArgs(options);
    BridgeDefinition definition = command.definition();
    MqttProvider provider = new MqttProvider();
    provider.check(BridgeSettings.of(provider.settings(), definition.settings()));
    return definition;
  }

  @Test
  void withoutOptionsItIsTheBrokerOnThisMachine() {
    BridgeDefinition plain = definition();
    assertThat(plain.protocol()).isEqualTo("mqtt");
    assertThat(plain.namespace().orElseThrow().prefix()).isEqualTo("/mqtt");
    assertThat(plain.profile()).isEqualTo(TypeProfile.COMPATIBLE);
    assertThat(plain.mapping()).isEqualTo(Value.NULL);
    assertThat(plain.settings())
        .containsEntry("broker", Value.of("mqtt://localhost:1883"))
        .containsEntry("qos", Value.of(0))
        .doesNotContainKeys("topics", "retain", "user", "password");
  }

  @Test
  void theFlagsOfTheReferenceAreThere() {
    assertThat(
            definition("-H", "::1", "-p", "1884", "-c", "me", "-t", "a/#", "-t", "b:1").settings())
        .containsEntry("broker", Value.of("mqtt://[::1]:1884"))
        .containsEntry("client_id", Value.of("me"))
        .containsEntry("topics", Value.of(List.of(Value.of("a/#"), Value.of("b:1"))));
  }

  @Test
  void everyOptionIsASetting() {
    BridgeDefinition definition =
        definition(
            "--broker",
            "wss://broker.example/mqtt",
            "--mqtt-version",
            "3",
            "--qos",
            "2",
            "--no-retain",
            "--format",
            "typed",
            "--formats",
            "m/#=number",
            "--envelope",
            "rpc/#",
            "--status-topic",
            "s",
            "-c",
            "me",
            "--user",
            "foh",
            "--broker-insecure",
            "--keep-alive",
            "10s",
            "--session-expiry",
            "1h",
            "--standard",
            "--discovery",
            "--expose",
            "/a=switch",
            "--sparkplug",
            "+",
            "--no-publish",
            "--map",
            "a/{n}=/b/{n}");
    assertThat(definition.profile()).isEqualTo(TypeProfile.STANDARD);
    assertThat(definition.mapping())
        .isEqualTo(
            Value.of(
                Map.of(
                    "rules",
                    Value.of(
                        List.of(
                            Value.of(
                                Map.of(
                                    "from",
                                    Value.of("/a/{n}"),
                                    "to",
                                    Value.of("/b/{n}"),
                                    "direction",
                                    Value.of("both"))))))));
    assertThat(definition.settings())
        .containsEntry("broker", Value.of("wss://broker.example/mqtt"))
        .containsEntry("version", Value.of("3"))
        .containsEntry("retain", Value.FALSE)
        .containsEntry("formats", Value.of(Map.of("m/#", Value.of("number"))))
        .containsEntry("password", Value.of("secret"))
        .containsEntry("insecure", Value.TRUE)
        .containsEntry("session_expiry", Value.of(3600.0))
        .containsEntry("keep_alive", Value.of(10.0))
        .containsEntry("publish", Value.FALSE);
  }

  @ParameterizedTest
  @CsvSource({
    "--no-subscribe -t a,contradict",
    "--broker mqtt://x -H y,--host and --broker contradict each other",
    "--broker mqtt://x -p 1883,--port and --broker contradict each other",
    "--broker-insecure,insecure is for a broker with TLS",
    "--no-subscribe --no-publish,nothing to do",
    "-p 0,--port must be 1 to 65535",
    "--qos 3,qos must be 0 to 2",
    "--broker http://x,mqtt://localhost:1883",
    "--broker mqtt://a:b@x,where logs would show them",
    "--password-file x,needs --user",
    "--session-expiry 1h,needs --client-id",
    "-t a#,topic filter",
    "--expose /a=switch,needs --client-id",
    "--format xml,format must be one of",
    "-c me --expose /a=sofa,component must be one of",
    "--namespace /a/*,wildcards",
  })
  void whatMakesNoSenseIsRefused(String options, String reason) {
    int status = terminal.run(("mqtt --server ws://127.0.0.1:1 " + options).split(" "));
    assertThat(status).as(terminal.err()).isEqualTo(ExitStatus.USAGE);
    assertThat(terminal.err()).contains(reason);
  }
}
