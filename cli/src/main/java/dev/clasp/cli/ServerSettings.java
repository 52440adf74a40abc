package dev.clasp.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clasp.bridgeserver.FixedBridge;
import dev.clasp.cli.ServerKeys.Argument;
import dev.clasp.config.ConfigException;
import dev.clasp.config.ConfigFile;
import dev.clasp.config.Origin;
import dev.clasp.config.Setting;
import dev.clasp.config.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * The options of {@code clasp server} as file, environment and command line say together: what the
 * first two say becomes arguments, unless the command line says it already. So a setting is
 * understood and checked in one way, wherever it comes from, and messages speak of the place where
 * it was said.
 */
final class ServerSettings {

  private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]*");

  private @Nullable ServerKeys keys;

  /** Of whoever starts the JVM; in a container they are always there. */
  private static final Set<String> OF_THE_LAUNCHER = Set.of("CLASP_HEAP", "CLASP_JAVA_OPTS");

  /** Variables that may be settings. */
  private static final Predicate<String> SPEAKS =
      name ->
          (name.startsWith("CLASP_") && !OF_THE_LAUNCHER.contains(name))
              || name.equals("LOG_FORMAT");

  private final Terminal terminal;
  private final Optional<ConfigFile> file;
  private final Settings settings;
  private final Set<String> given;
  private final Map<String, Settings.Value> said;
  private final CommandLine line;

  private ServerSettings(
      Terminal terminal,
      @Nullable ServerKeys keys,
      Optional<ConfigFile> file,
      Settings settings,
      Set<String> given,
      Map<String, Settings.Value> said,
      CommandLine line) {
    this.terminal = terminal;
    this.keys = keys;
    this.file = file;
    this.settings = settings;
    this.given = given;
    this.said = said;
    this.line = line;
  }

  /**
   * Reads file and environment anew.
   *
   * @param terminal whose environment it is
   * @param args the command line, beginning with options of all commands or with {@code server}
   * @throws CommandException the configuration cannot be used
   */
  static ServerSettings load(Terminal terminal, List<String> args) {
    CommandLine first = CommandLines.server(new Clasp(terminal));
    first.parseArgs(args.toArray(String[]::new));
    return load(terminal, args, first);
  }

  /**
   * The same for a command line that has been parsed.
   *
   * @param first that of {@code args}
   */
  static ServerSettings load(Terminal terminal, List<String> args, CommandLine first) {
    CommandSpec spec = CommandLines.serverOf(first).getCommandSpec();
    Set<String> given = new LinkedHashSet<>();
    for (CommandLine part : first.getParseResult().asCommandLineList()) {
      for (OptionSpec option : part.getParseResult().matchedOptions()) {
        given.addAll(List.of(option.names()));
      }
    }
    ConfigOptions options = ((ServerCommand) spec.userObject()).configOptions();
    Optional<Path> path = options.file(terminal.environment());
    if (path.isEmpty() && terminal.environment().keySet().stream().noneMatch(SPEAKS)) {
      // Most starts are such: nothing to bring together, and keys are made when somebody asks.
      return new ServerSettings(
          terminal, null, Optional.empty(), Settings.NONE, given, Map.of(), first);
    }
    ServerKeys keys = new ServerKeys(spec);
    Optional<ConfigFile> file;
    Settings settings;
    try {
      file = path.map(ConfigFile::read);
      settings = Settings.of(keys.catalogue(), file, terminal.environment(), options.lenient());
    } catch (ConfigException e) {
      throw unusable(String.valueOf(e.getMessage()), e);
    }
    List<String> all = new ArrayList<>(args);
    Map<String, Settings.Value> said = new LinkedHashMap<>();
    for (Argument argument : keys.arguments(settings, given)) {
      String option = argument.text().replaceFirst("=.*", "");
      String key = argument.value().setting().key();
      Settings.Value other = said.put(option, argument.value());
      if (other != null
          && !other.setting().key().equals(key)
          && !spec.findOption(option).isMultiValue()) {
        throw unusable(
            argument.value().origin()
                + ": 'server."
                + key
                + "' and 'server."
                + other.setting().key()
                + "' say the same thing: leave one out",
            null);
      }
      all.add(argument.text());
    }
    CommandLine line = CommandLines.server(new Clasp(terminal));
    ServerSettings result = new ServerSettings(terminal, keys, file, settings, given, said, line);
    try {
      line.parseArgs(all.toArray(String[]::new));
    } catch (ParameterException e) {
      throw unusable(result.speakOfPlaces(String.valueOf(e.getMessage())), e);
    }
    return result;
  }

  private static CommandException unusable(String message, @Nullable Throwable cause) {
    String shown = Printable.escape(message);
    return cause == null
        ? new CommandException(ExitStatus.CONFIG, shown)
        : new CommandException(ExitStatus.CONFIG, shown, cause);
  }

  /** The command with all its options. */
  ServerCommand command() {
    return CommandLines.serverOf(line).getCommand();
  }

  /**
   * Looks whether all of it fits together.
   *
   * @throws CommandException it does not, with the place
   */
  void check() {
    try {
      command().check();
    } catch (ParameterException e) {
      throw unusable(speakOfPlaces(String.valueOf(e.getMessage())), e);
    }
    BridgesOptions.check(bridges());
  }

  /**
   * The bridges that the file lists.
   *
   * @throws CommandException one of them cannot be used, with its place
   */
  List<FixedBridge> bridges() {
    return file.map(read -> BridgesOptions.listed(read, terminal.environment())).orElse(List.of());
  }

  /** The file that was read. */
  Optional<Path> file() {
    return file.map(ConfigFile::path);
  }

  List<String> warnings() {
    return settings.warnings();
  }

  private ServerKeys keys() {
    ServerKeys made = keys;
    if (made == null) {
      made = new ServerKeys(CommandLines.serverOf(line).getCommandSpec());
      keys = made;
    }
    return made;
  }

  /** Whether a message is about something that the command line did not say. */
  boolean concerns(String message) {
    return OPTION.matcher(message).results().anyMatch(match -> said.containsKey(match.group()));
  }

  /** A message about options, in the words of who wrote them into a file or a variable. */
  String speakOfPlaces(String message) {
    return OPTION
        .matcher(message)
        .replaceAll(match -> Matcher.quoteReplacement(place(match.group())));
  }

  private String place(String option) {
    Settings.Value value = said.get(option);
    return value == null ? option : "server." + value.setting().key() + " (" + value.origin() + ")";
  }

  /**
   * What holds for one setting.
   *
   * @param value as in a file; {@code ***} for a secret
   */
  record Effective(Setting setting, String value, Origin origin) {}

  /** Every setting, what holds, and why. */
  List<Effective> effective() {
    List<Effective> all = new ArrayList<>();
    for (Setting setting : keys().catalogue().settings()) {
      Optional<OptionSpec> flag =
          keys()
              .optionOf(setting.key())
              .filter(option -> List.of(option.names()).stream().anyMatch(given::contains));
      Optional<Settings.Value> value = settings.find(setting.key());
      if (flag.isPresent() && isFirst(setting, flag.get())) {
        String name = flag.get().longestName();
        all.add(new Effective(setting, shown(setting, onCommandLine(name)), new Origin.Flag(name)));
      } else if (value.isPresent() && flag.isEmpty()) {
        all.add(
            new Effective(
                setting,
                shown(setting, String.join(", ", value.get().texts())),
                value.get().origin()));
      } else {
        all.add(new Effective(setting, setting.standard(), new Origin.BuiltIn()));
      }
    }
    return all;
  }

  /** The same as an object of JSON: key to value and origin. */
  String json() {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    for (Effective one : effective()) {
      all.putObject("server." + one.setting().key())
          .put("value", one.value())
          .put("standard", one.setting().secret() ? "" : one.setting().standard())
          .put("origin", one.origin().toString())
          .put("changed", !(one.origin() instanceof Origin.BuiltIn))
          .put("live", one.setting().live())
          .put("description", one.setting().description());
    }
    return all.toString();
  }

  private static boolean isFirst(Setting setting, OptionSpec option) {
    return ServerKeys.keysOf(List.of(option.names())).getFirst().equals(setting.key());
  }

  private String onCommandLine(String option) {
    for (CommandLine part : line.getParseResult().asCommandLineList()) {
      OptionSpec matched = part.getParseResult().matchedOption(option);
      if (matched != null) {
        return String.join(", ", matched.stringValues());
      }
    }
    return "";
  }

  private static String shown(Setting setting, String value) {
    return setting.secret() ? "***" : value;
  }
}
