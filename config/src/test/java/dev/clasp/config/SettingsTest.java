package dev.clasp.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.config.Setting.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a file and the environment say together, and what they may not say. */
class SettingsTest {

  private static final Catalogue CATALOGUE =
      new Catalogue(
          List.of(
              setting("port", Kind.WHOLE_NUMBER),
              setting("name", Kind.TEXT),
              setting("limits.max_sessions", Kind.WHOLE_NUMBER),
              setting("limits.max_connections", Kind.WHOLE_NUMBER),
              setting("limits.idle_timeout", Kind.DURATION),
              setting("tls.only", Kind.SWITCH),
              setting("serial", Kind.LIST),
              setting("conflicts", Kind.MAP),
              new Setting(
                  "auth.tokens",
                  Kind.LIST,
                  "",
                  "",
                  List.of(),
                  false,
                  true,
                  List.of("CLASP_TOKEN_FILE"))),
          Map.of("mqtt", "there is no MQTT here; use 'clasp mqtt'"));

  private static Setting setting(String key, Kind kind) {
    return new Setting(key, kind, "What it is.", "", List.of(), false, false, List.of());
  }

  private static Settings read(String name, String text, Map<String, String> environment) {
    ConfigFile file = new ConfigFile(Path.of(name), ConfigFile.parse(name, text));
    return Settings.of(CATALOGUE, Optional.of(file), environment, false);
  }

  private static Settings yaml(String text) {
    return read("clasp.yaml", text, Map.of());
  }

  private static List<String> texts(Settings settings, String key) {
    return settings.find(key).orElseThrow().texts();
  }

  @Test
  void aKeyHasItsValueAndItsLine() {
    Settings settings =
        yaml("server:\n  port: 7331\n  name: 'Main stage'\n  limits:\n    max_sessions: 5\n");

    assertThat(texts(settings, "port")).containsExactly("7331");
    assertThat(texts(settings, "name")).containsExactly("Main stage");
    assertThat(settings.find("limits.max_sessions").orElseThrow().origin())
        .isEqualTo(new Origin.Line("clasp.yaml", 5))
        .hasToString("clasp.yaml, line 5");
    assertThat(settings.find("tls.only")).isEmpty();
  }

  @Test
  void yamlJsonAndTomlSayTheSame() {
    Settings yaml =
        yaml(
            """
            server:
              port: 7331
              tls: {only: true}
              serial: [/dev/a, /dev/b]
              conflicts:
                /peak/**: max
            """);
    Settings json =
        read(
            "clasp.json",
            """
            {"server": {"port": 7331, "tls": {"only": true}, "serial": ["/dev/a", "/dev/b"],
                        "conflicts": {"/peak/**": "max"}}}
            """,
            Map.of());
    Settings toml =
        read(
            "clasp.toml",
            """
            [server]
            port = 7331
            serial = ["/dev/a", "/dev/b"]
            [server.tls]
            only = true
            [server.conflicts]
            "/peak/**" = "max"
            """,
            Map.of());

    for (Settings settings : List.of(yaml, json, toml)) {
      assertThat(texts(settings, "port")).containsExactly("7331");
      assertThat(settings.find("tls.only").orElseThrow().on()).isTrue();
      assertThat(texts(settings, "serial")).containsExactly("/dev/a", "/dev/b");
      assertThat(texts(settings, "conflicts")).containsExactly("/peak/**=max");
    }
    assertThat(toml.find("tls.only").orElseThrow().origin())
        .isEqualTo(new Origin.Line("clasp.toml", 5));
  }

  @Test
  void theEnvironmentHasTheLastWord() {
    Settings settings =
        read(
            "clasp.yaml",
            "server:\n  port: 7331\n  serial: [a]\n",
            Map.of("CLASP_PORT", "7332", "CLASP_SERIAL", "b, c", "CLASP_LIMITS_MAX_SESSIONS", "3"));

    assertThat(texts(settings, "port")).containsExactly("7332");
    assertThat(settings.find("port").orElseThrow().origin()).hasToString("CLASP_PORT");
    assertThat(texts(settings, "serial")).containsExactly("b", "c");
    assertThat(texts(settings, "limits.max_sessions")).containsExactly("3");
  }

  @Test
  void aSecretMayBeInAFileOfItsOwn(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("tokens"), "one read:/a,write:/a\ntwo\n");

