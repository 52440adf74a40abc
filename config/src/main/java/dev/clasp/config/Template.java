package dev.clasp.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A file with every setting and its default, all commented out, to start from. */
public final class Template {

  private static final int WIDTH = 100;

  private Template() {}

  /** The text in YAML. */
  public static String of(Catalogue catalogue) {
    StringBuilder out = new StringBuilder(8192);
    out.append(
        """
        # Settings of the CLASP router. Every line is as if it were not there: take away the '#' of what you
        # want to change, and of the sections above it. 'clasp config check' finds mistakes, 'clasp config
        # show' says what holds and why. Times: 200ms, 10s, 5m, 2h. ${NAME} and ${NAME:-default} in texts stand
        # for variables of the environment.

        server:
        """);
    List<String> open = new ArrayList<>();
    for (Setting setting : catalogue.settings()) {
      String[] words = setting.key().split(Pattern.quote("."), -1);
      int depth = words.length - 1;
      int common = 0;
      while (common < depth && common < open.size() && open.get(common).equals(words[common])) {
        common++;
      }
      open = new ArrayList<>(open.subList(0, common));
      for (int i = common; i < depth; i++) {
        out.append('\n').append(indent(i)).append("# ").append(words[i]).append(":\n");
        open.add(words[i]);
      }
      explain(out, setting, depth);
      out.append(indent(depth)).append("# ").append(words[depth]).append(": ");
      out.append(example(setting)).append('\n');
    }
    return out.toString();
  }

  private static void explain(StringBuilder out, Setting setting, int depth) {
    String text =
        setting.description()
            + (setting.choices().isEmpty() ? "" : " " + String.join(", ", setting.choices()) + ".");
    int column = 0;
    for (String word : text.strip().split("\\s+", -1)) {
      if (column == 0 || column + word.length() + 1 > WIDTH) {
        out.append(column == 0 ? "" : "\n").append(indent(depth)).append("##");
        column = 2 * depth + 4;
      }
      out.append(' ').append(word);
      column += word.length() + 1;
    }
    out.append('\n');
  }

  private static String indent(int depth) {
    return "  ".repeat(depth + 1);
  }

  private static String example(Setting setting) {
    return switch (setting.kind()) {
      case LIST -> "[]";
      case MAP -> "{}";
      case SWITCH -> setting.standard().isEmpty() ? "false" : setting.standard();
      case TEXT, WHOLE_NUMBER, DURATION ->
          setting.standard().matches("[A-Za-z0-9_./-]*")
              ? setting.standard()
              : "'" + setting.standard().replace("'", "''") + "'";
    };
  }
}
