package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.Message.Range;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Message.SignalMeta;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Describes a signal for {@link ClaspClient#announce}. Not thread-safe.
 *
 * {@snippet :
 * client.announce(
 *     "/lights",
 *     List.of(
 *         DefinitionBuilder.param("/lights/1/brightness")
 *             .datatype("f64")
 *             .range(0, 1)
 *             .description("dimmer of the first light")
 *             .build()));
 * }
 */
public final class DefinitionBuilder {

  /** How the router settles writes that contend (docs/protocol-extensions.md). */
  public enum Conflict {
    /** The last write wins. */
    LWW,
    /** The greatest value wins. */
    MAX,
    /** The smallest value wins. */
    MIN,
    /** Maps grow together. */
    MERGE,
    /** Who writes holds the lock. */
    LOCK
  }

  private final String address;
  private final SignalType type;
  private final Set<String> access = new LinkedHashSet<>();
  private Optional<String> datatype = Optional.empty();
  private Optional<String> unit = Optional.empty();
  private Optional<Range> range = Optional.empty();
  private Optional<Value> initial = Optional.empty();
  private Optional<String> description = Optional.empty();

  private DefinitionBuilder(String address, SignalType type) {
    this.address = address;
    this.type = type;
  }

  /** Begins the definition of a parameter. */
  public static DefinitionBuilder param(String address) {
    return of(address, SignalType.PARAM);
  }

  /** Begins the definition of an event. */
  public static DefinitionBuilder event(String address) {
    return of(address, SignalType.EVENT);
  }

  /** Begins the definition of a stream. */
  public static DefinitionBuilder stream(String address) {
    return of(address, SignalType.STREAM);
  }

  /** Begins the definition of a gesture. */
  public static DefinitionBuilder gesture(String address) {
    return of(address, SignalType.GESTURE);
  }

  /** Begins the definition of a timeline. */
  public static DefinitionBuilder timeline(String address) {
    return of(address, SignalType.TIMELINE);
  }

  /**
   * Begins a definition.
   *
   * @throws ClaspException of kind INVALID: not an address
   */
  public static DefinitionBuilder of(String address, SignalType type) {
    Addresses.check(address);
    return new DefinitionBuilder(address, type);
  }

  /** What kind of value it has, such as {@code f64} or {@code string}; told, not enforced. */
  public DefinitionBuilder datatype(String value) {
    datatype = Optional.of(value);
    return this;
  }

  /** What others may do, such as {@code rw}; told, not enforced. */
  public DefinitionBuilder access(String words) {
    access.add(words);
    return this;
  }

  /** Our router settles contending writes of the parameter like this. */
  public DefinitionBuilder conflict(Conflict strategy) {
    access.removeIf(word -> word.startsWith("conflict="));
    access.add("conflict=" + strategy.name().toLowerCase(Locale.ROOT));
    return this;
  }

  /**
   * At our router, the parameter ends when nobody has written it for so long.
   *
   * @param value whole seconds, at least one
   * @throws ClaspException of kind INVALID: less than a second
   */
  public DefinitionBuilder ttl(Duration value) {
    if (value.toSeconds() < 1) {
      throw ClaspException.of(
          Kind.INVALID, "the lifetime of " + address + " must be at least 1 s, not " + value);
    }
    access.removeIf(word -> word.startsWith("ttl="));
    access.add("ttl=" + value.toSeconds());
    return this;
  }

  /** At our router, the parameter ends with the session that wrote it last. */
  public DefinitionBuilder ephemeral() {
    access.add("ephemeral");
    return this;
  }

  /** The unit, for people: {@code Hz}. */
  public DefinitionBuilder unit(String value) {
    unit = Optional.of(value);
    return this;
  }

  /**
   * Smallest and largest number, both included; our router refuses others.
   *
   * @throws ClaspException of kind INVALID: a range without a number in it
   */
  public DefinitionBuilder range(double min, double max) {
    if (!(min <= max)) {
      throw ClaspException.of(
          Kind.INVALID, "the range of " + address + " has no number in it: " + min + " to " + max);
    }
    range = Optional.of(new Range(min, max));
    return this;
  }

  /** The value that it begins with; told, not written. Anything that {@link Values#of} takes. */
  public DefinitionBuilder initial(Object value) {
    initial = Optional.of(Values.of(value));
    return this;
  }

  /** For people. */
  public DefinitionBuilder description(String text) {
    description = Optional.of(text);
    return this;
  }

  /** Makes the definition. */
  public SignalDefinition build() {
    boolean plain = unit.isEmpty() && range.isEmpty() && initial.isEmpty() && description.isEmpty();
    return new SignalDefinition(
        address,
        type,
        datatype,
        access.isEmpty() ? Optional.empty() : Optional.of(String.join(",", access)),
        plain ? Optional.empty() : Optional.of(new SignalMeta(unit, range, initial, description)));
  }
}
