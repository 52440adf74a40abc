package dev.clasp.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.clasp.protocol.AddressPattern;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScopesTest {

  static Scopes scopes(String... texts) {
    return Scopes.of(Arrays.stream(texts).map(Scope::parse).toList());
  }

  private static boolean permit(Scopes scopes, Action action, String address) {
    byte[] b = ("?" + address).getBytes(UTF_8);
    return scopes.permit(action, b, 1, b.length - 1);
  }

  private static boolean all(Scopes scopes, String pattern) {
    return scopes.permitAll(Action.READ, AddressPattern.parse(pattern));
  }

  @ParameterizedTest
  @CsvSource({
    "read:/a, READ",
    "r:/a, READ",
    "READ:/a, READ",
    "write:/a, WRITE",
    "W:/a, WRITE",
    "admin:/a, ADMIN",
    "a:/a, ADMIN",
    "*:/a, ADMIN",
    "federate:/a, FEDERATE",
  })
  void actionsHaveShortNames(String text, Action action) {
    Scope scope = Scope.parse(text);
    assertThat(scope.action()).isEqualTo(action);
    assertThat(scope.pattern().text()).isEqualTo("/a");
    assertThat(scope).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        "/a",
        "read",
        "read:",
        "read: /a",
        " read:/a",
        "go:/a",
        "read:a",
        "{",
        "read:/a/[x/*",
        "emit:/a",
        "reader:/a"
      })
  void whatIsNoScopeIsRefusedWithASentence(String text) {
    assertThatExceptionOfType(ScopeException.class)
        .isThrownBy(() -> Scope.parse(text))
        .withMessageContaining(text.isEmpty() ? "''" : text);
  }

  @Test
  void theMessageIsSafeToPrintAndShort() {
    assertThatExceptionOfType(ScopeException.class)
        .isThrownBy(() -> Scope.parse("go\u001b[31m\n:/a" + "x".repeat(500)))
        .satisfies(
            e -> assertThat(e.getMessage()).doesNotContain("\u001b", "\n").hasSizeLessThan(250));
    assertThatExceptionOfType(ScopeException.class)
        .isThrownBy(() -> Scope.parse("read:/" + "x".repeat(2000)))
        .withMessageContaining("1024");
    assertThatExceptionOfType(ScopeException.class)
        .isThrownBy(() -> Scope.parse("read:/\uD800"))
        .withMessageContaining("not Unicode");
  }

  @Test
  void onlyTheFirstColonParts() {
    assertThat(Scope.parse("read:/a:b/*").pattern().matches("/a:b/c")).isTrue();
  }

  @Test
  void adminIncludesWriteAndWriteIncludesRead() {
    Scopes scopes = scopes("read:/r", "write:/w", "admin:/x", "federate:/f");
    assertThat(permit(scopes, Action.READ, "/r")).isTrue();
    assertThat(permit(scopes, Action.WRITE, "/r")).isFalse();
    assertThat(permit(scopes, Action.READ, "/w")).isTrue();
    assertThat(permit(scopes, Action.WRITE, "/w")).isTrue();
    assertThat(permit(scopes, Action.ADMIN, "/w")).isFalse();
    assertThat(permit(scopes, Action.READ, "/x")).isTrue();
    assertThat(permit(scopes, Action.ADMIN, "/x")).isTrue();
    assertThat(permit(scopes, Action.FEDERATE, "/x")).isFalse();
    assertThat(permit(scopes, Action.FEDERATE, "/f")).isTrue();
    assertThat(permit(scopes, Action.READ, "/f")).isFalse();
  }

  @Test
  void noScopesAreNoRights() {
    assertThat(permit(Scopes.NONE, Action.READ, "/a")).isFalse();
    assertThat(all(Scopes.NONE, "/a")).isFalse();
    assertThat(Scopes.of(List.of())).isSameAs(Scopes.NONE);
  }

  @Test
  void allScopesAreEveryRight() {
    assertThat(permit(Scopes.ALL, Action.FEDERATE, "/a")).isTrue();
    assertThat(all(Scopes.ALL, "/**")).isTrue();
  }

  @Test
  void aTokenHasAtMost256Scopes() {
    Scope scope = Scope.parse("read:/a");
    assertThat(Scopes.of(Collections.nCopies(256, scope)).list()).hasSize(256);
    assertThatExceptionOfType(ScopeException.class)
        .isThrownBy(() -> Scopes.of(Collections.nCopies(257, scope)))
        .withMessageContaining("256");
    assertThatExceptionOfType(ScopeException.class)
        .isThrownBy(() -> Scopes.parseList(String.join(",", Collections.nCopies(257, "r:/a"))))
        .withMessageContaining("256");
  }

  @Test
  void listsAreTrimmedAndSplitOutsideOfBraces() {
    assertThat(Scopes.parseList("read:/a/**, write:/b").list())
        .containsExactly(Scope.parse("read:/a/**"), Scope.parse("write:/b"));
    assertThat(Scopes.parseList("read:/{a,b}/*,write:/c").list())
        .extracting(Scope::text)
        .containsExactly("read:/{a,b}/*", "write:/c");
    assertThat(Scopes.parseList("read:/a{,write:/b").list())
        .extracting(Scope::text)
        .containsExactly("read:/a{", "write:/b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",", "read:/a,", ",read:/a", "read:/a,,read:/b"})
  void anEmptyPartOfAListIsAMistake(String list) {
    assertThatExceptionOfType(ScopeException.class).isThrownBy(() -> Scopes.parseList(list));
  }

  // --- a pattern as a whole ----------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // SEC-07: the text of a pattern is no address.
        "read:/a/* | /a/** | false",
        "read:/a/* | /a/* | true",
        "read:/a/* | /a/b | true",
        "read:/a/** | /a/** | true",
        "read:/a/** | /a/*/c | true",
        "read:/a/** | /a | false",
        "read:/a/** | /** | false",
        "read:/** | /** | true",
        "write:/a/** | /a/** | true",
        "admin:/a/** | /a/b/** | true",
        "federate:/a/** | /a/** | false",
        "read:/a** | /a/** | true",
        "read:/a** | /ab/** | true",
        "read:/a/**/c | /a/*/c | true",
        "read:/a/**/c | /a/**/c | true",
        "read:/a/**/c | /a/**/b/c | true",
        "read:/a/**/c | /a/** | false",
        "read:/*/b | /a/* | false",
        "read:/{a,b}/* | /a/* | true",
        "read:/{a,b}/* | /c/* | false",
        "read:/a*/x | /ab*/x | true",
        "read:/[ab]*/x | /*/x | false",
      })
  void oneScopeAndASubscription(String scope, String pattern, boolean expected) {
    assertThat(all(scopes(scope), pattern)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "read:/a/x,read:/a/[!x]*,read:/a/x?*,read:/a/ | /a/* | true",
        "read:/a/[!x]*,read:/a/x?* | /a/* | false",
        "read:/a/b/**,read:/a/c/** | /a/** | false",
        "read:/a/*,read:/a/*/** | /a/** | true",
        "read:/a/*,read:/a/*/* | /a/** | false",
        "read:/a/[a-m]*/x,write:/a/[n-z]*/x | /a/show*/x | true",
        "read:/a/[a-m]*/x,write:/a/[n-z]*/x | /a/*/x | false",
      })
  void theUnionOfScopesCounts(String list, String pattern, boolean expected) {
    assertThat(all(Scopes.parseList(list), pattern)).isEqualTo(expected);
  }

  @Test
  void whatWouldTakeTooLongIsNotPermittedAsAWhole() {
    // "A character a, and so many behind it": its deterministic automaton has 2^60 states.
    Scopes scopes = scopes("read:/*a" + "[ab]".repeat(60), "read:/*b" + "[ab]".repeat(60));
    assertThat(all(scopes, "/*a*b*a*b*a*b*a*b*")).isFalse();
    assertThat(permit(scopes, Action.READ, "/" + "ab".repeat(40))).isTrue();
  }

  @Test
  void manyScopesAreNoTrouble() {
    String[] texts = new String[256];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = "read:/stage/" + i + "/*/lights/**";
    }
    Scopes scopes = scopes(texts);
    assertThat(all(scopes, "/stage/200/front/lights/*/dimmer")).isTrue();
    assertThat(all(scopes, "/stage/200/*/lights/**")).isTrue();
    assertThat(all(scopes, "/stage/*/front/lights/**")).isFalse();
    assertThat(permit(scopes, Action.READ, "/stage/255/x/lights/1")).isTrue();
  }

  @Test
  void permitAllocatesNothing() {
    String words = "{one,two,three,four,five,six,seven,eight,nine,ten,eleven,twelve,thirteen}";
    Scopes scopes =
        scopes("read:/a", "read:/b/**", "read:/*/c?[de]*", "read:/x/*/" + words + "/" + words);
    byte[] address = "/x/y/ten/twelve".getBytes(UTF_8);
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    int permitted = 0;
    long before = 0;
    for (int i = 0; i < 20_000; i++) {
      if (i == 10_000) {
        before = threads.getCurrentThreadAllocatedBytes();
      }
      permitted += scopes.permit(Action.READ, address, 0, address.length) ? 1 : 0;
    }
    // Asking how much was allocated may allocate a little itself.
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000);
    assertThat(permitted).isEqualTo(20_000);
  }

  @Test
  void scopesAreEqualIfTheirTextsAre() {
    assertThat(scopes("read:/a"))
        .isEqualTo(scopes("read:/a"))
        .hasSameHashCodeAs(scopes("read:/a"))
        .isNotEqualTo(scopes("write:/a"))
        .isNotEqualTo(Scopes.NONE);
    assertThat(Scopes.ALL).isNotEqualTo(Scopes.NONE);
  }
}
