package dev.clasp.client;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.AddressRules;
import dev.clasp.protocol.PatternException;

/** Checks what the caller hands in before anything is sent. */
final class Addresses {

  /** Short ones of ordinary characters need no second look. */
  private static final int PLAIN_LENGTH = 128;

  private Addresses() {}

  /**
   * @throws ClaspException of kind INVALID with what is wrong
   */
  static void check(String address) {
    if (isPlain(address)) {
      return;
    }
    String violation = AddressRules.violation(address);
    if (violation != null) {
      throw ClaspException.of(
          ClaspException.Kind.INVALID, "'" + address + "' is not an address: " + violation);
    }
  }

  /** The common case without a copy: printable ASCII, a leading slash, no wildcard. */
  private static boolean isPlain(String address) {
    int length = address.length();
    if (length == 0 || length > PLAIN_LENGTH || address.charAt(0) != '/') {
      return false;
    }
    int segments = 0;
    for (int i = 0; i < length; i++) {
      char c = address.charAt(i);
      if (c < 0x20 || c >= 0x7F || c == '*') {
        return false;
      }
      if (c == '/' && ++segments > AddressRules.MAX_SEGMENTS) {
        return false;
      }
    }
    return true;
  }

  /**
   * @throws ClaspException of kind INVALID with what is wrong
   */
  static AddressPattern pattern(String pattern) {
    try {
      return AddressPattern.parse(pattern);
    } catch (PatternException e) {
      throw ClaspException.of(
          ClaspException.Kind.INVALID,
          "'"
              + pattern
              + "' is not a pattern: "
              + String.valueOf(e.getMessage()).replaceFirst("^invalid address: ", ""));
    }
  }

  /** Reads a value that came from there: what is wrong with it names the address. */
  static <T> T at(String address, java.util.function.Supplier<T> reading) {
    try {
      return reading.get();
    } catch (ClaspException e) {
      throw ClaspException.of(e.kind(), address + ": " + e.getMessage(), e.getCause());
    }
  }
}
