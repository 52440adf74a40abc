package dev.clasp.bench;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** What can be measured (docs/performance.md). */
public enum Scenario {
  CODEC("codec", "encode and decode five message shapes, one thread, bytes allocated", false),
  SET_ACK("set-ack", "one SET at a time: time until its ACK", true),
  SET_ACK_PIPELINED(
      "set-ack-pipelined", "256 SETs on their way: acknowledged SETs per second", true);

  private final String key;
  private final String description;
  private final boolean comparable;

  Scenario(String key, String description, boolean comparable) {
    this.key = key;
    this.description = description;
    this.comparable = comparable;
  }

  /** As users write it. */
  public String key() {
    return key;
  }

  /** One line for a help text. */
  public String description() {
    return description;
  }

  /** A bare Netty server can do it too, and so it can be compared. */
  public boolean comparable() {
    return comparable;
  }

  /** Everything but {@link #CODEC} measures a server. */
  public boolean needsTarget() {
    return this != CODEC;
  }

  public static Optional<Scenario> ofKey(String key) {
    return Arrays.stream(values()).filter(scenario -> scenario.key.equals(key)).findFirst();
  }

  /** All keys, for an error message or a completion. */
  public static String keys() {
    return Arrays.stream(values()).map(Scenario::key).collect(Collectors.joining(", "));
  }
}
