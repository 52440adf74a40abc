package dev.clasp.config;

import java.util.List;

/** A part of a file, with its place. */
sealed interface Node {

  Origin.Line origin();

  /**
   * A single value.
   *
   * @param text as the options of the command line take it; empty for null
   * @param string it is text in the file too, so that variables in it are replaced
   */
  record Scalar(String text, boolean string, Origin.Line origin) implements Node {}

  /** Several values. */
  record Sequence(List<Node> values, Origin.Line origin) implements Node {}

  /** Keys and what belongs to them. */
  record Section(List<Entry> entries, Origin.Line origin) implements Node {}

  /** One key of a section. */
  record Entry(String key, Origin.Line origin, Node value) {}
}
