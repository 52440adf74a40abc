package dev.clasp.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionTest {

  private static final int RANDOM_EXPRESSIONS = 3_000;

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '`',
      value = {
        "value * 2 + 1 → 2.5",
        "x → 0.75",
        "2 ^ 3 ^ 2 → 64.0",
        "-2 ^ 2 → -4.0",
        "2 ^ -1 → 0.5",
        "2 * -3 → -6",
        "10 / 3 → 3",
        "10 / 4.0 → 2.5",
        "-7 % 3 → -1",
        "7.5 % 2 → 1.5",
        "0x1F → 31",
        "1. + .5 → 1.5",
        "2e-3 → 0.002",
        "1 - 2 - 3 → -4",
        "1 + 2 * 3 → 7",
        "(1 + 2) * 3 → 9",
        "!true → false",
        "1 < 2 && 2 < 1 → false",
        "true || false && false → true",
        "1 == 1.0 → true",
        "1.5 <= 1.5 → true",
        "1.5 >= 1.5 → true",
        "1.5 < 1.5 → false",
        "1.5 > 1.5 → false",
        "2 <= 2 → true",
        "2 > 2 → false",
        "1.5 != 1.5 → false",
        "\"a\" + \"b\\\"\" → 'ab\"'",
        "\"a\" < \"b\" → true",
        "\"a\" == 1 → false",
        "a = 3; a += 2; a * 2 → 10",
        "x += 1; x → 1.75",
        "a = b = 3; b → 3",
        "min(3, 1, 2) → 1",
        "min(3, 1.5) → 1.5",
        "max(1, 7) → 7",
        "floor 1.7 → 1.0",
        "math::sin(0) → 0.0",
        "math::sqrt 4 → 2.0",
        "math::log(8, 2) → 3.0",
        "math::pow(2, 10) → 1024.0",
        "math::abs(-3) → 3",
        "math::is_nan(0.0 / 0.0) → true",
        "round(2.5) → 3.0",
        "round(-2.5) → -3.0",
        "round(2.345, 2) → 2.35",
        "ceil(1.2) → 2.0",
        "if(value > 0.5, 1, 0) → 1",
        "len(\"häh\") → 3",
        "typeof(1.0) → 'float'",
        "typeof((1, 2)) → 'tuple'",
        "contains((1, 2, 3), 2) → true",
        "contains_any((1, 2), (5, 2)) → true",
        "str::to_uppercase \"ab\" → 'AB'",
        "str::trim(\" a \") → 'a'",
        "str::from(1.0) → '1'",
        "str::substring(\"abc\", 1, 2) → 'b'",
        "bitand(6, 3) → 2",
        "bitnot(0) → -1",
        "shl(1, 4) → 16",
        "1 /* one */ + 2 // two → 3",
        "PI > 3.14 && E < 2.72 → true",
      })
  void hasTheSameResultInBothDialects(String text, String expected) {
    assertThat(eval(text, true)).isEqualTo(Json.of(expected));
    assertThat(eval(text, false)).isEqualTo(Json.of(expected));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '`',
      value = {
        "sin(0) → 0.0",
        "abs(-2) → 2",
        "value > 0.5 ? \"on\" : \"off\" → 'on'",
        "true ? 1 : true ? 2 : 3 → 1",
        "false ? 1 : false ? 2 : 3 → 3",
        "clamp(7, 0, 5) → 5.0",
        "lerp(10, 20, 0.5) → 15.0",
        "map(64, 0, 128, 0, 1) → 0.5",
        "mod(-1, 3) → 2.0",
        "[1, 2, 3][1] → 2",
        "[value, 1 - value] → [0.75, 0.25]",
        "sum([1, 2, 3]) → 6.0",
        "avg(1, 2) → 1.5",
        "min([4, 2]) → 2",
        "len([1, 2]) → 2",
        "int(\"12\") + 1 → 13",
        "float(true) → 1.0",
        "upper(\"a\") + text(1) → 'A1'",
        "starts_with(\"abc\", \"ab\") → true",
        "i → 4",
        "ch * 2 → 14",
        "room + \"!\" → 'hall!'",
      })
  void knowsMoreInTheRicherDialect(String text, String expected) {
    assertThat(eval(text, false)).isEqualTo(Json.of(expected));
    assertThatThrownBy(() -> strict(text)).isInstanceOf(MappingException.class);
  }

  private static void strict(String text) {
    Expression.parse(text, true, List.of(), "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1 / 0",
        "1 % 0",
        "9223372036854775807 + 1",
        "9223372036854775807 * 2",
        "-9223372036854775807 - 2",
        "1 + true",
        "true && 1",
        "!1",
        "\"a\" * 2",
        "if(1, 2, 3)",
        "min(\"a\")",
        "[1][1]",
        "[1][0 - 1]",
        "bitand(1.0, 2)",
        "str::substring(\"abc\", 2, 1)",
        "str::substring(\"abc\", 0 - 1, 1)",
        "a += 1; a",
      })
  void anErrorIsAKindOfResult(String text) {
    Registers r = registers();
    int kind = Expression.parse(text, false, List.of(), "").eval(r);
    assertThat(kind).as(text).isEqualTo(Registers.ERROR);
    assertThat(r.error).isNotBlank();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '`',
      value = {
        "1 + → a value is missing at character 4",
        "1 + ) → a value is missing before ')' at character 5",
        "(1 → ')' is missing at character 3",
        "1 2 → '2' is not expected at character 3",
        "foo + 1 → there is no foo here; there are value, x, prev, t, dt, i and functions at"
            + " character 1",
        "sin → sin is a function: write sin(...) at character 1",
        "clamp(1) → clamp takes 3 arguments, not 1 at character 1",
        "1 # 2 → '#' is not expected at character 3",
        "\"a → a text does not end, from character 1",
        "99999999999999999999 → 99999999999999999999 is not a 64-bit number; write"
            + " 99999999999999999999.0",
      })
  void saysWhatIsWrongAndWhere(String text, String message) {
    assertThatThrownBy(() -> Expression.parse(text, false, List.of(), "rules[0].when"))
        .hasMessage("rules[0].when: " + message);
  }

  @Test
  void isBounded() {
    assertThatThrownBy(() -> parse("(".repeat(2000) + "1" + ")".repeat(2000)))
        .hasMessageContaining("nested");
    assertThatThrownBy(() -> parse("-".repeat(2000) + "1")).hasMessageContaining("nested");
    assertThatThrownBy(() -> parse("1" + "+1".repeat(1500))).hasMessageContaining("parts");
    assertThatThrownBy(() -> parse("1".repeat(5000))).hasMessageContaining("4096");
    StringBuilder doubling = new StringBuilder("a = \"0123456789\"");
    doubling.append("; a = a + a".repeat(40));
    Registers r = registers();
    assertThat(parse(doubling.toString()).eval(r)).isEqualTo(Registers.ERROR);
    assertThat(r.error).contains("longer than");
  }

  @Test
  void stopsAtTheStepLimit() {
    Value big = new Value.Array(java.util.Collections.nCopies(60_000, Value.of(1)));
    Registers r = registers();
    r.input = big;
    assertThat(parse("sum(value)").eval(r)).isEqualTo(Registers.FLOAT);
    assertThat(parse("sum(value) + sum(value)").eval(r)).isEqualTo(Registers.ERROR);
    assertThat(r.error).contains("steps");
  }

  @Test
  void bothSidesOfALogicalOperatorAreCalculated() {
    assertThat(parse("false && 1 / 0 == 1").eval(registers())).isEqualTo(Registers.ERROR);
    assertThat(parse("false ? 1 / 0 : 2").eval(registers())).isEqualTo(Registers.INT);
  }

  @Test
  void assignmentsDoNotLast() {
    Expression expression = parse("n += 1; n");
    Registers r = registers();
    expression.eval(r);
    assertThat(expression.eval(r)).isEqualTo(Registers.ERROR);
    Expression other = parse("n = 5");
    assertThat(other.eval(r)).isEqualTo(Registers.EMPTY);
  }

  @Test
  void aValueThatIsNoNumberIsUnknownToTheStrictDialect() {
    Registers r = registers();
    r.input = Value.of("text");
    assertThat(Expression.parse("value", true, List.of(), "").eval(r)).isEqualTo(Registers.ERROR);
    assertThat(parse("len(value)").value(r)).isEqualTo(Value.of(4));
    r.input = Json.of("{pos: {x: [1, 2]}, 'a b': 3}");
    assertThat(parse("value.pos.x[1] + value[\"a b\"]").value(r)).isEqualTo(Value.of(5));
    assertThat(parse("has(value, \"y\")").value(r)).isEqualTo(Value.FALSE);
  }

  // --- against a naive calculation ---------------------------------------------------------------

  /** A text and what Java makes of the same. */
  private record Sample(String text, double result) {}

  @Test
  void randomArithmeticIsWhatJavaCalculates() {
    Random random = new Random(15_3);
    int finite = 0;
    for (int n = 0; n < RANDOM_EXPRESSIONS; n++) {
      double x = random.nextDouble() * 4 - 2;
      Sample sample = sum(random, x, 2);
      Registers r = registers();
      r.input = Value.of(x);
      int kind = Expression.parse(sample.text(), n % 2 == 0, List.of(), "").eval(r);
      assertThat(kind).as(sample.text()).isEqualTo(Registers.FLOAT);
      assertThat(Value.of(r.number)).as(sample.text()).isEqualTo(Value.of(sample.result()));
      finite += Double.isFinite(r.number) ? 1 : 0;
    }
    assertThat(finite).isGreaterThan(RANDOM_EXPRESSIONS / 10);
  }

  private static Sample sum(Random random, double x, int depth) {
    Sample left = product(random, x, depth);
    for (int i = random.nextInt(3); i > 0; i--) {
      Sample right = product(random, x, depth);
      boolean plus = random.nextBoolean();
      left =
          new Sample(
              left.text() + (plus ? " + " : " - ") + right.text(),
              plus ? left.result() + right.result() : left.result() - right.result());
    }
    return left;
  }

  private static Sample product(Random random, double x, int depth) {
    Sample left = power(random, x, depth);
    for (int i = random.nextInt(3); i > 0; i--) {
      Sample right = power(random, x, depth);
      left =
          switch (random.nextInt(3)) {
            case 0 -> new Sample(left.text() + "*" + right.text(), left.result() * right.result());
            case 1 -> new Sample(left.text() + "/" + right.text(), left.result() / right.result());
            default -> new Sample(left.text() + "%" + right.text(), left.result() % right.result());
          };
    }
    return left;
  }

  private static Sample power(Random random, double x, int depth) {
    boolean minus = random.nextInt(4) == 0;
    Sample left = atom(random, x, depth);
    for (int i = random.nextInt(4) / 2; i > 0; i--) {
      Sample right = atom(random, x, depth);
      left = new Sample(left.text() + "^" + right.text(), Math.pow(left.result(), right.result()));
    }
    return minus ? new Sample("-" + left.text(), -left.result()) : left;
  }

  private static Sample atom(Random random, double x, int depth) {
    return switch (random.nextInt(depth == 0 ? 3 : 6)) {
      case 0 -> new Sample("value", x);
      case 1 -> {
        double number = random.nextInt(100) / 8.0;
        yield new Sample(Double.toString(number), number);
      }
      case 2 -> new Sample("PI", Math.PI);
      case 3 -> {
        Sample inner = sum(random, x, depth - 1);
        yield new Sample("math::cos(" + inner.text() + ")", Math.cos(inner.result()));
      }
      default -> {
        Sample inner = sum(random, x, depth - 1);
        yield new Sample("(" + inner.text() + ")", inner.result());
      }
    };
  }

  // --- small things ------------------------------------------------------------------------------

  private static Expression parse(String text) {
    return Expression.parse(text, false, List.of(), "");
  }

  private static Registers registers() {
    Registers r = new Registers();
    r.input = Value.of(0.75);
    r.index = 4;
    r.captures = new String[] {"7", "hall"};
    return r;
  }

  private static Value eval(String text, boolean strict) {
    Registers r = registers();
    List<String> captures = strict ? List.of() : List.of("ch", "room");
    Value value = Expression.parse(text, strict, captures, "").value(r);
    if (value == null) {
      throw new AssertionError(text + ": " + r.error);
    }
    return value;
  }
}
