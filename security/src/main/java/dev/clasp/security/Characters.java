package dev.clasp.security;

/** Characters of UTF-8 in place. */
final class Characters {

  private Characters() {}

  /** The code point that begins here, or -1 if none does. */
  static int at(byte[] b, int at, int end) {
    int lead = b[at];
    if (lead >= 0) {
      return lead;
    }
    int more = lead < -62 ? -1 : lead < -32 ? 1 : lead < -16 ? 2 : lead < -11 ? 3 : -1;
    if (more < 0 || at + more >= end) {
      return -1;
    }
    int c = lead & 0x3F >> more;
    for (int i = 1; i <= more; i++) {
      if ((b[at + i] & 0xC0) != 0x80) {
        return -1;
      }
      c = c << 6 | b[at + i] & 0x3F;
    }
    return bytes(c) == more + 1 && c <= Character.MAX_CODE_POINT ? c : -1;
  }

  /** How many bytes it takes. */
  static int bytes(int codePoint) {
    return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
  }
}
