package dev.clasp.cli;

import dev.clasp.config.Template;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code clasp config init}: a file to start from. */
@Command(
    name = "init",
    description =
        "Write a file with every setting and its default, all commented out. To stdout, unless a file is"
            + " named; one that is there is not touched.",
    footer = {"", "Example:", "  clasp config init clasp.yaml"})
final class ConfigInitCommand implements Callable<Integer> {

  private final Clasp clasp;

  @Parameters(arity = "0..1", paramLabel = "FILE", description = "The file to make.")
  private @Nullable Path file;

  ConfigInitCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    String text = Template.of(ConfigCheckCommand.keys(clasp).catalogue());
    if (file == null) {
      clasp.terminal().out().print(text);
      return ExitStatus.OK;
    }
    String shown = Printable.escape(file.toString());
    try {
      Files.writeString(file, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw new CommandException(
          ExitStatus.FAILURE, shown + " is there already and is left as it is", e);
    } catch (IOException e) {
      throw new CommandException(ExitStatus.FAILURE, shown + " cannot be written: " + e, e);
    }
    clasp.note("made " + shown + "; check it with: clasp config check " + shown);
    return ExitStatus.OK;
  }
}
