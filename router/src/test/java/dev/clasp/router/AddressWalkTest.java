package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.AddressPattern.GlobstarParent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is looked at for a pattern. */
class AddressWalkTest {

  private final AddressSpace space = new AddressSpace(RouterConfig.DEFAULT);

  @BeforeEach
  void intern() {
    for (String name :
        List.of("/a", "/a-b", "/a/1", "/a/1/x", "/a/1/y", "/a/10/x", "/a/2/x", "/b/1", "/é/1")) {
      byte[] b = name.getBytes(StandardCharsets.UTF_8);
      long hash = space.hash(b, 0, b.length);
      space.stripeOf(hash).add(b, 0, b.length, hash);
    }
  }

  private List<String> looksAt(AddressPattern pattern, String... after) {
    AddressWalk walk = AddressWalk.of(space, pattern);
    for (String name : after) {
      walk.skip(name.getBytes(StandardCharsets.UTF_8));
    }
    List<String> seen = new ArrayList<>();
    @Nullable Address[] piece = new @Nullable Address[2];
    do {
      int count = walk.fetch(piece);
      for (int i = 0; i < count; i++) {
        Address address = Objects.requireNonNull(piece[i]);
        seen.add(address.toString());
        walk.pass(address);
      }
    } while (!walk.last());
    return seen;
  }

  private List<String> looksAt(String pattern) {
    return looksAt(AddressPattern.parse(pattern));
  }

  @Test
  void anAddressIsOneLookUp() {
    assertThat(looksAt("/a/1/x")).containsExactly("/a/1/x");
    assertThat(looksAt("/a/none")).isEmpty();
  }

  @Test
  void aPatternLooksOnlyAtWhatBeginsLikeIt() {
    assertThat(looksAt("/a/1/*")).containsExactly("/a/1/x", "/a/1/y");
    assertThat(looksAt("/a/1*/x")).containsExactly("/a/1", "/a/1/x", "/a/1/y", "/a/10/x");
    assertThat(looksAt("/é/*")).containsExactly("/é/1");
    assertThat(looksAt("/c/**")).isEmpty();
  }

  @Test
  void theParentIsLookedUpWhereItMayMatch() {
    assertThat(looksAt("/a/**"))
        .containsExactly("/a", "/a/1", "/a/1/x", "/a/1/y", "/a/10/x", "/a/2/x");
    assertThat(looksAt("/a/**/**")).startsWith("/a");
    assertThat(looksAt("/a/**/x")).startsWith("/a/1").doesNotContain("/a");
    assertThat(looksAt(AddressPattern.parse("/a/**", GlobstarParent.EXCLUDED)))
        .doesNotContain("/a");
    assertThat(looksAt("/b/1/**")).containsExactly("/b/1");
  }

  @Test
  void aWildcardAtTheBeginningLooksAtEverything() {
    assertThat(looksAt("/**")).hasSize(9).isSorted();
    assertThat(looksAt("/*/1")).hasSize(9);
  }

  @Test
  void aWalkMayBeginInTheMiddle() {
    AddressPattern pattern = AddressPattern.parse("/a/**");
    assertThat(looksAt(pattern, "/a")).startsWith("/a/1");
    assertThat(looksAt(pattern, "/a/1/x")).containsExactly("/a/1/y", "/a/10/x", "/a/2/x");
    assertThat(looksAt(pattern, "/0")).startsWith("/a").hasSize(6);
    assertThat(looksAt(pattern, "/b")).isEmpty();
    assertThat(looksAt(pattern, "/z")).isEmpty();
  }
}
