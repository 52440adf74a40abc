package dev.clasp.bridge;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * What a bridge shall be, as people write it. Immutable.
 *
 * @param name letters, digits, {@code .}, {@code _} and {@code -}; unique in its host
 * @param protocol of a {@link dev.clasp.bridge.spi.BridgeProvider}
 * @param namespace where its addresses are; empty = what the protocol suggests
 * @param enabled whether it runs
 * @param settings of the protocol
 * @param mapping rules between the two worlds; {@link Value#NULL} for none
 * @param ratesIn on the way into the router
 * @param ratesOut on the way to the other protocol
 * @param echoWindow how long what was sent to the other side may take to come back as an echo; zero
 *     = nothing is taken for an echo
 * @param profile which kinds of signals the protocol makes
 */
public record BridgeDefinition(
    String name,
    String protocol,
    Optional<Namespace> namespace,
    BridgeDirection direction,
    boolean enabled,
    Map<String, Value> settings,
    Value mapping,
    RateCaps ratesIn,
    RateCaps ratesOut,
    Duration echoWindow,
    TypeProfile profile) {

  public static final Duration ECHO_WINDOW = Duration.ofMillis(250);

  private static final Duration MAX_ECHO_WINDOW = Duration.ofSeconds(10);
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  /**
   * @throws BridgeException (lasting) a name that is none, a window out of range
   */
  public BridgeDefinition {
    if (!NAME.matcher(name).matches()) {
      throw BridgeException.lasting(
          "the name of a bridge has 1 to 64 letters, digits, dots, - and _, and begins with a"
              + " letter or digit, not: "
              + name);
    }
    if (echoWindow.isNegative() || echoWindow.compareTo(MAX_ECHO_WINDOW) > 0) {
      throw BridgeException.lasting("echo_window must be 0 to 10 s, not " + echoWindow);
    }
    settings = Map.copyOf(settings);
  }

  /** A bridge with everything as usual. */
  public static BridgeDefinition of(String name, String protocol, Map<String, Value> settings) {
    return new BridgeDefinition(
        name,
        protocol,
        Optional.empty(),
        BridgeDirection.BOTH,
        true,
        settings,
        Value.NULL,
        RateCaps.NONE,
        RateCaps.NONE,
        ECHO_WINDOW,
        TypeProfile.COMPATIBLE);
  }

  public BridgeDefinition withName(String value) {
    return with(copy -> copy.name = value);
  }

  public BridgeDefinition withEnabled(boolean value) {
    return with(copy -> copy.enabled = value);
  }

  public BridgeDefinition withNamespace(Namespace value) {
    return with(copy -> copy.namespace = Optional.of(value));
  }

  public BridgeDefinition withDirection(BridgeDirection value) {
    return with(copy -> copy.direction = value);
  }

  public BridgeDefinition withSettings(Map<String, Value> value) {
    return with(copy -> copy.settings = value);
  }

  public BridgeDefinition withMapping(Value value) {
    return with(copy -> copy.mapping = value);
  }

  public BridgeDefinition withRates(RateCaps in, RateCaps out) {
    return with(copy -> {
      copy.ratesIn = in;
      copy.ratesOut = out;
    });
  }

  public BridgeDefinition withEchoWindow(Duration value) {
    return with(copy -> copy.echoWindow = value);
  }

  public BridgeDefinition withProfile(TypeProfile value) {
    return with(copy -> copy.profile = value);
  }

  private BridgeDefinition with(Consumer<Copy> change) {
    Copy copy = new Copy(this);
    change.accept(copy);
    return copy.definition();
  }

  /** A definition while something in it is changed. */
  private static final class Copy {
    private String name;
    private final String protocol;
    private Optional<Namespace> namespace;
    private BridgeDirection direction;
    private boolean enabled;
    private Map<String, Value> settings;
    private Value mapping;
    private RateCaps ratesIn;
    private RateCaps ratesOut;
    private Duration echoWindow;
    private TypeProfile profile;

    Copy(BridgeDefinition from) {
      name = from.name;
      protocol = from.protocol;
      namespace = from.namespace;
      direction = from.direction;
      enabled = from.enabled;
      settings = from.settings;
      mapping = from.mapping;
      ratesIn = from.ratesIn;
      ratesOut = from.ratesOut;
      echoWindow = from.echoWindow;
      profile = from.profile;
    }

    BridgeDefinition definition() {
      return new BridgeDefinition(
          name,
          protocol,
          namespace,
          direction,
          enabled,
          settings,
          mapping,
          ratesIn,
          ratesOut,
          echoWindow,
          profile);
    }
  }

  /** Without the settings: passwords belong into no log. */
  @Override
  public String toString() {
    return "bridge " + name + " (" + protocol + ")";
  }

  // --- as a tree ---------------------------------------------------------------------------------

  /**
   * Reads a definition: see docs/bridges.md for what there is.
   *
   * @param where place of the tree in what the user wrote, for messages: {@code bridges[2]}; may be
   *     empty
   * @throws BridgeException (lasting) with the place and what belongs there
   */
  public static BridgeDefinition parse(Value tree, String where) {
    Tree map = Tree.of(tree, where);
    map.allow(
        List.of(
            "name",
            "protocol",
            "namespace",
            "direction",
            "enabled",
            "settings",
            "mapping",
            "rates",
            "echo_window",
            "profile"));
    Optional<Namespace> namespace =
        map.text("namespace")
            .map(text -> {
              try {
                return Namespace.parse(text);
              } catch (IllegalArgumentException e) {
                throw map.refusal("namespace", String.valueOf(e.getMessage()));
              }
            });
    Tree rates = map.child("rates");
    rates.allow(List.of("in", "out"));
    String protocol = map.text("protocol").orElseThrow(() -> map.missing("protocol"));
    try {
      return new BridgeDefinition(
          map.text("name").orElse(protocol),
          protocol,
          namespace,
          map.choice("direction", BridgeDirection.values()).orElse(BridgeDirection.BOTH),
          map.flag("enabled").orElse(true),
          map.child("settings").entries(),
          map.value("mapping"),
          caps(rates.child("in")),
          caps(rates.child("out")),
          map.duration("echo_window").orElse(ECHO_WINDOW),
          map.choice("profile", TypeProfile.values()).orElse(TypeProfile.COMPATIBLE));
    } catch (BridgeException e) {
      throw map.placed(e);
    }
  }

  private static RateCaps caps(Tree tree) {
    tree.allow(List.of("per_address", "total"));
    OptionalDouble perAddress = tree.number("per_address");
    OptionalDouble total = tree.number("total");
    try {
      return new RateCaps(perAddress, total);
    } catch (IllegalArgumentException e) {
      throw tree.refusal("", String.valueOf(e.getMessage()));
    }
  }

  /** What {@link #parse} takes; what is as usual is left out. */
  public Value toValue() {
    Map<String, Value> tree = new LinkedHashMap<>();
    tree.put("name", Value.of(name));
    tree.put("protocol", Value.of(protocol));
    namespace.ifPresent(n -> tree.put("namespace", Value.of(n.prefix())));
    if (direction != BridgeDirection.BOTH) {
      tree.put("direction", word(direction));
    }
    if (!enabled) {
      tree.put("enabled", Value.FALSE);
    }
    if (!settings.isEmpty()) {
      // In one order, so that files do not change without a reason.
      tree.put("settings", Value.of(new TreeMap<>(settings)));
    }
    if (!mapping.equals(Value.NULL)) {
      tree.put("mapping", mapping);
    }
    Map<String, Value> rates = new LinkedHashMap<>();
    put(rates, "in", ratesIn);
    put(rates, "out", ratesOut);
    if (!rates.isEmpty()) {
      tree.put("rates", Value.of(rates));
    }
    if (!echoWindow.equals(ECHO_WINDOW)) {
      tree.put("echo_window", Value.of(echoWindow.toNanos() / 1e9));
    }
    if (profile != TypeProfile.COMPATIBLE) {
      tree.put("profile", word(profile));
    }
    return Value.of(tree);
  }

  private static void put(Map<String, Value> rates, String name, RateCaps caps) {
    Map<String, Value> tree = new LinkedHashMap<>();
    caps.perAddress().ifPresent(rate -> tree.put("per_address", Value.of(rate)));
    caps.total().ifPresent(rate -> tree.put("total", Value.of(rate)));
    if (!tree.isEmpty()) {
      rates.put(name, Value.of(tree));
    }
  }

  private static Value word(Enum<?> choice) {
    return Value.of(choice.name().toLowerCase(Locale.ROOT));
  }
}
