package dev.clasp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.AddressRules;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AddressesTest {

  /** The short cut for ordinary addresses says the same as the rules. */
  @Test
  void agreesWithTheRules() {
    SplittableRandom random = new SplittableRandom(11);
    String[] parts = {"/", "a", "/x", "*", " ", "é", "\u0007", "\u0085", "\ud800", "/////", "0"};
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder(random.nextInt(10) > 0 ? "/" : "");
      for (int n = random.nextInt(40); n > 0; n--) {
        text.append(parts[random.nextInt(10) > 0 ? random.nextInt(3) : random.nextInt(11)]);
      }
      String address = text.toString();
      boolean allowed = AddressRules.violation(address) == null;
      assertThat(accepts(address)).as(address).isEqualTo(allowed);
    }
  }

  private static boolean accepts(String address) {
    try {
      Addresses.check(address);
      return true;
    } catch (ClaspException e) {
      assertThat(e.kind()).isEqualTo(ClaspException.Kind.INVALID);
      return false;
    }
  }

  @Test
  void saysWhatIsWrongWithAPattern() {
    assertThatThrownBy(() -> Addresses.pattern("lights"))
        .hasMessage("'lights' is not a pattern: address must start with '/': lights");
  }
}
