package dev.clasp.cli;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.JsonValues;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a bridge is, on a command line. */
final class BridgeDefinitionOptions {

  private static final int MAX_MAPPING_BYTES = 1 << 20;

  @Option(
      names = {"-o", "--opt"},
      paramLabel = "NAME=VALUE",
      description =
          "A setting of the protocol; repeat for more. 'clasp bridge protocols NAME' has them.")
  List<String> settings = new ArrayList<>();

  @Option(
      names = {"--namespace", "--prefix"},
      paramLabel = "ADDRESS",
      description = "Where it is in the address space (default: named after the protocol).")
  private @Nullable String namespace;

  @Option(
      names = "--direction",
      paramLabel = "WAY",
      description = "in: only from the device; out: only to it; both (default: both).")
  private @Nullable String direction;

  @Option(
      names = "--map",
      paramLabel = "DEVICE=ROUTER",
      description =
          "A rule, both ways: what is /1/fader1 there is /lights/1 here. Repeat for more.")
  private List<String> maps = new ArrayList<>();

  @Option(
      names = "--mapping",
      paramLabel = "FILE",
      description = "A mapping in JSON: docs/mapping.md.")
  private @Nullable Path mapping;

  @Option(
      names = "--include",
      paramLabel = "PATTERN",
      description = "Carry only what matches; repeat for more.")
  private List<String> include = new ArrayList<>();

  @Option(
      names = "--exclude",
      paramLabel = "PATTERN",
      description = "Do not carry what matches; repeat for more.")
  private List<String> exclude = new ArrayList<>();

  /** The definition as a tree, for the host or the API. */
  Value.Map definition(String name, String protocol) {
    Map<String, Value> all = new LinkedHashMap<>();
    all.put("name", Value.of(name));
    all.put("protocol", Value.of(protocol));
    if (namespace != null) {
      all.put("namespace", Value.of(namespace));
    }
    if (direction != null) {
      all.put("direction", Value.of(direction));
    }
    if (!settings.isEmpty()) {
      all.put("settings", Value.of(pairs(settings, "--opt")));
    }
    mappingOf().ifPresent(value -> all.put("mapping", value));
    return new Value.Map(all);
  }

  /**
   * The definition of a command that has options of its own for a protocol. What --opt says has the
   * last word.
   *
   * @param settings what those options say, looking at the rest of the definition
   * @throws CommandException it cannot be used
   */
  BridgeDefinition definition(
      String protocol, boolean standard, Function<BridgeDefinition, Map<String, Value>> settings) {
    try {
      BridgeDefinition given = BridgeDefinition.parse(definition(protocol, protocol), "");
      Map<String, Value> all = new LinkedHashMap<>(settings.apply(given));
      all.putAll(given.settings());
      return given
          .withSettings(all)
          .withProfile(standard ? TypeProfile.STANDARD : TypeProfile.COMPATIBLE);
    } catch (BridgeException e) {
      throw new CommandException(
          ExitStatus.USAGE, Printable.escape(String.valueOf(e.getMessage())), e);
    }
  }

  static Map<String, Value> pairs(List<String> texts, String option) {
    Map<String, Value> all = new LinkedHashMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      if (equals <= 0) {
        throw new CommandException(
            ExitStatus.USAGE, option + " must be NAME=VALUE, not '" + Printable.escape(text) + "'");
      }
      all.put(text.substring(0, equals), ValueParser.parse(text.substring(equals + 1)));
    }
    return all;
  }

  private Optional<Value> mappingOf() {
    if (maps.isEmpty() && include.isEmpty() && exclude.isEmpty()) {
      return Optional.ofNullable(mapping).map(BridgeDefinitionOptions::read);
    }
    if (mapping != null) {
      throw new CommandException(
          ExitStatus.USAGE, "--mapping says it all: leave out --map, --include and --exclude");
    }
    List<Value> rules = new ArrayList<>();
    pairs(maps, "--map")
        .forEach((from, to) ->
            rules.add(
                Value.of(
                    Map.of(
                        "direction",
                        Value.of("both"),
                        "from",
                        Value.of(from),
                        "to",
                        to instanceof Value.Text ? to : Value.of(JsonValues.text(to))))));
    Map<String, Value> all = new LinkedHashMap<>();
    if (!rules.isEmpty()) {
      all.put("rules", Value.of(rules));
    }
    if (!include.isEmpty()) {
      all.put("include", texts(include));
    }
    if (!exclude.isEmpty()) {
      all.put("exclude", texts(exclude));
    }
    return Optional.of(Value.of(all));
  }

  private static Value texts(List<String> texts) {
    return Value.of(texts.stream().map(Value::of).toList());
  }

  private static Value read(Path file) {
    try {
      if (Files.size(file) > MAX_MAPPING_BYTES) {
        throw new CommandException(
            ExitStatus.FAILURE, Printable.escape(file.toString()) + " is too long for a mapping");
      }
      return JsonValues.parse(Files.readString(file))
          .orElseThrow(() ->
              new CommandException(
                  ExitStatus.FAILURE, Printable.escape(file.toString()) + " is no valid JSON"));
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.FAILURE,
          Printable.escape(file.toString()) + " cannot be read: " + e.getMessage(),
          e);
    }
  }
}
