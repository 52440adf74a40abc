package dev.clasp.cli;

import dev.clasp.protocol.AddressPattern;
import java.util.ArrayList;
import java.util.List;

/**
 * Patterns to watch, such that no signal is seen twice although several match it: a pattern that
 * another one covers is left out, and of several that overlap the first one counts.
 */
final class PatternSet {

  private final List<AddressPattern> patterns = new ArrayList<>();

  /**
   * @throws dev.clasp.protocol.PatternException one of them is no pattern
   */
  PatternSet(List<String> texts) {
    for (String text : texts) {
      AddressPattern candidate = AddressPattern.parse(text);
      if (patterns.stream().noneMatch(kept -> kept.includes(candidate))) {
        patterns.removeIf(candidate::includes);
        patterns.add(candidate);
      }
    }
  }

  int size() {
    return patterns.size();
  }

  String text(int index) {
    return patterns.get(index).text();
  }

  /** Whether the pattern with this index is the one to report the address. */
  boolean isFirst(int index, String address) {
    for (int i = 0; i < index; i++) {
      if (patterns.get(i).matches(address)) {
        return false;
      }
    }
    return true;
  }
}
