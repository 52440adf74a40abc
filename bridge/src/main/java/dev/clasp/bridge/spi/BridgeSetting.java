package dev.clasp.bridge.spi;

import dev.clasp.protocol.Value;
import java.util.List;

/**
 * Something that can be set on a bridge.
 *
 * @param name in small letters with underscores: {@code bind}
 * @param kind what values it takes
 * @param standard what holds if nothing is given; {@link Value#NULL} for nothing
 * @param description one sentence, with unit and range
 * @param choices of {@link Kind#CHOICE}
 */
public record BridgeSetting(
    String name, Kind kind, Value standard, String description, List<String> choices) {

  /** What values a setting takes. */
  public enum Kind {
    TEXT,
    /** Text that is never shown again. */
    SECRET,
    SWITCH,
    INTEGER,
    NUMBER,
    /** Text like {@code 250ms}, {@code 5s}, {@code 2m}; or a number of seconds. */
    DURATION,
    /** {@code host:port}, {@code :port} or a port. */
    ENDPOINT,
    CHOICE,
    /** List of texts; one text with commas is taken apart. */
    LIST,
    /** Anything that the protocol reads itself. */
    TREE
  }

  public BridgeSetting {
    choices = List.copyOf(choices);
  }

  public BridgeSetting(String name, Kind kind, Value standard, String description) {
    this(name, kind, standard, description, List.of());
  }
}
