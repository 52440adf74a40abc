package dev.clasp.cli;

import java.util.List;

/** A command that consists of others: {@code clasp token create}. */
interface CommandGroup {

  /** The others, in the order of the help. */
  List<Object> commands();
}
