package dev.clasp.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code clasp} command itself: the options that every command has. */
@Command(
    name = "clasp",
    description = "Signals of a show: a router, and commands to read, write and watch them.",
    versionProvider = Clasp.VersionLine.class,
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Start with:",
      "  clasp server          in one terminal: the router",
      "  clasp demo            in a second: moving lights",
      "  clasp watch '/**'     in a third: every signal as it passes",
      "",
      "clasp COMMAND --help explains a command.",
    })
final class Clasp implements Runnable {

  /** What is logged to stderr. */
  enum LogLevel {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR,
    OFF;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How log lines look. */
  enum LogFormat {
    TEXT,
    JSON;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** When to colour. */
  enum ColorMode {
    AUTO,
    ALWAYS,
    NEVER;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How results look. */
  enum OutputFormat {
    TEXT,
    JSON,
    /** Only the benchmark. */
    CSV;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** {@code clasp 0.1.0}. */
  static final class VersionLine implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"clasp " + dev.clasp.server.Version.number()};
    }
  }

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-l", "--log-level"},
      scope = ScopeType.INHERIT,
      paramLabel = "LEVEL",
      order = HelpSections.GENERAL,
      description = "Log to stderr: trace, debug, info, warn, error, off.")
  @Nullable LogLevel logLevel;

  @Option(
      names = "--log-format",
      scope = ScopeType.INHERIT,
      paramLabel = "FORMAT",
      order = HelpSections.GENERAL + 1,
      description = "Log lines as text or json.")
  LogFormat logFormat = LogFormat.TEXT;

  @Option(
      names = "--log-file",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      order = HelpSections.GENERAL + 2,
      description = "Log into this file, not to stderr. Ten files of 10 MB are kept.")
  @Nullable Path logFile;

  @Option(
      names = "--color",
      scope = ScopeType.INHERIT,
      paramLabel = "WHEN",
      order = HelpSections.GENERAL + 2,
      description = "Colours: auto (on a terminal), always, never.")
  ColorMode color = ColorMode.AUTO;

  @Option(
      names = "--output",
      scope = ScopeType.INHERIT,
      paramLabel = "FORMAT",
      order = HelpSections.GENERAL + 3,
      description = "Results as text or json.")
  OutputFormat output = OutputFormat.TEXT;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      order = HelpSections.GENERAL + 4,
      description = "Show this help.")
  boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      scope = ScopeType.INHERIT,
      order = HelpSections.GENERAL + 5,
      description = "Print the version.")
  boolean version;

  private final Terminal terminal;

  Clasp(Terminal terminal) {
    this.terminal = terminal;
  }

  Terminal terminal() {
    return terminal;
  }

  boolean json() {
    return output == OutputFormat.JSON;
  }

  /** Whether to colour stdout (no-color.org; CLICOLOR as in bixense.com/clicolors). */
  boolean colored() {
    return switch (color) {
      case ALWAYS -> true;
      case NEVER -> false;
      case AUTO -> {
        if (!terminal.environment().getOrDefault("NO_COLOR", "").isEmpty()) {
          yield false;
        }
        String force = terminal.environment().getOrDefault("CLICOLOR_FORCE", "");
        if (!force.isEmpty() && !force.equals("0")) {
          yield true;
        }
        yield terminal.outIsTerminal()
            && !terminal.environment().getOrDefault("CLICOLOR", "1").equals("0")
            && !terminal.environment().getOrDefault("TERM", "").equals("dumb");
      }
    };
  }

  Style style() {
    return new Style(colored());
  }

  /** Tells the user something on stderr that is neither a result nor an error. */
  void note(String text) {
    terminal.err().println("clasp: " + text);
    terminal.err().flush();
  }

  /** What is logged: by the option, by {@code RUST_LOG}, or what is usual for the command. */
  LogLevel level(LogLevel otherwise) {
    if (logLevel != null) {
      return logLevel;
    }
    String rust = terminal.environment().get("RUST_LOG");
    return rust == null ? otherwise : RustLog.parse(rust).level().orElse(otherwise);
  }

  /** Of some loggers, by the beginning of their names: {@code RUST_LOG} says so, not the option. */
  Map<String, LogLevel> levels() {
    String rust = terminal.environment().get("RUST_LOG");
    return rust == null || logLevel != null ? Map.of() : RustLog.parse(rust).parts();
  }

  /** Tells the logging library. */
  void startLogging(LogLevel otherwise) {
    System.setProperty(Logging.LEVEL, level(otherwise).toString());
    System.setProperty(Logging.FORMAT, logFormat.toString());
    Path file = logFile;
    if (file != null) {
      try {
        // Logback would only say so in a status that nobody reads.
        Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND).close();
      } catch (IOException e) {
        throw new CommandException(
            ExitStatus.FAILURE,
            "the log file " + Printable.escape(file.toString()) + " cannot be written: " + e,
            e);
      }
      System.setProperty(Logging.FILE, file.toString());
    }
    Logging.told();
    levels().forEach(Logging::setLevel);
  }

  /** {@code clasp} alone: the help, as an error. */
  @Override
  public void run() {
    spec.commandLine().usage(terminal.err());
    throw new CommandException(ExitStatus.USAGE, "a command is missing");
  }
}
