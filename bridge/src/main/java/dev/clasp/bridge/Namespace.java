package dev.clasp.bridge;

import dev.clasp.protocol.AddressPattern;
import java.util.Optional;

/**
 * The part of the address space that a bridge serves (bridges.md 2.5): a slash in front, none at
 * the end; empty for everything.
 *
 * @param prefix for example {@code /mqtt}
 */
public record Namespace(String prefix) {

  /**
   * Makes the usual form of what a person wrote: {@code mqtt/} is {@code /mqtt}.
   *
   * @throws IllegalArgumentException it is no address, or has wildcards
   */
  public static Namespace parse(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == '/') {
      end--;
    }
    String prefix = text.substring(0, end);
    if (!prefix.isEmpty() && prefix.charAt(0) != '/') {
      prefix = "/" + prefix;
    }
    if (!prefix.isEmpty() && !AddressPattern.parse(prefix).isLiteral()) {
      throw new IllegalArgumentException("a namespace has no wildcards: " + text);
    }
    return new Namespace(prefix);
  }

  /** Everything in it. */
  public String pattern() {
    return prefix + "/**";
  }

  /** The address of something in it. */
  public String address(String name) {
    return prefix + "/" + name;
  }

  /** The name of an address in it, without the slash in front; empty for any other address. */
  public Optional<String> name(String address) {
    return address.length() > prefix.length() + 1
            && address.startsWith(prefix)
            && address.charAt(prefix.length()) == '/'
        ? Optional.of(address.substring(prefix.length() + 1))
        : Optional.empty();
  }
}
