package dev.clasp.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.AddressPattern;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressMatcherTest {

  private static final int ROUNDS = 20_000;

  @ParameterizedTest
  @CsvSource({
    "/a/b, /a/b, ''",
    "/a/*, /a/x, 1=x",
    "/a/*, /a/, 1=",
    "/a/{n}, /a/x, n=x",
    "/a/{n}, /a/, no",
    "/a/{n}, /a/x/y, no",
    "/a/{n}, /b/a/x, no",
    "/a/**, /a/1/2, 1=1/2",
    "/a/**, /a, 1=",
    "/a/{rest**}, /a/1/2, rest=1/2",
    "/a/{rest**}, /a, rest=",
    "/{x**}/b, /a/a/b, x=a/a",
    "/{x**}/b/{y**}, /a/b/c/b/d, 'x=a y=c/b/d'",
    "/**/{n}/end, /a/b/end, '1=a n=b'",
    "/cue{n}, /cue12, n=12",
    "/cue{n}, /cue, no",
    "/cue{n}go, /cue12go, n=12",
    "/{a}-{b}, /x-y-z, 'a=x b=y-z'",
    "/{a}x{b}, /xxx, 'a=x b=x'",
    "/a*c, /ac, 1=",
    "/a*b*c, /a--b-b-c, '1=-- 2=-b-'",
    "/{ch+1}, /5, ch=4",
    "/{ch*2-1}, /7, ch=4",
    "/{ch*2-1}, /8, no",
    "/{ch+1}, /x, no",
    "/{10-ch}, /3, ch=7",
    "/u{u+1}/c{c*2}, /u3/c10, 'u=2 c=5'",
    "/, /, ''",
    "/*, /, 1=",
    "/a, /a/, no",
  })
  void findsTheNames(String pattern, String address, String expected) {
    Map<String, String> found = match(pattern, address);
    String shown =
        found == null
            ? "no"
            : String.join(
                " ", found.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
    assertThat(shown).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "/a/{n, '}' is missing",
        "/a/n}, '{' is missing",
        "/{a}{b}, touch each other",
        "/{a}*, touch each other",
        "/{a}/{a}, is there twice",
        "/x{a**}, must stand alone",
        "/{}, has no name in it",
        "/{1+2}, has no name in it",
        "/{a+t}, does not have",
        "/{a+}, a value is missing",
      })
  void saysWhatIsWrong(String pattern, String message) {
    if (message.equals("does not have")) {
      // t is a name like any other here, not the time.
      assertThat(AddressPath.parse(pattern, "").captured()).containsExactly("a", "t");
      return;
    }
    assertThatThrownBy(() -> AddressPath.parse(pattern, "from")).hasMessageContaining(message);
  }

  @Test
  void isTheSameAsAPatternOfTheProtocol() {
    Random random = new Random(14);
    int matched = 0;
    for (int i = 0; i < ROUNDS; i++) {
      String pattern = path(random, "*", "**", "a*", "*b", "a*b", "*a*");
      String address = path(random, "aab", "abab", "");
      boolean expected = AddressPattern.parse(pattern).matches(address);
      assertThat(match(pattern, address) != null)
          .as("%s and %s", pattern, address)
          .isEqualTo(expected);
      matched += expected ? 1 : 0;
    }
    assertThat(matched).isGreaterThan(ROUNDS / 20);
  }

  @Test
  void whatIsFoundMakesTheAddressAgain() {
    Random random = new Random(14_1);
    int matched = 0;
    for (int i = 0; i < ROUNDS; i++) {
      String pattern = path(random, "{x}", "{y**}", "a{z}b", "*", "{n+1}", "c{m*3}", "**");
      String address = path(random, "aab", "7", "c9", "abb");
      AddressPath path;
      try {
        path = AddressPath.parse(pattern, "");
      } catch (MappingException e) {
        continue;
      }
      List<String> slots = List.copyOf(path.captured());
      @Nullable String[] captures = new String[slots.size()];
      if (new AddressMatcher(path, slots, path.numbers()).match(address, captures)) {
        matched++;
        assertThat(new AddressTemplate(path, slots).render(captures, 0, new Registers()))
            .as("%s and %s", pattern, address)
            .isEqualTo(address);
      }
    }
    assertThat(matched).isGreaterThan(ROUNDS / 20);
  }

  @Test
  void takesNoTimeWithManyStars() {
    String pattern = "/**/a".repeat(15) + "/**/b";
    String address = "/a".repeat(500);
    assertThat(match(pattern, address)).isNull();
    String segment = "*a".repeat(30);
    assertThat(match("/" + segment + "*b", "/" + "a".repeat(900))).isNull();
  }

  private static String path(Random random, String... more) {
    List<String> segments = new ArrayList<>(List.of("a", "b", "ab"));
    segments.addAll(List.of(more));
    StringBuilder out = new StringBuilder();
    int size = 1 + random.nextInt(4);
    for (int i = 0; i < size; i++) {
      String segment = segments.get(random.nextInt(segments.size()));
      // Only the last segment may be empty.
      out.append('/').append(segment.isEmpty() && i < size - 1 ? "a" : segment);
    }
    return out.toString();
  }

  private static @Nullable Map<String, String> match(String pattern, String address) {
    AddressPath path = AddressPath.parse(pattern, "");
    List<String> slots = List.copyOf(path.captured());
    @Nullable String[] captures = new String[slots.size()];
    if (!new AddressMatcher(path, slots, path.numbers()).match(address, captures)) {
      return null;
    }
    Map<String, String> found = new LinkedHashMap<>();
    for (int i = 0; i < captures.length; i++) {
      found.put(slots.get(i), String.valueOf(captures[i]));
    }
    return found;
  }
}
