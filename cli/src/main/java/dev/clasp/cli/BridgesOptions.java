package dev.clasp.cli;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.BridgeHost;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridgeserver.BridgesConfig;
import dev.clasp.bridgeserver.FixedBridge;
import dev.clasp.config.ConfigException;
import dev.clasp.config.ConfigFile;
import dev.clasp.protocol.Value;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The bridges of {@code clasp server}. */
final class BridgesOptions {

  @Option(
      names = "--bridges",
      order = HelpSections.PROTOCOLS,
      paramLabel = "FILE",
      description =
          "Where bridges are kept that are made while the router runs (default: with --persist in"
              + " its folder; else they end with the router).")
  private @Nullable Path file;

  /**
   * @param listed in the file with settings
   * @param folder where the router keeps its values, if it does
   */
  BridgesConfig config(List<FixedBridge> listed, Optional<Path> folder) {
    return new BridgesConfig(
        listed, Optional.ofNullable(file).or(() -> folder.map(f -> f.resolve("bridges.json"))));
  }

  /**
   * Those that a file lists.
   *
   * @throws CommandException one of them cannot be used, with its place
   */
  static List<FixedBridge> listed(ConfigFile file, Map<String, String> environment) {
    List<FixedBridge> bridges = new ArrayList<>();
    try {
      for (ConfigFile.Item item : file.bridges(environment)) {
        String place = item.origin().toString();
        bridges.add(new FixedBridge(definition(item.value(), place), place));
      }
    } catch (ConfigException e) {
      throw unusable(String.valueOf(e.getMessage()), e);
    }
    return bridges;
  }

  /**
   * Looks whether the protocols take them.
   *
   * @throws CommandException one does not, with its place
   */
  static void check(List<FixedBridge> bridges) {
    if (bridges.isEmpty()) {
      return;
    }
    try (BridgeHost host =
        BridgeHost.perBridge(
            _ -> CompletableFuture.failedFuture(new IllegalStateException("nothing runs")),
            _ -> {})) {
      for (FixedBridge bridge : bridges) {
        try {
          host.check(bridge.definition());
        } catch (BridgeException e) {
          throw unusable(bridge.place() + ": " + e.getMessage(), e);
        }
      }
    }
  }

  private static BridgeDefinition definition(@Nullable Object tree, String place) {
    try {
      return BridgeDefinition.parse(value(tree), "");
    } catch (BridgeException e) {
      throw unusable(place + ": " + e.getMessage(), e);
    }
  }

  private static CommandException unusable(String message, Throwable cause) {
    return new CommandException(ExitStatus.CONFIG, Printable.escape(message), cause);
  }

  private static Value value(@Nullable Object tree) {
    return switch (tree) {
      case null -> Value.NULL;
      case Boolean flag -> Value.of(flag);
      case Long whole -> Value.of(whole);
      case Double real -> Value.of(real);
      case List<?> list -> Value.of(list.stream().map(BridgesOptions::value).toList());
      case Map<?, ?> map -> {
        Map<String, Value> entries = new LinkedHashMap<>();
        map.forEach((key, each) -> entries.put(String.valueOf(key), value(each)));
        yield Value.of(entries);
      }
      default -> Value.of(tree.toString());
    };
  }
}
