package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.BridgeException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Which port of the machine is meant: a name ({@code nanoKONTROL2}, whole or a part of it, capital
 * or not), a pattern ({@code nano*}), a regular expression between slashes ({@code /nano.+2/}), or
 * a number of the list ({@code #0}). A system may stand before it: {@code alsa:nano*}. Immutable.
 */
final class PortPattern {

  private static final Pattern SYSTEM = Pattern.compile("(alsa|java):(.*)", Pattern.DOTALL);
  private static final int LONGEST = 256;

  private final String text;
  private final String system;
  private final String wanted;
  private final int index;
  private final Predicate<String> name;
  private final boolean plain;

  private PortPattern(
      String text, String system, String wanted, int index, Predicate<String> name, boolean plain) {
    this.text = text;
    this.system = system;
    this.wanted = wanted;
    this.index = index;
    this.name = name;
    this.plain = plain;
  }

  /**
   * @throws BridgeException lasting: what is wrong with it
   */
  static PortPattern parse(String text) {
    var matcher = SYSTEM.matcher(text.strip());
    boolean named = matcher.matches();
    String system = named ? matcher.group(1) : "";
    String rest = (named ? matcher.group(2) : text).strip();
    if (rest.isEmpty() || rest.length() > LONGEST) {
      throw BridgeException.lasting(
          "the name of a port must have 1 to " + LONGEST + " characters; \"*\" takes the first");
    }
    if (rest.matches("#\\d{1,4}")) {
      return new PortPattern(
          text, system, rest, Integer.parseInt(rest.substring(1)), _ -> false, false);
    }
    if (rest.length() > 2 && rest.startsWith("/") && rest.endsWith("/")) {
      try {
        Pattern regex =
            Pattern.compile(rest.substring(1, rest.length() - 1), Pattern.CASE_INSENSITIVE);
        return new PortPattern(
            text, system, rest, -1, candidate -> regex.matcher(candidate).find(), false);
      } catch (PatternSyntaxException e) {
        throw BridgeException.lasting(
            "cannot read the expression " + rest + ": " + e.getDescription());
      }
    }
    if (rest.contains("*") || rest.contains("?")) {
      Pattern glob = glob(rest);
      return new PortPattern(
          text, system, rest, -1, candidate -> glob.matcher(candidate).matches(), false);
    }
    String part = rest.toLowerCase(Locale.ROOT);
    return new PortPattern(
        text,
        system,
        rest,
        -1,
        candidate -> candidate.toLowerCase(Locale.ROOT).contains(part),
        true);
  }

  private static Pattern glob(String text) {
    return Pattern.compile(
        regex(text), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL);
  }

  /** What {@code *} and {@code ?} in a name stand for, as a regular expression. */
  static String regex(String glob) {
    StringBuilder regex = new StringBuilder();
    for (char c : glob.toCharArray()) {
      regex.append(
          switch (c) {
            case '*' -> ".*";
            case '?' -> ".";
            default -> Pattern.quote(String.valueOf(c));
          });
    }
    return regex.toString();
  }

  /** {@code alsa} or {@code java}; empty for the best that works. */
  String system() {
    return system;
  }

  /** The first that fits; one with exactly this name goes before one that has it in it. */
  Optional<FoundPort> choose(List<FoundPort> ports) {
    if (index >= 0) {
      return ports.stream().filter(port -> !port.software()).skip(index).findFirst();
    }
    if (plain) {
      Optional<FoundPort> exact =
          ports.stream()
              .filter(port -> port.name().equals(wanted) || port.id().equals(wanted))
              .findFirst()
              .or(() ->
                  ports.stream().filter(port -> port.name().equalsIgnoreCase(wanted)).findFirst());
      if (exact.isPresent()) {
        return exact;
      }
    }
    return ports.stream().filter(port -> !port.software() && name.test(port.name())).findFirst();
  }

  @Override
  public String toString() {
    return text;
  }
}
