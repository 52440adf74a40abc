package dev.clasp.adapterosc;

import dev.clasp.osc.OscAddresses;
import dev.clasp.osc.OscException;
import dev.clasp.osc.OscPattern;
import dev.clasp.protocol.AddressRules;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where the addresses of OSC are among those of CLASP (bridges.md 2.5): below one address, whole
 * segments only.
 *
 * @param text normal; empty = at the root
 */
record OscNamespace(String text) {

  private static final Pattern LEVELS = Pattern.compile("(?:/\\*\\*)+(?=/)");
  private static final Pattern LEVELS_END = Pattern.compile("(?:/\\*\\*)+$");

  /** With a slash in front and none behind; empty stays empty. */
  static String normal(String text) {
    String stripped = text.strip();
    while (stripped.endsWith("/")) {
      stripped = stripped.substring(0, stripped.length() - 1);
    }
    if (stripped.isEmpty()) {
      return "";
    }
    String normal = stripped.startsWith("/") ? stripped : "/" + stripped;
    String violation = AddressRules.violation(normal);
    if (violation != null) {
      throw new IllegalArgumentException("the namespace " + text + " cannot be: " + violation);
    }
    return normal;
  }

  /** The address of CLASP; the router says whether it may be used. */
  String clasp(String oscAddress) {
    return text + OscAddresses.decode(oscAddress);
  }

  /**
   * The address as OSC has it, if it is below the namespace. Not what a program would take for a
   * message of the router itself.
   */
  Optional<String> osc(String address) {
    int start = text.length();
    return address.length() > start + 1
            && address.charAt(start) == '/'
            && address.startsWith(text)
            && !address.startsWith(Reserved.PREFIX, start)
        ? Optional.of(OscAddresses.encode(address.substring(start)))
        : Optional.empty();
  }

  /**
   * A pattern of OSC for the router.
   *
   * @param pattern matches everything that is meant, and maybe more
   * @param exactly what is meant, of addresses as OSC has them; empty = all that the pattern
   *     matches
   */
  record Wanted(String pattern, Optional<OscPattern> exactly) {
    boolean matches(String oscAddress) {
      return exactly.isEmpty() || exactly.get().matches(oscAddress);
    }
  }

  /**
   * Translates a pattern. Takes {@code **} of CLASP too, for any number of levels.
   *
   * @throws OscException it is none
   */
  Wanted wanted(String osc) throws OscException {
    OscPattern compiled =
        OscPattern.compile(
            LEVELS_END.matcher(LEVELS.matcher(osc).replaceAll("/")).replaceAll("//"));
    if (osc.length() > 1 && osc.endsWith("/") && !osc.endsWith("//")) {
      throw new OscException("a pattern ends with a slash: " + osc);
    }
    StringBuilder out = new StringBuilder(text);
    boolean exact = true;
    boolean many = false;
    int at = 0;
    while (at < osc.length()) {
      // At a slash.
      int start = at + 1;
      int end = start;
      boolean within = true;
      while (end < osc.length() && within) {
        char c = osc.charAt(end);
        if (c == '[' || c == '{') {
          end = closing(osc, end);
        }
        within = osc.charAt(end) != '/';
        end += within ? 1 : 0;
      }
      String segment = osc.substring(start, end);
      boolean anyMany = segment.equals("**") || segment.isEmpty() && osc.length() > 1;
      if (anyMany) {
        if (!many) {
          out.append("/**");
        }
      } else {
        String glob = glob(segment);
        exact &= glob.equals(segment) && !segment.contains("**");
        out.append('/').append(OscAddresses.decode(glob));
      }
      many = anyMany;
      at = end;
    }
    return new Wanted(out.toString(), exact ? Optional.empty() : Optional.of(compiled));
  }

  private static int closing(String osc, int open) throws OscException {
    char end = osc.charAt(open) == '[' ? ']' : '}';
    int close = osc.indexOf(end, open);
    if (close < 0) {
      throw new OscException("a pattern has no " + end);
    }
    return close;
  }

  /** Every wildcard as a star, several in a row as one. */
  private static String glob(String segment) throws OscException {
    StringBuilder out = new StringBuilder(segment.length());
    for (int i = 0; i < segment.length(); i++) {
      char c = segment.charAt(i);
      switch (c) {
        case '[', '{' -> {
          i = closing(segment, i);
          star(out);
        }
        case '?', '*' -> star(out);
        default -> out.append(c);
      }
    }
    return out.toString();
  }

  private static void star(StringBuilder out) {
    if (out.isEmpty() || out.charAt(out.length() - 1) != '*') {
      out.append('*');
    }
  }
}
