package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.List;

/** How far two values are apart. */
final class Deadband {

  private Deadband() {}

  /**
   * Numbers are near that differ by less than the band, or not at all; arrays if all their elements
   * are; other values if they are equal.
   */
  static boolean near(Value a, Value b, double band) {
    if (Numbers.is(a) && Numbers.is(b)) {
      double distance = Math.abs(Numbers.of(a) - Numbers.of(b));
      return distance < band || distance == 0;
    }
    if (a instanceof Value.Array(List<Value> before)
        && b instanceof Value.Array(List<Value> after)) {
      if (before.size() != after.size()) {
        return false;
      }
      for (int i = 0; i < before.size(); i++) {
        if (!near(before.get(i), after.get(i), band)) {
          return false;
        }
      }
      return true;
    }
    return a.equals(b);
  }
}
