package dev.clasp.protocol;

import dev.clasp.protocol.AddressPattern.GlobstarParent;
import java.util.Arrays;
import java.util.List;

/** The matching rules of wire.md 11.4, as short as they can be written. Exponential. */
final class NaiveMatcher {

  private NaiveMatcher() {}

  static boolean matches(String pattern, String address, GlobstarParent parent) {
    return address.startsWith("/") && matches(segments(pattern), segments(address), parent);
  }

  private static boolean matches(List<String> p, List<String> a, GlobstarParent parent) {
    if (p.isEmpty()) {
      return a.isEmpty();
    }
    List<String> rest = p.subList(1, p.size());
    if (!p.getFirst().equals("**")) {
      return !a.isEmpty()
          && segment(p.getFirst(), a.getFirst())
          && matches(rest, a.subList(1, a.size()), parent);
    }
    boolean none = !rest.isEmpty() || parent == GlobstarParent.MATCHES || !a.isEmpty();
    return none && matches(rest, a, parent)
        || !a.isEmpty() && (rest.isEmpty() || matches(p, a.subList(1, a.size()), parent));
  }

  private static boolean segment(String p, String s) {
    if (p.startsWith("*")) {
      return segment(p.substring(1), s) || !s.isEmpty() && segment(p, s.substring(1));
    }
    return p.isEmpty() || s.isEmpty()
        ? p.isEmpty() && s.isEmpty()
        : p.charAt(0) == s.charAt(0) && segment(p.substring(1), s.substring(1));
  }

  private static List<String> segments(String text) {
    return Arrays.asList(text.substring(1).split("/", -1));
  }
}
