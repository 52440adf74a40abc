package dev.clasp.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.protocol.Value;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Definitions from files and other programs: a list that can be written again, or a sentence. */
class BridgeDefinitionFuzzTest {

  static Stream<byte[]> seeds() {
    return Stream.of(
            "{\"bridges\":[{\"protocol\":\"osc\"}]}",
            "[{\"protocol\":\"osc\",\"name\":\"a.b-c_d\",\"namespace\":\"x///\"}]",
            "[{\"protocol\":\"osc\",\"echo_window\":\"250ms\",\"enabled\":false}]",
            "[{\"protocol\":\"osc\",\"rates\":{\"in\":{\"total\":1e9},\"out\":{}}}]",
            "[{\"protocol\":\"osc\",\"mapping\":[{\"from\":\"/*\"}],\"settings\":{\"a\":[1]}}]",
            "[{\"protocol\":\"osc\",\"direction\":\"in\",\"profile\":\"standard\"}]",
            "{\"bridges\":1}")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyTextIsDefinitionsOrAMistake(byte[] text) {
    Optional<Value> tree = JsonValues.parse(new String(text, StandardCharsets.UTF_8));
    if (tree.isEmpty()) {
      return;
    }
    try {
      List<BridgeDefinition> definitions = BridgeStore.parse(tree.get());
      assertThat(BridgeStore.parse(BridgeStore.tree(definitions))).isEqualTo(definitions);
    } catch (BridgeException e) {
      assertThat(e.getMessage()).isNotBlank();
      assertThat(e.lasting()).isTrue();
    }
  }
}
