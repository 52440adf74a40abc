package dev.clasp.cli;

import dev.clasp.client.ClaspException;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Puts the commands together, and says what goes wrong in sentences instead of stack traces. */
final class CommandLines {

  /**
   * A command, made only when it is needed: reading the annotations of all of them takes longer
   * than what a short one does.
   */
  private record Entry(Set<String> names, Function<Clasp, Object> factory) {
    Entry(Function<Clasp, Object> factory, String... names) {
      this(Set.of(names), factory);
    }
  }

  /** In the order of the help. */
  private static final List<Entry> COMMANDS =
      List.of(
          new Entry(ServerCommand::new, "server"),
          new Entry(SetCommand::new, "set", "pub"),
          new Entry(GetCommand::new, "get"),
          new Entry(EmitCommand::new, "emit"),
          new Entry(WatchCommand::new, "watch", "sub"),
          new Entry(DemoCommand::new, "demo"),
          new Entry(BridgeCommand::new, "bridge"),
          new Entry(MqttCommand::new, "mqtt"),
          new Entry(HttpCommand::new, "http"),
          new Entry(SocketIoCommand::new, "socketio"),
          new Entry(ArtNetCommand::new, "artnet"),
          new Entry(OscCommand::new, "osc"),
          new Entry(WebSocketCommand::new, "websocket", "ws"),
          new Entry(OscQueryCommand::new, "oscquery"),
          new Entry(MidiCommand::new, "midi"),
          new Entry(DmxCommand::new, "dmx"),
          new Entry(SacnCommand::new, "sacn"),
          new Entry(SerialCommand::new, "serial"),
          new Entry(PeerCommand::new, "peer"),
          new Entry(BleCommand::new, "ble"),
          new Entry(TokenCommand::new, "token"),
          new Entry(PairCommand::new, "pair"),
          new Entry(CertCommand::new, "cert"),
          new Entry(TopCommand::new, "top"),
          new Entry(PingCommand::new, "ping"),
          new Entry(BenchCommand::new, "bench", "benchmark"),
          new Entry(SoakCommand::new, "soak"),
          new Entry(HealthcheckCommand::new, "healthcheck"),
          new Entry(InfoCommand::new, "info"),
          new Entry(ConsoleCommand::new, "console"),
          new Entry(ConfigCommand::new, "config"),
          new Entry(DoctorCommand::new, "doctor"),
          new Entry(ServiceCommand::new, "service"),
          new Entry(RouterCommand::new, "router"),
          new Entry(RelayCommand::new, "relay"),
          new Entry(DiscoverCommand::new, "discover"),
          new Entry(RendezvousCommand::new, "rendezvous"),
          new Entry(AuditCommand::new, "audit"),
          new Entry(CompletionCommand::new, "completion"));

  /** Their answer needs no command. */
  private static final Set<String> VERSION_OPTIONS = Set.of("--version", "-V");

  /** Commands with values, which may be negative numbers. */
  private static final List<String> TAKING_VALUES = List.of("set", "emit");

  private static final int NARROWEST_HELP = 60;
  private static final int WIDEST_HELP = 100;

  private CommandLines() {}

  /** Runs a command line and returns the exit status. */
  static int run(Terminal terminal, String... args) {
    Clasp clasp = new Clasp(terminal);
    String[] understood = CompatibleServer.understood(DocumentedOptions.understood(args));
    int status = create(clasp, understood).execute(understood);
    terminal.out().flush();
    Optional<IOException> failure = terminal.out().failure();
    if (failure.isPresent()) {
      clasp.note("cannot write the output: " + failure.get().getMessage());
      status = status == ExitStatus.OK ? ExitStatus.FAILURE : status;
    }
    terminal.err().flush();
    return status;
  }

  /** With every command. */
  static CommandLine create(Clasp clasp) {
    return create(clasp, COMMANDS);
  }

  /** With {@code server} alone. */
  static CommandLine server(Clasp clasp) {
    return create(clasp, COMMANDS.subList(0, 1));
  }

  /** The command {@code server} of such a line. */
  static CommandLine serverOf(CommandLine root) {
    return Objects.requireNonNull(root.getSubcommands().get("server"));
  }

