package dev.clasp.cli;

import java.util.regex.Pattern;

/**
 * Takes out of log lines whatever looks like a token (operations.md 12.7), however it came there.
 */
final class LogSecrets {

  private static final Pattern SECRET =
      Pattern.compile(
          "\\b(cpsk_|cap_|ent_)[0-9A-Za-z_-]{6,}"
              + "|\\b(Bearer )[0-9A-Za-z._~+/=-]{6,}"
              + "|\\b(eyJ)[0-9A-Za-z_-]{6,}\\.[0-9A-Za-z_-]+\\.[0-9A-Za-z_-]*");

  private LogSecrets() {}

  static String hide(String text) {
    // Nearly every line has none; these four are quick to look for.
    return text.contains("cpsk_")
            || text.contains("cap_")
            || text.contains("ent_")
            || text.contains("Bearer ")
            || text.contains("eyJ")
        ? SECRET.matcher(text).replaceAll(match -> kind(match.group()) + "***")
        : text;
  }

  private static String kind(String secret) {
    return secret.startsWith("Bearer ")
        ? "Bearer "
        : secret.startsWith("eyJ") ? "" : secret.substring(0, secret.indexOf('_') + 1);
  }
}
