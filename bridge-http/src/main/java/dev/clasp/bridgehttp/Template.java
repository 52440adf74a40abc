package dev.clasp.bridgehttp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Text with places for names in braces: {@code /rpc/Switch.Set?id={id}&on={value}}. Immutable. */
final class Template {

  private static final int MAX_LENGTH = 10_000;

  /** A name, a number, or the value with a JSON pointer into it. */
  private static final Pattern PLACE =
      Pattern.compile("\\{([A-Za-z_][A-Za-z0-9_]*|[0-9]{1,2}|value:/[^{}]*)\\}");

  private final String source;

  /** Texts and names by turns; the first is a text. */
  private final List<String> pieces = new ArrayList<>();

  private Template(String source) {
    this.source = source;
  }

  /**
   * Reads one.
   *
   * @param known whether there is such a name
   * @throws IllegalArgumentException there is a name that is not known
   */
  static Template parse(String text, Predicate<String> known) {
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException("longer than " + MAX_LENGTH + " characters");
    }
    Template template = new Template(text);
    Matcher places = PLACE.matcher(text);
    int from = 0;
    while (places.find()) {
      String name = places.group(1);
      if (!known.test(name.startsWith("value:") ? "value" : name)) {
        throw new IllegalArgumentException(
            "nothing is called {" + name + "} here, in \"" + text + "\"");
      }
      template.pieces.add(text.substring(from, places.start()));
      template.pieces.add(name);
      from = places.end();
    }
    template.pieces.add(text.substring(from));
    return template;
  }

  /** The name, if it is one place and nothing else. */
  Optional<String> only() {
    return pieces.size() == 3 && pieces.get(0).isEmpty() && pieces.get(2).isEmpty()
        ? Optional.of(pieces.get(1))
        : Optional.empty();
  }

  boolean uses(String name) {
    for (int i = 1; i < pieces.size(); i += 2) {
      if (pieces.get(i).equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** Fills it in. */
  String fill(Function<String, String> names) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < pieces.size(); i++) {
      out.append(i % 2 == 0 ? pieces.get(i) : names.apply(pieces.get(i)));
    }
    return out.toString();
  }

  @Override
  public String toString() {
    return source;
  }
}
