package dev.clasp.cli;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.Namespace;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeProvider;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The bridge of a command that has options of its own for its protocol. */
final class LoneDefinition {

  private LoneDefinition() {}

  /**
   * Before anything is connected.
   *
   * @throws ParameterException the namespace is none, the settings do not fit together
   */
  static BridgeDefinition of(
      CommandSpec spec, BridgeProvider provider, String namespace, Map<String, Value> settings) {
    Namespace where;
    try {
      where = Namespace.parse(namespace);
    } catch (IllegalArgumentException e) {
      throw wrong(spec, "--namespace: ", e);
    }
    try {
      provider.check(BridgeSettings.of(provider.settings(), settings));
    } catch (BridgeException e) {
      throw wrong(spec, "", e);
    }
    return BridgeDefinition.of(provider.protocol(), provider.protocol(), settings)
        .withNamespace(where);
  }

  private static ParameterException wrong(CommandSpec spec, String what, RuntimeException why) {
    return new ParameterException(
        spec.commandLine(), what + Printable.escape(String.valueOf(why.getMessage())));
  }

  /** Rules for {@code --map PATH=ADDRESS}, both ways; {@link Value#NULL} if there are none. */
  static Value bothWays(Map<String, String> maps) {
    if (maps.isEmpty()) {
      return Value.NULL;
    }
    List<Value> rules = new ArrayList<>();
    maps.forEach((from, to) ->
        rules.add(
            Value.of(
                Map.of(
                    "from", Value.of(from.startsWith("/") ? from : "/" + from),
                    "to", Value.of(to),
                    "direction", Value.of("both")))));
    return Value.of(Map.of("rules", Value.of(rules)));
  }

  /** A setting, if it is given. */
  static void put(Map<String, Value> settings, String name, @Nullable Object one) {
    if (one != null) {
      settings.put(name, Value.of(one.toString()));
    }
  }

  static void put(Map<String, Value> settings, String name, List<String> texts) {
    if (!texts.isEmpty()) {
      settings.put(name, Value.of(texts.stream().map(Value::of).toList()));
    }
  }

  static void put(Map<String, Value> settings, String name, Map<String, String> texts) {
    if (!texts.isEmpty()) {
      Map<String, Value> values = new LinkedHashMap<>();
      texts.forEach((from, to) -> values.put(from, Value.of(to)));
      settings.put(name, Value.of(values));
    }
  }
}
