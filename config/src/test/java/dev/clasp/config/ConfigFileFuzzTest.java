package dev.clasp.config;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.config.Setting.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whatever a file says, it is settings or a sentence. */
class ConfigFileFuzzTest {

  private static final Catalogue CATALOGUE =
      new Catalogue(
          List.of(
              new Setting("a", Kind.TEXT, "", "", List.of(), false, false, List.of()),
              new Setting("b.c", Kind.LIST, "", "", List.of(), false, false, List.of()),
              new Setting("b.d", Kind.MAP, "", "", List.of(), false, false, List.of()),
              new Setting("e", Kind.SWITCH, "", "", List.of(), false, false, List.of())),
          Map.of("f", "no"));

  @FuzzTest
  void everyTextIsSettingsOrASentence(FuzzedDataProvider data) {
    String name = data.consumeBoolean() ? "f.toml" : "f.yaml";
    boolean lenient = data.consumeBoolean();
    try {
      ConfigFile file =
          new ConfigFile(Path.of(name), ConfigFile.parse(name, data.consumeRemainingAsString()));
      Settings.of(CATALOGUE, Optional.of(file), Map.of("X", "y"), lenient);
    } catch (ConfigException e) {
      if (!String.valueOf(e.getMessage()).startsWith(name)) {
        throw new AssertionError("no place in: " + e.getMessage(), e);
      }
    }
  }
}