  /**
   * With the command that comes first, if it is one of ours and needs no other; without any, if
   * none is needed; else with all.
   */
  static CommandLine create(Clasp clasp, String... args) {
    if (args.length == 1 && VERSION_OPTIONS.contains(args[0])) {
      return create(clasp, List.of());
    }
    if (args.length > 0 && !args[0].equals("completion")) {
      for (Entry entry : COMMANDS) {
        if (entry.names.contains(args[0])) {
          return create(clasp, List.of(entry));
        }
      }
    }
    return create(clasp);
  }

  private static CommandLine create(Clasp clasp, List<Entry> commands) {
    Terminal terminal = clasp.terminal();
    CommandLine line = new CommandLine(clasp);
    for (Entry entry : commands) {
      Object command = entry.factory.apply(clasp);
      CommandLine subcommand = new CommandLine(command);
      if (command instanceof CommandGroup group) {
        group.commands().forEach(subcommand::addSubcommand);
      }
      line.addSubcommand(subcommand);
    }
    line.setOut(terminal.out());
    line.setErr(terminal.err());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.registerConverter(Duration.class, new DurationText());
    line.setDefaultValueProvider(new EnvironmentDefaults(terminal.environment()));
    line.setUsageHelpWidth(Math.clamp(terminal.columns(), NARROWEST_HELP, WIDEST_HELP));
    line.setColorScheme(Help.defaultColorScheme(clasp.colored() ? Help.Ansi.ON : Help.Ansi.OFF));
    line.setExecutionStrategy(parsed -> execute(clasp, parsed));
    line.setParameterExceptionHandler((e, args) -> usageError(clasp, e));
    line.setExecutionExceptionHandler((e, command, parsed) -> failure(clasp, e));
    HelpSections.layOut(line);
    line.getSubcommands().forEach(CommandLines::complete);
    return line;
  }

  private static void complete(String name, CommandLine command) {
    HelpSections.layOut(command);
    command.getCommandSpec().versionProvider(new Clasp.VersionLine());
    if (TAKING_VALUES.contains(name)) {
      command.setUnmatchedOptionsArePositionalParams(true);
    }
    command.getSubcommands().forEach(CommandLines::complete);
  }

  private static int execute(Clasp clasp, ParseResult parsed) {
    // Only now it is known what --color says.
    for (CommandLine command : parsed.asCommandLineList()) {
      command.setColorScheme(
          Help.defaultColorScheme(clasp.colored() ? Help.Ansi.ON : Help.Ansi.OFF));
    }
    CommandLine last = parsed.asCommandLineList().getLast();
    if (clasp.output == Clasp.OutputFormat.CSV && !(last.getCommand() instanceof BenchCommand)) {
      throw new ParameterException(last, "--output csv is for clasp bench; here: text or json");
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private static int usageError(Clasp clasp, ParameterException e) {
    PrintWriter err = clasp.terminal().err();
    CommandLine command = e.getCommandLine();
    Optional<String> advice = advice(e);
    err.println("clasp: " + advice.orElseGet(() -> sentence(e)));
    if (e instanceof UnmatchedArgumentException unmatched && advice.isEmpty()) {
      String suggestions =
          unmatched.getSuggestions().stream().limit(2).collect(Collectors.joining(" or "));
      if (!suggestions.isEmpty()) {
        err.println("Did you mean " + suggestions + "?");
      }
    }
    err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return ExitStatus.USAGE;
  }

  private static Optional<String> advice(ParameterException e) {
    return e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()
        ? DocumentedOptions.advice(unmatched.getUnmatched().getFirst())
        : Optional.empty();
  }

  private static String sentence(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
      String first = unmatched.getUnmatched().getFirst();
      boolean root = e.getCommandLine().getParent() == null;
      String what = first.startsWith("-") ? "option" : root ? "command" : "argument";
      return "unknown " + what + " '" + Printable.escape(first) + "'";
    }
    return String.valueOf(e.getMessage());
  }

  private static int failure(Clasp clasp, Exception e) {
    PrintWriter err = clasp.terminal().err();
    return switch (e) {
      case CommandException command -> {
        err.println("clasp: " + command.getMessage());
        yield command.status();
      }
      case ClaspException failure -> {
        err.println("clasp: " + Printable.escape(failure.getMessage()));
        yield ExitStatus.of(failure);
      }
      default -> {
        err.println("clasp: internal error: " + e + "; please report it, with the command line");
        if (clasp.logLevel == Clasp.LogLevel.DEBUG || clasp.logLevel == Clasp.LogLevel.TRACE) {
          e.printStackTrace(err);
        }
        yield ExitStatus.FAILURE;
      }
    };
  }
}
