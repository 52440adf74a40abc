package dev.clasp.oscquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.osc.OscArgument;
import dev.clasp.protocol.Message.Range;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Trees of other programs. */
class RemoteTreeTest {

  /** In the shape of the example of the proposal. */
  static final String PROPOSAL =
      """
      {"DESCRIPTION": "root", "FULL_PATH": "/", "ACCESS": 0, "CONTENTS": {
        "foo": {"FULL_PATH": "/foo", "ACCESS": 1, "TYPE": "f", "VALUE": [0.5],
                "DESCRIPTION": "a meter", "UNIT": ["percent"],
                "RANGE": [{"MIN": 0.0, "MAX": 100.0}]},
        "bar": {"FULL_PATH": "/bar", "ACCESS": 3, "TYPE": "ii", "VALUE": [4, 51],
                "RANGE": [{"MIN": 0, "MAX": 50}, {"MIN": 51, "MAX": 100}]},
        "go": {"FULL_PATH": "/go", "ACCESS": 2, "TYPE": "I", "CRITICAL": true},
        "baz": {"FULL_PATH": "/lie", "ACCESS": 0, "CONTENTS": {
          "qux": {"FULL_PATH": "/baz/qux", "ACCESS": 3, "TYPE": "s", "VALUE": ["half-full"],
                  "RANGE": [{"VALS": ["empty", "half-full", "full"]}]}}}}}
      """;

  private static Map<String, RemoteNode> read(String json, int nodes) throws IOException {
    return RemoteTreeReader.read(json.getBytes(StandardCharsets.UTF_8), "/", nodes);
  }

  private static RemoteNode of(Map<String, RemoteNode> methods, String path) {
    return Objects.requireNonNull(methods.get(path));
  }

  private static RemoteNode only(String node) throws IOException {
    return read("{\"CONTENTS\":{\"a\":" + node + "}}", 10).values().iterator().next();
  }

  @Test
  void theExampleOfTheProposalIsRead() throws IOException {
    Map<String, RemoteNode> methods = read(PROPOSAL, 100);
    assertThat(methods).containsOnlyKeys("/foo", "/bar", "/go", "/baz/qux");
    SignalDefinition foo = of(methods, "/foo").definition(false);
    assertThat(foo.access()).contains("r");
    assertThat(foo.datatype()).contains("float");
    assertThat(foo.meta().orElseThrow().range()).contains(new Range(0, 100));
    assertThat(foo.meta().orElseThrow().unit()).contains("percent");
    assertThat(foo.meta().orElseThrow().description()).contains("a meter");
    assertThat(of(methods, "/foo").definition(true).meta().orElseThrow().range())
        .contains(new Range(0, 1));
    assertThat(of(methods, "/bar").value()).contains(Value.of(List.of(Value.of(4), Value.of(51))));
    assertThat(of(methods, "/bar").range()).as("two different ones").isEmpty();
    assertThat(of(methods, "/go").kind()).isEqualTo(SignalType.EVENT);
    assertThat(of(methods, "/baz/qux").definition(false).meta().orElseThrow().description())
        .contains("one of: empty, half-full, full");
  }

  @Test
  void valuesHaveTheTypesOfTheirTags() throws IOException {
    assertThat(only("{\"TYPE\":\"f\",\"VALUE\":[1]}").value()).contains(Value.of(1.0));
    assertThat(only("{\"VALUE\":[2.0],\"TYPE\":\"i\"}").value()).contains(Value.of(2));
    assertThat(only("{\"TYPE\":\"T\",\"VALUE\":[null]}").value()).contains(Value.TRUE);
  }

  @Test
  void colorsAreFourNumbers() throws IOException {
    RemoteNode node = only("{\"TYPE\":\"r\",\"VALUE\":[\"#FA6432FF\"]}");
    Value color = Value.of(List.of(Value.of(250), Value.of(100), Value.of(50), Value.of(255)));
    assertThat(node.value()).contains(color);
    assertThat(RemoteValues.arguments(node, SignalType.PARAM, color))
        .containsExactly(new OscArgument.Rgba(0xFA6432FF));
  }

  @Test
  void valuesGoOutInTheTypeThatIsWanted() throws IOException {
    assertThat(RemoteValues.arguments(only("{\"TYPE\":\"f\"}"), SignalType.PARAM, Value.of(1)))
        .containsExactly(new OscArgument.Float32(1));
    assertThat(RemoteValues.arguments(only("{\"TYPE\":\"F\"}"), SignalType.PARAM, Value.of(1)))
        .containsExactly(OscArgument.Bool.TRUE);
    assertThat(RemoteValues.arguments(only("{\"TYPE\":\"I\"}"), SignalType.EVENT, Value.NULL))
        .containsExactly(OscArgument.Impulse.IMPULSE);
  }

  @Test
  void rangesScale() {
    Range range = new Range(-50, 150);
    assertThat(RemoteValues.toUnit(range, Value.of(50))).isEqualTo(Value.of(0.5));
    assertThat(RemoteValues.fromUnit(range, Value.of(0.25))).isEqualTo(Value.of(0.0));
  }

  @Test
  void aTreeThatIsTooBigOrTooDeepIsRefused() {
    assertThatThrownBy(() -> read(PROPOSAL, 3)).hasMessageContaining("more than 3 nodes");
    String deep = "{\"CONTENTS\":{\"a\":".repeat(5000) + "{}" + "}}".repeat(5000);
    assertThatThrownBy(() -> read(deep, 100_000)).isInstanceOf(IOException.class);
  }

  @Test
  void namesThatOscDoesNotHaveAreLeftOut() throws IOException {
    assertThat(
            read(
                "{\"CONTENTS\":{\"\":{\"TYPE\":\"f\"},\"a/b\":{\"TYPE\":\"f\"},\"*\":{\"TYPE\":\"f\"},"
                    + "\"ok\":{\"TYPE\":\"f\"}}}",
                100))
        .containsOnlyKeys("/ok");
  }

  @Test
  void hostInfoIsRead() throws IOException {
    HostInfo info =
        RemoteTreeReader.hostInfo(
            "{\"NAME\":\"x\",\"OSC_PORT\":9000,\"WS_PORT\":0,\"EXTENSIONS\":{\"LISTEN\":true,\"X\":1}}"
                .getBytes(StandardCharsets.UTF_8));
    assertThat(info.name()).isEqualTo(Optional.of("x"));
    assertThat(info.oscPort()).hasValue(9000);
    assertThat(info.wsPort()).isEmpty();
    assertThat(info.supports("LISTEN")).isTrue();
    assertThat(info.supports("X")).isFalse();
  }
}
