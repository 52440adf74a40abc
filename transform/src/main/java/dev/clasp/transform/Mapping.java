package dev.clasp.transform;

import dev.clasp.protocol.Value;

/**
 * The rules of a bridge, checked and compiled: which addresses of one world are which of the other,
 * and what happens to the values (bridges.md 14). Immutable.
 *
 * <p>A signal that no rule takes keeps its path: inbound the prefix comes in front, outbound it is
 * taken away; what is not below the prefix goes nowhere. A definition can have it dropped instead.
 */
public final class Mapping {

  private final Value definition;
  private final String prefix;

  private Mapping(Value definition, String prefix) {
    this.definition = definition;
    this.prefix = prefix;
  }

  /**
   * Reads a mapping, in any of the shapes that docs/mapping.md names.
   *
   * @param definition a map, a list of rules, or {@link Value#NULL} for no rules at all
   * @param prefix of the bridge, for example {@code /osc}; empty for none
   * @throws MappingException it cannot be used
   */
  public static Mapping parse(Value definition, String prefix) {
    return new Mapping(definition, prefix);
  }

  /** In the shape that people write, with nothing left out; {@link #parse} takes it. */
  public Value definition() {
    return definition;
  }

  public String prefix() {
    return prefix;
  }

  /** Begins with nothing remembered. */
  public MappingRun start() {
    return new MappingRun(this);
  }
}
