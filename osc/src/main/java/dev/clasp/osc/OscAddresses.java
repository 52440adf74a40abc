package dev.clasp.osc;

/**
 * Addresses of CLASP as addresses of OSC and back (bridges.md 3.8). OSC forbids some characters in
 * names; they are written like in a URL: {@code /a b#1} is {@code /a%20b%231}.
 *
 * <p>A percent sign that could be misread is written {@code %25}; others stay, so that {@code
 * /100%} is the same in both worlds. Back again: only what was written this way, in small letters
 * too; {@code %2F} stays as it is, because a slash would make two names of one.
 */
public final class OscAddresses {

  private static final String FORBIDDEN = " #,?[]{}";
  private static final String DECODED = FORBIDDEN + "%";
  private static final String HEX = "0123456789ABCDEF";

  private OscAddresses() {}

  /** The OSC address of a CLASP address. */
  public static String encode(String address) {
    for (int i = 0; i < address.length(); i++) {
      if (mustEncode(address, i)) {
        return encodeFrom(address, i);
      }
    }
    return address;
  }

  private static String encodeFrom(String address, int first) {
    StringBuilder out = new StringBuilder(address.length() + 16).append(address, 0, first);
    for (int i = first; i < address.length(); i++) {
      char c = address.charAt(i);
      if (mustEncode(address, i)) {
        out.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  private static boolean mustEncode(String address, int i) {
    char c = address.charAt(i);
    return c == '%' ? decoded(address, i) >= 0 : FORBIDDEN.indexOf(c) >= 0;
  }

  /** What the three characters from a percent sign stand for; -1 for themselves. */
  private static int decoded(String address, int i) {
    if (i + 2 >= address.length()) {
      return -1;
    }
    int high = Character.digit(address.charAt(i + 1), 16);
    int low = Character.digit(address.charAt(i + 2), 16);
    int c = high << 4 | low;
    return high >= 0 && low >= 0 && DECODED.indexOf(c) >= 0 ? c : -1;
  }

  /** The CLASP address of an OSC address; {@code AddressRules} say whether it may be used. */
  public static String decode(String address) {
    int percent = address.indexOf('%');
    if (percent < 0) {
      return address;
    }
    StringBuilder out = new StringBuilder(address.length());
    for (int i = 0; i < address.length(); i++) {
      int c = address.charAt(i) == '%' ? decoded(address, i) : -1;
      if (c >= 0) {
        out.append((char) c);
        i += 2;
      } else {
        out.append(address.charAt(i));
      }
    }
    return out.toString();
  }

  /**
   * A pattern as an address of its own, if nothing is known that it could match: {@code /ch/*} is
   * {@code /ch/%2A}, because an address of CLASP has no wildcards.
   */
  public static String literal(String pattern) {
    return decode(pattern).replace("*", "%2A");
  }
}
