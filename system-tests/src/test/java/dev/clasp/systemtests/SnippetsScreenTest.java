package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.DefinitionBuilder;
import dev.clasp.client.Signal;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The snippets of the page are read there, and run as anybody would run them. */
@RealProgram
class SnippetsScreenTest {

  private static final String ADMIN = "cpsk_snippets00000000000000000000000000";

  @RegisterExtension
  static final Stage stage = Stage.withTokens(ADMIN, "--token-file", tokens().toString());

  private static Path tokens() {
    try {
      Path file = Files.createTempDirectory("clasp-snippets").resolve("tokens.txt");
      return Files.write(file, List.of(ADMIN + " admin:/**"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private final Path folder = folder();
  private final ClaspClient desk = stage.java("desk", settings -> settings.token(ADMIN));

  /** Where the packages of the JavaScript peers are found. */
  private static Path folder() {
    try {
      Path made = Files.createTempDirectory("clasp-snippets");
      Path script = Path.of(Installation.nodeScript("node-peer.mjs").getLast());
      Files.createSymbolicLink(made.resolve("node_modules"), script.resolveSibling("node_modules"));
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Screen open(String name) {
    return stage
        .screen(stage.browser(), stage.server().page(), Map.of("storage", name))
        .allowRefusals()
        .logIn(ADMIN)
        .go("snippets");
  }

  private static String code(Screen screen, String language, String operation) {
    screen.select("snippet-operation", operation);
    screen.click("[data-testid=snippet-language][data-language=" + language + "]");
    return screen.text(
        "[data-testid=snippet-code][data-language="
            + language
            + "][data-operation="
            + operation
            + "]");
  }

  private List<String> command(String language, String code) {
    Map<String, String> names =
        Map.of("js", "snippet.mjs", "python", "snippet.py", "java", "Snippet.java");
    Path file = folder.resolve(names.getOrDefault(language, "snippet.sh"));
    try {
      Files.writeString(file, code);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> interpreter =
        switch (language) {
          case "js" -> List.of("node");
          case "python" -> List.of(Installation.python().getFirst());
          case "java" -> {
            List<String> clasp = Installation.clasp("set", List.of());
            yield List.of(
                clasp.getFirst(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                clasp.get(clasp.indexOf("-cp") + 1));
          }
          default -> List.of("sh");
        };
    List<String> command = new ArrayList<>(List.of("env", "CLASP_TOKEN=" + ADMIN));
    command.addAll(interpreter);
    command.add(file.toString());
    return command;
  }

  private String run(Screen screen, String language, String operation) {
    return Outcome.good(command(language, code(screen, language, operation)));
  }

  private Received<Signal> listen(String address) {
    Received<Signal> heard = new Received<>("subscription to " + address);
    desk.subscribe(address, heard::add).active().join();
    heard.take();
    return heard;
  }

  private static Predicate<Signal> is(Class<? extends Signal> kind, Predicate<Value> value) {
    return signal -> kind.isInstance(signal) && value.test(signal.value());
  }

  @Test
  void everySnippetDoesWhatItSays() {
    desk.blocking()
        .announce("/snippet", List.of(DefinitionBuilder.param("/snippet/level").build()));
    Screen screen = open("all");
    screen.fill("snippet-address", "/snippet/level");
    assertThat(screen.checked("snippet-token")).isTrue();

    for (String language : List.of("js", "python", "java", "curl")) {
      assertThat(run(screen, language, "connect")).isNotBlank();
      Received<Signal> heard = listen("/snippet/level");

      String number = "0." + (1 + List.of("js", "python", "java", "curl").indexOf(language));
      screen.select("snippet-operation", "set");
      screen.fill("snippet-value", number);
      Predicate<Value> same = Value.of(Double.parseDouble(number))::equals;
      run(screen, language, "set");
      heard.awaitFirst(language + " set", is(Signal.Change.class, same));
      assertThat(run(screen, language, "get")).contains(number);
      run(screen, language, "emit");
      heard.awaitFirst(language + " emit", is(Signal.Event.class, same));
      run(screen, language, "stream");
      heard.awaitFirst(language + " stream", is(Signal.Stream.class, same));
      heard.take();
      run(screen, language, "bundle");
      heard.awaitFirst(language + " bundle", is(Signal.Change.class, same));
      heard.awaitFirst(language + " event of the bundle", is(Signal.Event.class, same));
      if (!language.equals("curl")) {
        run(screen, language, "gesture");
        heard.awaitFirst(
            language + " gesture",
            signal ->
                signal instanceof Signal.Gesture gesture && gesture.phase() == GesturePhase.END);
      }
      if (!language.equals("js")) {
        assertThat(run(screen, language, "query")).contains("/snippet/level");
      }
      if (language.equals("java") || language.equals("curl")) {
        heard.take();
        run(screen, language, "lock");
        heard.awaitFirst(language + " lock", is(Signal.Change.class, same));
        // It is given back; Java's client does not wait for that.
        Pause.until(() -> language + " has left a lock", () -> mayWrite("/snippet/level"));
      }
      if (language.equals("java")) {
        heard.take();
        run(screen, language, "timeline");
        heard.awaitFirst("the end of the timeline", is(Signal.Change.class, same));
      }
      listens(screen, language);
    }
  }

  private boolean mayWrite(String address) {
    try {
      desk.blocking().set(address, 0.0);
      return true;
    } catch (ClaspException.Locked e) {
      return false;
    }
  }

  /** It prints the present value, and the next. */
  private void listens(Screen screen, String language) {
    desk.blocking().set("/snippet/level", 0.625);
    Received<String> lines = new Received<>(language + " subscribe");
    try (Program program =
        Program.start(
            language + " snippet",
            command(language, code(screen, language, "subscribe")),
            lines::add,
            () -> lines.end("it ended"))) {
      // A compiler and a client begin here.
      lines.awaitAnswer(
          "present value",
          Patience.START,
          all -> all.stream().filter(line -> line.contains("0.625")).findFirst());
      desk.blocking().set("/snippet/level", 0.875);
      lines.awaitFirst("next value", line -> line.contains("0.875"));
      program.stop();
    }
  }

  @Test
  void whateverTheAddressAndTheValueAreTheyArriveAsTheyAre() {
    String address = "/it's \"50%\" `\\u0022` $HOME/#1?x=&y=+ ☃🎭";
    String value = "'; rm -rf / \"$(exit 1)` \\u0022\\n \\ ${x} \n 🎭 </script>";
    desk.blocking().set(address, value);
    Screen screen = open("hostile");
    screen.goTo(
        URI.create(
            stage.server().page()
                + "#/snippets/"
                + Stream.of(address.split("/", -1))
                    .map(SnippetsScreenTest::encoded)
                    .reduce((a, b) -> a + "/" + b)
                    .orElseThrow()));
    screen.awaitValue("snippet-address", address);
    screen.awaitValue("snippet-value-kind", "text");

    for (String language : List.of("js", "python", "java", "curl")) {
      // The box for texts has one line; a map has what no text box would take.
      String json =
          "{\"" + language + "\": [1, 2.5, null, true, \"" + "\\\"'\\\\u0022 `$x` \\n🎭\"]}";
      screen.select("snippet-operation", "set");
      screen.select("snippet-value-kind", "json");
      screen.fill("snippet-value", json);
      run(screen, language, "set");
      Value found = desk.blocking().get(address).orElseThrow().value();
      Map<String, Value> entries = ((Value.Map) found).entries();
      List<Value> list = ((Value.Array) Objects.requireNonNull(entries.get(language))).values();
      assertThat(list.get(0)).isEqualTo(language.equals("js") ? Value.of(1.0) : Value.of(1L));
      assertThat(list.subList(1, 5))
          .containsExactly(
              Value.of(2.5), Value.NULL, Value.of(true), Value.of("\"'\\u0022 `$x` \n🎭"));
      assertThat(run(screen, language, "get")).isNotBlank();
    }
  }

  private static String encoded(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Test
  void aSnippetIsCopiedAndSavedAndNamesNoToken() throws Exception {
    Screen screen = open("copy");
    String java = code(screen, "java", "set");
    Pause.until(
        () -> "the button says " + screen.text("snippet-copy"),
        () -> {
          // It says so for a moment only, and not at once.
          screen.click("snippet-copy");
          return screen.text("snippet-copy").strip().equals("Copied");
        });
    assertThat(screen.clipboard().strip()).isEqualTo(java.strip());
    assertThat(Files.readString(screen.download("snippet-save", "Snippet.java")).strip())
        .isEqualTo(java.strip());
    assertThat(java).contains("CLASP_TOKEN").doesNotContain(ADMIN);
    screen.check("snippet-token", false);
    assertThat(code(screen, "java", "set")).doesNotContain("CLASP_TOKEN");
    screen.select("snippet-operation", "timeline");
    screen.click("[data-testid=snippet-language][data-language=js]");
    screen.await("snippet-missing");
    screen.fill("snippet-address", "no slash");
    screen.awaitGone("snippet-missing");
    screen.fill("snippet-address", "/lights/1/level");
    screen.requireAccessible();
    screen.click("[data-testid=snippet-language][data-language=python]");
    screen.select("snippet-operation", "set");
    screen.await("snippet-code");
    screen.requireAccessible();
    screen.pictures("snippets");
  }
}
