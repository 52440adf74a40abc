package dev.clasp.cli;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Puts the commands together, and says what goes wrong in sentences instead of stack traces. */
final class CommandLines {

  private CommandLines() {}

  /** Runs a command line and returns the exit status. */
  static int run(Terminal terminal, String... args) {
    Clasp clasp = new Clasp(terminal);
    int status = create(clasp).execute(args);
    terminal.out().flush();
    terminal.err().flush();
    return status;
  }

  static CommandLine create(Clasp clasp) {
    Terminal terminal = clasp.terminal();
    CommandLine line = new CommandLine(clasp);
    line.addSubcommand(new ServerCommand(clasp));
    line.setOut(terminal.out());
    line.setErr(terminal.err());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpWidth(Math.clamp(terminal.columns(), 60, 110));
    line.setExecutionStrategy(parsed -> execute(clasp, parsed));
    line.setParameterExceptionHandler((e, args) -> usageError(clasp, e));
    line.setExecutionExceptionHandler((e, command, parsed) -> failure(clasp, e));
    return line;
  }

  private static int execute(Clasp clasp, ParseResult parsed) {
    for (CommandLine command : parsed.asCommandLineList()) {
      command.setColorScheme(
          Help.defaultColorScheme(clasp.colored() ? Help.Ansi.ON : Help.Ansi.OFF));
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private static int usageError(Clasp clasp, ParameterException e) {
    PrintWriter err = clasp.terminal().err();
    CommandLine command = e.getCommandLine();
    err.println("clasp: " + sentence(e));
    if (e instanceof UnmatchedArgumentException unmatched) {
      List<String> suggestions = unmatched.getSuggestions();
      if (!suggestions.isEmpty()) {
        err.println("Did you mean " + String.join(" or ", suggestions) + "?");
      }
    }
    err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return ExitStatus.USAGE;
  }

  private static String sentence(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
      String first = unmatched.getUnmatched().getFirst();
      boolean root = e.getCommandLine().getParent() == null;
      String what = first.startsWith("-") ? "option" : root ? "command" : "argument";
      return "unknown " + what + " '" + first + "'";
    }
    return String.valueOf(e.getMessage());
  }

  private static int failure(Clasp clasp, Exception e) {
    PrintWriter err = clasp.terminal().err();
    if (e instanceof CommandException command) {
      err.println("clasp: " + command.getMessage());
      return command.status();
    }
    err.println("clasp: internal error: " + e + ". Please report it, with the command line");
    return ExitStatus.FAILURE;
  }
}
