package dev.clasp.tools;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Checks or fixes the format of every Java file below a folder, with google-java-format.
 *
 * <p>A program of our own because the formatter needs a newer JDK than Maven itself may run on, and
 * because one pass over the whole tree is much faster than a pass per module.
 */
public final class Format {

  private static final Set<String> SKIPPED = Set.of("target", "node_modules", "dist");

  private Format() {}

  /**
   * Runs the formatter. Exits with 1 when a file is badly formatted (check) or cannot be parsed.
   *
   * @param args {@code check} or {@code apply}, then the root folder
   */
  public static void main(String[] args) throws IOException {
    boolean apply = args[0].equals("apply");
    Path root = Path.of(args[1]);
    var formatter = new Formatter(JavaFormatterOptions.builder().build());
    int changed = 0;
    int broken = 0;
    for (Path file : javaFiles(root)) {
      String before = Files.readString(file);
      try {
        String after = formatter.formatSource(fixImports(before));
        if (!after.equals(before)) {
          changed++;
          System.out.println((apply ? "formatted " : "badly formatted: ") + root.relativize(file));
          if (apply) {
            Files.writeString(file, after);
          }
        }
      } catch (FormatterException e) {
        broken++;
        System.out.println("cannot be parsed: " + root.relativize(file) + ": " + e.getMessage());
      }
    }
    if (changed > 0 && !apply) {
      System.out.println("Run ./format to fix the format of these " + changed + " files.");
    }
    System.exit(broken > 0 || (changed > 0 && !apply) ? 1 : 0);
  }

  private static String fixImports(String source) throws FormatterException {
    return ImportOrderer.reorderImports(
        RemoveUnusedImports.removeUnusedImports(source), JavaFormatterOptions.Style.GOOGLE);
  }

  private static List<Path> javaFiles(Path root) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = folder.getFileName().toString();
            boolean skip = !folder.equals(root) && (SKIPPED.contains(name) || name.startsWith("."));
            return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    files.sort(null);
    return files;
  }
}
