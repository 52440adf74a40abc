package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompletionTest {

  @TempDir Path folder;

  private static String script(String shell) {
    TestTerminal terminal = new TestTerminal();
    assertThat(terminal.run("completion", shell)).isZero();
    assertThat(terminal.err()).isEmpty();
    return terminal.out();
  }

  private static boolean installed(String program) {
    return java.util.Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":"))
        .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }

  @Test
  void bashCompletesCommandsOptionsAndTheirValues() throws Exception {
    assumeTrue(installed("bash"), "bash is not installed");
    Path file = Files.writeString(folder.resolve("clasp.bash"), script("bash"));
    run("bash", "-n", file.toString());
    assertThat(completions(file, "clasp", "wa")).contains("watch");
    assertThat(completions(file, "clasp", "set", "--lo")).contains("--lock", "--log-level");
    assertThat(completions(file, "clasp", "watch", "--types", "ges"))
        .containsIgnoringCase("gesture");
    assertThat(completions(file, "clasp", "--color", "al")).contains("always");
    assertThat(completions(file, "clasp", "token", "re")).contains("revoke");
    assertThat(completions(file, "clasp", "token", "rotate", "--ov")).contains("--overlap");
  }

  /** What bash offers for the last word. */
  private static String completions(Path script, String... words) throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            "bash",
            "-c",
            "source \"$1\"; shift; compopt() { :; }; COMP_WORDS=(\"$@\"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1));"
                + " COMP_LINE=\"$*\"; COMP_POINT=${#COMP_LINE};"
                + " _complete_clasp; printf '%s\\n' \"${COMPREPLY[@]}\"",
            "bash",
            script.toString()));
    command.addAll(List.of(words));
    return run(command.toArray(String[]::new));
  }

  @Test
  void zshUsesTheScriptOfBash() {
    assertThat(script("zsh")).isEqualTo(script("bash")).contains("bashcompinit");
  }

  @Test
  void fishKnowsCommandsOptionsAndTheirValues() throws Exception {
    String script = script("fish");
    assertThat(script)
        .contains("-a watch -d 'Print signals as they arrive, until Ctrl-C.'")
        .contains("'__fish_seen_subcommand_from set pub' -l lock ")
        .contains("-l ack -x -a 'qos always'")
        .contains("'__fish_seen_subcommand_from completion' -a 'bash zsh fish'")
        .contains(
            "'__fish_seen_subcommand_from token; and not __fish_seen_subcommand_from create list"
                + " show revoke delete prune rotate export import' -a create ")
        .contains(
            "'__fish_seen_subcommand_from token; and __fish_seen_subcommand_from rotate' -l overlap");
    assertThat(script.lines())
        .allMatch(line -> line.startsWith("complete -c clasp ") || line.startsWith("#"));
    if (installed("fish")) {
      run(
          "fish",
          "--no-execute",
          Files.writeString(folder.resolve("clasp.fish"), script).toString());
    }
  }
}
