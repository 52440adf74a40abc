package dev.clasp.cli;

import java.util.Map;

/** A command whose help ends with a list of words. */
interface Glossary {

  String heading();

  /** Word to explanation, in order. */
  Map<String, String> words();
}
