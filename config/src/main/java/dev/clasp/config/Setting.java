package dev.clasp.config;

import java.util.List;
import java.util.Locale;

/**
 * A setting that there is.
 *
 * @param key below {@code server}, with dots: {@code limits.max_connections}
 * @param kind what it looks like
 * @param description for people, one or two sentences
 * @param standard what holds if nobody says anything; empty if that is nothing
 * @param choices the words that it can be; empty for anything
 * @param live a running server takes a new value without a restart
 * @param secret never shown
 * @param alsoVariables further variables of the environment with the same meaning
 */
public record Setting(
    String key,
    Kind kind,
    String description,
    String standard,
    List<String> choices,
    boolean live,
    boolean secret,
    List<String> alsoVariables) {

  /** What a setting looks like in a file. */
  public enum Kind {
    TEXT,
    WHOLE_NUMBER,
    /** {@code 10s}, {@code 5m}. */
    DURATION,
    /** {@code true} or {@code false}. */
    SWITCH,
    /** One value or several. */
    LIST,
    /** Keys that the user chooses, each with a value. */
    MAP
  }

  public Setting {
    choices = List.copyOf(choices);
    alsoVariables = List.copyOf(alsoVariables);
  }

  /**
   * The variable of the environment with the same meaning: {@code CLASP_LIMITS_MAX_CONNECTIONS}.
   */
  public String variable() {
    return variableOf(key);
  }

  static String variableOf(String key) {
    return "CLASP_" + key.replace('.', '_').toUpperCase(Locale.ROOT);
  }
}
