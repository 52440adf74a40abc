package dev.clasp.bench;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Time that a Java process has spent in garbage collections. Asks the JDK's {@code jstat}, which
 * reads a file of the process and does not disturb it.
 */
final class GcProbe {

  private GcProbe() {}

  /** Seconds since the process started; empty if it is no Java process of this machine and user. */
  static OptionalDouble seconds(long pid) {
    return seconds(JdkTool.run("jstat", "-gcutil", Long.toString(pid)));
  }

  /** The column {@code GCT} of a heading and a line of numbers. */
  static OptionalDouble seconds(List<String> table) {
    if (table.size() < 2) {
      return OptionalDouble.empty();
    }
    List<String> heading = Arrays.asList(table.get(0).strip().split("\\s+"));
    List<String> numbers = Arrays.asList(table.get(1).strip().split("\\s+"));
    int column = heading.indexOf("GCT");
    if (column < 0 || numbers.size() != heading.size()) {
      return OptionalDouble.empty();
    }
    try {
      // Some locales print a comma.
      return OptionalDouble.of(Double.parseDouble(numbers.get(column).replace(',', '.')));
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }
}