    Settings settings =
        Settings.of(
            CATALOGUE, Optional.empty(), Map.of("CLASP_AUTH_TOKENS_FILE", file.toString()), false);

    assertThat(texts(settings, "auth.tokens")).containsExactly("one read:/a,write:/a", "two");
    assertThatThrownBy(() ->
            Settings.of(
                CATALOGUE,
                Optional.empty(),
                Map.of("CLASP_AUTH_TOKENS_FILE", file + ".not"),
                false))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("CLASP_AUTH_TOKENS_FILE: the file ");
  }

  @Test
  void aNameThatEndsLikeThatOfAFileIsNotAlwaysOne() {
    Settings settings =
        Settings.of(CATALOGUE, Optional.empty(), Map.of("CLASP_TOKEN_FILE", "/a/b"), false);

    assertThat(texts(settings, "auth.tokens")).containsExactly("/a/b");
  }

  @Test
  void aServiceLinkOfKubernetesIsNoPort() {
    Settings settings =
        Settings.of(
            CATALOGUE, Optional.empty(), Map.of("CLASP_PORT", "tcp://10.0.0.1:7330"), false);

    assertThat(settings.find("port")).isEmpty();
    assertThat(settings.warnings()).singleElement().asString().contains("Kubernetes");
  }

  @Test
  void variablesInStringsAreReplaced() {
    String text =
        "server:\n  name: \"${STAGE} ${SIDE:-left}\"\n  serial: ['$${x}']\n  port: ${PORT}\n";

    Settings settings = read("clasp.yaml", text, Map.of("STAGE", "$main", "PORT", "7331"));

    assertThat(texts(settings, "name")).containsExactly("$main left");
    assertThat(texts(settings, "serial")).containsExactly("${x}");
    assertThat(texts(settings, "port")).containsExactly("7331");
    assertThatThrownBy(() -> read("clasp.yaml", text, Map.of("PORT", "1")))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("clasp.yaml, line 2: the variable STAGE is not set");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "server: {prot: 1} | line 1: there is no setting 'server.prot'; did you mean 'server.port'?",
        "server: {max_sessions: 1} | did you mean 'server.limits.max_sessions'?",
        "server: {limits: {max_conections: 1}} | did you mean 'server.limits.max_connections'?",
        "server: {limts: {max_sessions: 1}} | 'server.limts'; did you mean 'server.limits'?",
        "port: 1 | there is no setting 'server.port'",
        "server: {zzzzzzzzzz: 1} | there is no setting 'server.zzzzzzzzzz'",
        "server: {port: {a: 1}} | 'server.port' must be a single value",
        "server: {port: [1, 2]} | 'server.port' must be a single value",
        "server: {limits: 1} | 'server.limits' must have settings below it",
        "server: 1 | 'server' must have settings below it",
        "server: {conflicts: max} | 'server.conflicts' must have keys and values below it",
        "server: {tls: {only: yes}} | 'server.tls.only' must be true or false, not 'yes'",
        "server: {mqtt: {enabled: true}} | 'server.mqtt': there is no MQTT here; use 'clasp mqtt'",
        "server: {port: 1, port: 2} | line 1",
        "[1] | settings are expected here",
        "server: {name: &a x} | anchors",
        "server: {name: !!binary eA==} | tags such as",
        "server: {name: !foo x} | tags such as",
        "server: { | this is not YAML",
      })
  void mistakesAreNamedWithTheirPlace(String text, String message) {
    assertThatThrownBy(() -> yaml(text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("clasp.yaml")
        .hasMessageContaining(message);
  }

  @Test
  void whatWeDoNotHaveMayBeSwitchedOff() {
    assertThat(yaml("server: {mqtt: {enabled: false, port: 1883}}").values()).isEmpty();
    assertThat(yaml("server:\n  # nothing\n").values()).isEmpty();
    assertThat(yaml("").values()).isEmpty();
    assertThatThrownBy(
            () -> Settings.of(CATALOGUE, Optional.empty(), Map.of("CLASP_MQTT", "true"), false))
        .hasMessage("CLASP_MQTT: there is no MQTT here; use 'clasp mqtt'");
  }

  @Test
  void lenientIsAWarning() {
    ConfigFile file =
        new ConfigFile(
            Path.of("clasp.yaml"), ConfigFile.parse("clasp.yaml", "server: {prot: 1, port: 2}"));

    Settings settings = Settings.of(CATALOGUE, Optional.of(file), Map.of(), true);

    assertThat(texts(settings, "port")).containsExactly("2");
    assertThat(settings.warnings())
        .containsExactly(
            "clasp.yaml, line 1: there is no setting 'server.prot'; did you mean 'server.port'?");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"[server]\nport = ", "[server]\nport = 1\nport = 2", "a.b.c", "server = 1 2"})
  void brokenTomlIsNamedWithItsLine(String text) {
    assertThatThrownBy(() -> read("clasp.toml", text, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("clasp.toml, line ");
  }

  @Test
  void deepNestingAndBillionLaughsAreRefused() {
    assertThatThrownBy(() -> yaml("server: " + "{a: ".repeat(60) + "1" + "}".repeat(60)))
        .hasMessageContaining("nested too deeply");
    assertThatThrownBy(
            () -> yaml("a: &a [x,x]\nb: &b [*a,*a,*a]\nserver: {name: [*b,*b,*b,*b,*b]}\n"))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> read("c.toml", "a = " + "[".repeat(60) + "]".repeat(60), Map.of()))
        .isInstanceOf(ConfigException.class);
  }

  @Test
  void filesThatCannotBeReadAreNamed(@TempDir Path folder) throws IOException {
    Path long_ = Files.write(folder.resolve("long.yaml"), new byte[ConfigFile.MAX_BYTES + 1]);
    Path binary = Files.write(folder.resolve("binary.yaml"), new byte[] {(byte) 0xff, 1});

    assertThatThrownBy(() -> ConfigFile.read(folder.resolve("none.yaml")))
        .hasMessageStartingWith("there is no file ");
    assertThatThrownBy(() -> ConfigFile.read(folder)).hasMessageContaining("cannot be read");
    assertThatThrownBy(() -> ConfigFile.read(long_)).hasMessageContaining("is longer than");
    assertThatThrownBy(() -> ConfigFile.read(binary)).hasMessageContaining("is not UTF-8");
  }

  @Test
  void theFirstFileThatIsThereIsTheOne(@TempDir Path home) throws IOException {
    Map<String, String> environment = Map.of("HOME", home.toString());
    assertThat(ConfigFile.candidates(environment))
        .startsWith(Path.of("clasp.yaml"))
        .contains(home.resolve(".config/clasp/config.yaml"))
        .endsWith(Path.of("/etc/clasp/clasp.json"));

    Path file = home.resolve(".config/clasp/config.yaml");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "server:\n");

    assertThat(ConfigFile.find(environment)).contains(file);
  }

  @Test
  void bridgesAreAListBesideTheSettings() {
    String yaml =
        """
        server: {name: Stage}
        bridges:
          - name: desk
            settings: {bind: ":${PORT:-9000}", width: 64, ratio: 0.5, standard: true, nothing: null}
            mapping: [{from: "/a", to: "/b"}]
          - name: second
        """;
    ConfigFile file = new ConfigFile(Path.of("c.yaml"), ConfigFile.parse("c.yaml", yaml));
    assertThat(texts(Settings.of(CATALOGUE, Optional.of(file), Map.of(), false), "name"))
        .containsExactly("Stage");
    List<ConfigFile.Item> items = file.bridges(Map.of("PORT", "8000"));
    assertThat(items).hasSize(2);
    assertThat(items.getLast().origin().toString()).contains("line 6");
    Map<String, @Nullable Object> settings = new LinkedHashMap<>();
    settings.put("bind", ":8000");
    settings.put("width", 64L);
    settings.put("ratio", 0.5);
    settings.put("standard", true);
    settings.put("nothing", null);
    assertThat(items.getFirst().value())
        .isEqualTo(
            Map.of(
                "name",
                "desk",
                "settings",
                settings,
                "mapping",
                List.of(Map.of("from", "/a", "to", "/b"))));
  }

  @Test
  void bridgesThatAreNoListAreRefusedWithTheirPlace() {
    ConfigFile file =
        new ConfigFile(Path.of("c.yaml"), ConfigFile.parse("c.yaml", "bridges: {desk: osc}\n"));
    assertThatThrownBy(() -> file.bridges(Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("line 1")
        .hasMessageContaining("must be a list");
    assertThat(
            new ConfigFile(Path.of("c.yaml"), ConfigFile.parse("c.yaml", "bridges:\n"))
                .bridges(Map.of()))
        .isEmpty();
  }
}
