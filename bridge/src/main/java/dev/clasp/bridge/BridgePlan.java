package dev.clasp.bridge;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeProvider;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.transform.Direction;
import dev.clasp.transform.Mapping;
import dev.clasp.transform.MappingException;
import java.util.List;

/** A definition that was checked, with what follows from it. Immutable. */
record BridgePlan(
    BridgeDefinition definition,
    BridgeProvider provider,
    BridgeSettings settings,
    Namespace namespace,
    boolean verbatim,
    Mapping mapping) {

  /**
   * @throws BridgeException (lasting) the definition cannot be used
   */
  static BridgePlan of(BridgeDefinition definition, BridgeProvider provider) {
    BridgeSettings settings;
    try {
      settings = BridgeSettings.of(provider.settings(), definition.settings());
      provider.check(settings);
    } catch (BridgeException e) {
      throw BridgeException.lasting("settings: " + e.getMessage());
    }
    Namespace namespace =
        definition.namespace().orElseGet(() -> Namespace.parse(provider.defaultNamespace()));
    boolean verbatim = provider.verbatim(settings, definition.profile());
    try {
      return new BridgePlan(
          definition,
          provider,
          settings,
          namespace,
          verbatim,
          Mapping.parse(definition.mapping(), verbatim ? "" : namespace.prefix()));
    } catch (MappingException e) {
      throw BridgeException.lasting("mapping: " + e.getMessage());
    }
  }

  /** What of the router the other side may want. */
  List<String> routerPatterns() {
    return mapping.patterns(Direction.OUT).stream()
        .map(AddressPattern::toString)
        // An endpoint with addresses as they are shall not get all that the router has.
        .map(pattern -> verbatim && pattern.equals("/**") ? namespace.pattern() : pattern)
        .toList();
  }

  /** Can this take the place of another one while its endpoint goes on? */
  boolean sameEndpoint(BridgePlan other) {
    return definition.protocol().equals(other.definition.protocol())
        && definition.settings().equals(other.definition.settings())
        && definition.profile() == other.definition.profile();
  }
}
