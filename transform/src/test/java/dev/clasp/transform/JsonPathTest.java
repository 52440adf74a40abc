package dev.clasp.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With the examples of RFC 9535. */
class JsonPathTest {

  private static final Value STORE =
      Json.of(
          """
          {store: {book: [
            {category: reference, author: 'Nigel Rees', title: Sayings, price: 8.95},
            {category: fiction, author: 'Evelyn Waugh', title: Sword, price: 12.99},
            {category: fiction, author: 'Herman Melville', title: Moby, isbn: '0-553', price: 8.99},
            {category: fiction, author: Tolkien, title: Lord, isbn: '0-395', price: 22.99}],
           bicycle: {color: red, price: 399}}}
          """);

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '`',
      value = {
        "$.store.book[*].author → ['Nigel Rees', 'Evelyn Waugh', 'Herman Melville', Tolkien]",
        "$..author → ['Nigel Rees', 'Evelyn Waugh', 'Herman Melville', Tolkien]",
        "$.store..price → [8.95, 12.99, 8.99, 22.99, 399]",
        "$..book[2].title → [Moby]",
        "$..book[-1].title → [Lord]",
        "$..book[0,1].title → [Sayings, Sword]",
        "$..book[:2].title → [Sayings, Sword]",
        "$..book[?@.isbn].title → [Moby, Lord]",
        "$..book[?@.price<10].title → [Sayings, Moby]",
        "$..book[?@.price < 10 && @.isbn].title → [Moby]",
        "$..book[?(@.price < 9 || @.price > 20) && !@.nothing].title → [Sayings, Moby, Lord]",
        "$..book[?length(@.author) == 7].title → [Lord]",
        "$..book[?count(@.*) > 4].title → [Moby, Lord]",
        "$..book[?value(@..title) == 'Sword'].price → [12.99]",
        "$..book[?@.price == $.store.book[1].price].title → [Sword]",
        "$..book[?!(@.category == 'fiction')].title → [Sayings]",
        "$..book[?@.category != \"fiction\"].title → [Sayings]",
        "$..book[?@.nothing == @.also].title → [Sayings, Sword, Moby, Lord]",
        "$['store']['bicycle'][\"color\"] → [red]",
        "$.store .bicycle [ 'color' ] → [red]",
        "$.nothing → []",
        "$.store.book[9] → []",
      })
  void findsWhatTheStandardSays(String path, String expected) {
    assertThat(new Value.Array(JsonPath.parse(path, "").find(STORE))).isEqualTo(Json.of(expected));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      value = {
        "$[1:3] → [b, c]",
        "$[5:] → [f, g]",
        "$[1:5:2] → [b, d]",
        "$[5:1:-2] → [f, d]",
        "$[::-1] → [g, f, e, d, c, b, a]",
        "$[::0] → []",
        "$[-2:] → [f, g]",
        "$[:-5] → [a, b]",
        "$[0, 0] → [a, a]",
        "$[?@ > 'e'] → [f, g]",
        "$[?@ >= 'f' && @ <= 'f'] → [f]",
      })
  void slices(String path, String expected) {
    Value letters = Json.of("[a, b, c, d, e, f, g]");
    assertThat(new Value.Array(JsonPath.parse(path, "").find(letters)))
        .isEqualTo(Json.of(expected));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '`',
      value = {
        "a → a JSON path begins with $ at character 1",
        "$. → a name or * is missing at character 3",
        "$[ → a name in quotes, a number, * or ? is missing at character 3",
        "$[01] → 01 is not a whole number",
        "$['a → a name does not end",
        "$[0 → ']' is missing at character 4",
        "$[?@.a == @.*] → only a path to one value can be compared",
        "$[?match(@.a, 'x')] → a value is missing (match() and search() are left out)",
        "$[?length(@.a)] → a comparison is missing",
        "$x → 'x' is not expected at character 2",
        "$['\\x'] → \\x is not known",
      })
  void saysWhatIsWrong(String path, String message) {
    assertThatThrownBy(() -> JsonPath.parse(path, "p"))
        .isInstanceOf(MappingException.class)
        .hasMessageStartingWith("p: " + message);
  }

  @Test
  void knowsEscapes() {
    assertThat(
            JsonPath.parse("$['\\u0061\\'\\n']", "")
                .find(Value.of(java.util.Map.of("a'\n", Value.of(1)))))
        .containsExactly(Value.of(1));
  }

  @Test
  void isBounded() {
    Value wide = new Value.Array(Collections.nCopies(1000, Json.of("[1, 2, 3, 4, 5]")));
    List<Value> nested = new ArrayList<>(Collections.nCopies(60, wide));
    assertThat(JsonPath.parse("$..*", "").find(new Value.Array(nested)).size())
        .isLessThanOrEqualTo(JsonPath.MAX_STEPS);
    assertThat(JsonPath.parse("$[?count($..*) > 1]", "").find(new Value.Array(nested)).size())
        .isLessThan(60);
    assertThatThrownBy(() -> JsonPath.parse("$" + "[?@".repeat(40), ""))
        .hasMessageContaining("16 deep");
    assertThatThrownBy(() -> JsonPath.parse("$" + ".a".repeat(65), ""))
        .hasMessageContaining("64 segments");
    assertThatThrownBy(() -> JsonPath.parse("$." + "a".repeat(2000), ""))
        .hasMessageContaining("1024");
  }
}
