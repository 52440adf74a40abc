package dev.clasp.adapterhttp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Examples of one language: what stands before the first section, and a section for each operation
 * of the API, with what it must print.
 */
record Snippets(Language language, String start, Map<String, Section> sections) {

  record Section(String code, List<String> prints) {}

  enum Language {
    CURL("sh", "sh", "#", "curl"),
    JAVASCRIPT("mjs", "js", "//", "JavaScript"),
    PYTHON("py", "python", "#", "Python");

    final String ending;
    final String fence;
    final String comment;
    final String title;

    Language(String ending, String fence, String comment, String title) {
      this.ending = ending;
      this.fence = fence;
      this.comment = comment;
      this.title = title;
    }
  }

  static Snippets of(Language language) {
    Path file = Path.of("src", "test", "resources", "http-snippets", "snippets." + language.ending);
    List<String> lines;
    try {
      lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    StringBuilder start = new StringBuilder();
    Map<String, Section> sections = new LinkedHashMap<>();
    StringBuilder code = start;
    String name = "";
    List<String> prints = new ArrayList<>();
    // The first line is for those who read the file.
    for (String line : lines.subList(1, lines.size())) {
      if (line.startsWith(language.comment + " == ")) {
        if (!name.isEmpty()) {
          sections.put(name, new Section(code.toString(), List.copyOf(prints)));
        }
        name = line.substring(language.comment.length() + 4);
        code = new StringBuilder();
        prints.clear();
      } else if (line.startsWith(language.comment + " => ")) {
        prints.add(line.substring(language.comment.length() + 4));
      } else {
        code.append(line).append('\n');
      }
    }
    sections.put(name, new Section(code.toString(), List.copyOf(prints)));
    return new Snippets(language, start.toString(), sections);
  }

  /** A program that runs all of them, with a line "== OPERATION" in front of what each prints. */
  String program() {
    StringBuilder program = new StringBuilder();
    if (language == Language.CURL) {
      program.append("set -e\n");
    }
    program.append(start).append('\n');
    sections.forEach((name, section) ->
        program
            .append(
                switch (language) {
                  case CURL -> "echo; echo '== " + name + "'\n";
                  case JAVASCRIPT -> "console.log('\\n== " + name + "');\n";
                  case PYTHON -> "print('\\n== " + name + "', flush=True)\n";
                })
            .append(section.code())
            .append('\n'));
    return program.toString();
  }
}
