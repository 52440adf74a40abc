package dev.clasp.config;

import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Variables in the strings of a file: {@code ${HOME}}, {@code ${PORT:-7330}}, {@code $${literal}}.
 */
final class Expansion {

  private static final Pattern VARIABLE =
      Pattern.compile("\\$?\\$\\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?}");

  private Expansion() {}

  /**
   * @throws ConfigException a variable is not set and has no default
   */
  static String of(Node.Scalar scalar, Map<String, String> environment) {
    return scalar.string()
        ? VARIABLE
            .matcher(scalar.text())
            .replaceAll(match -> Matcher.quoteReplacement(value(match, scalar, environment)))
        : scalar.text();
  }

  private static String value(
      MatchResult match, Node.Scalar scalar, Map<String, String> environment) {
    if (match.group().startsWith("$$")) {
      return match.group().substring(1);
    }
    String value = environment.get(match.group(1));
    if (value != null && !value.isEmpty()) {
      return value;
    }
    if (match.group(2) == null) {
      throw new ConfigException(
          scalar.origin(),
          "the variable "
              + match.group(1)
              + " is not set; set it, or write ${"
              + match.group(1)
              + ":-VALUE} for a default");
    }
    return match.group(2);
  }
}
