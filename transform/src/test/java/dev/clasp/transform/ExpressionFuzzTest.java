package dev.clasp.transform;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.protocol.Value;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any text is an expression that ends soon, or a sentence. What is strict is rich, and the same.
 */
class ExpressionFuzzTest {

  private static final List<Value> INPUTS =
      List.of(
          Value.of(0.5), Value.of(Long.MIN_VALUE), Value.of("text"), Json.of("[1, {x: 2}, 'y']"));

  static Stream<byte[]> seeds() {
    return Stream.of(
            "value * 2 + math::sin(x) ^ -2",
            "a = 3; a += value; (a, 2)",
            "if(x > 0.5, \"a\" + str::from(x), typeof x)",
            "value[1].x ? [1, min(2, 3)] : prev",
            "0x1F + .5 - 2e-3 /* c */ // d",
            "bitand(7, shl(1, 63)) % -1 == -9223372036854775807 - 1")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyTextIsAnExpressionOrAMistake(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    boolean strict = true;
    Expression plain = null;
    try {
      plain = Expression.parse(text, true, List.of(), "");
    } catch (MappingException e) {
      assertThat(e.getMessage()).isNotBlank();
      strict = false;
    }
    Expression rich;
    try {
      rich = Expression.parse(text, false, List.of("ch"), "");
    } catch (MappingException e) {
      assertThat(strict).as(text).isFalse();
      return;
    }
    for (Value input : INPUTS) {
      Registers r = new Registers();
      r.input = input;
      r.captures = new String[] {"7"};
      Value result = rich.value(r);
      if (plain != null && Numbers.is(input)) {
        Registers other = new Registers();
        other.input = input;
        assertThat(plain.value(other)).isEqualTo(result);
      }
    }
  }
}
