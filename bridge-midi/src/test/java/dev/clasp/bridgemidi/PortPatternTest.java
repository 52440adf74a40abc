package dev.clasp.bridgemidi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.spi.BridgeException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PortPatternTest {

  private static final List<FoundPort> PORTS =
      List.of(
          port("Gervill", true),
          port("nanoKONTROL2 MIDI 1", false),
          port("nanoKONTROL2", false),
          port("Launchpad (a) [x]", false));

  private static FoundPort port(String name, boolean software) {
    return new FoundPort("java", name, name, "", true, true, software);
  }

  @ParameterizedTest
  @CsvSource({
    "nanoKONTROL2, nanoKONTROL2",
    "nanokontrol2, nanoKONTROL2",
    "midi 1, nanoKONTROL2 MIDI 1",
    "nano*, nanoKONTROL2 MIDI 1",
    "NANO*, nanoKONTROL2 MIDI 1",
    "'*', nanoKONTROL2 MIDI 1",
    "'Launch* (?) [x]', Launchpad (a) [x]",
    "/pad .a/, Launchpad (a) [x]",
    "/^nano.*2$/, nanoKONTROL2",
    "#0, nanoKONTROL2 MIDI 1",
    "#2, Launchpad (a) [x]",
    "java:nano*, nanoKONTROL2 MIDI 1",
    "Gervill, Gervill",
  })
  void findsThePort(String pattern, String name) {
    assertThat(PortPattern.parse(pattern).choose(PORTS)).map(FoundPort::name).contains(name);
  }

  @ParameterizedTest
  @CsvSource({"Ger*", "gerv", "#3", "other", "/gervill/"})
  void findsNothingElse(String pattern) {
    assertThat(PortPattern.parse(pattern).choose(PORTS)).isEmpty();
  }

  @Test
  void saysWhatIsWrong() {
    assertThatThrownBy(() -> PortPattern.parse("/(/"))
        .isInstanceOf(BridgeException.class)
        .hasMessageContaining("cannot read the expression");
    assertThatThrownBy(() -> PortPattern.parse(" ")).hasMessageContaining("1 to 256 characters");
  }
}
