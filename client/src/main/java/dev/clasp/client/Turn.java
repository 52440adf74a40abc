package dev.clasp.client;

import java.util.ArrayList;
import java.util.List;

/**
 * What the loop has to hand over to other threads when it has handled everything it read: one
 * hand-over for each line of tasks instead of one for each task. Loop.
 */
final class Turn {

  private final List<TaskLine> staged = new ArrayList<>();

  void staged(TaskLine line) {
    staged.add(line);
  }

  /** Hands over. */
  void end() {
    if (!staged.isEmpty()) {
      staged.forEach(TaskLine::publish);
      staged.clear();
    }
  }
}
