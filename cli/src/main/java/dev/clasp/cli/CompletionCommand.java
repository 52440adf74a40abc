package dev.clasp.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clasp completion}: a script that teaches a shell the commands and options. */
@Command(
    name = "completion",
    description = {
      "Print a script that lets a shell complete commands and options.",
    },
    footer = {
      "",
      "Examples:",
      "  source <(clasp completion bash)                     now",
      "  clasp completion bash > ~/.local/share/bash-completion/completions/clasp",
      "  source <(clasp completion zsh)",
      "  clasp completion fish > ~/.config/fish/completions/clasp.fish",
    })
final class CompletionCommand implements Callable<Integer> {

  /** Shells that can be taught. */
  enum Shell {
    BASH,
    ZSH,
    FISH;

    @Override
    public String toString() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
  private Shell shell = Shell.BASH;

  CompletionCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    CommandLine root = spec.root().commandLine();
    clasp
        .terminal()
        .out()
        .print(
            switch (shell) {
              // The script looks which of the two shells it is in.
              case BASH, ZSH -> AutoComplete.bash("clasp", root);
              case FISH -> FishCompletion.script(root);
            });
    return ExitStatus.OK;
  }
}
