package dev.clasp.transform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {

  @Test
  void readsWhatTestsWrite() {
    assertThat(Json.of("{a: [1, 2.5, 'x y', true, null], \"b\": {}}"))
        .isEqualTo(
            Value.of(
                Map.of(
                    "a",
                    Value.of(
                        List.of(
                            Value.of(1), Value.of(2.5), Value.of("x y"), Value.TRUE, Value.NULL)),
                    "b",
                    Value.of(Map.of()))));
  }
}
