package dev.clasp.ble;

import java.util.Locale;
import java.util.Optional;

/** How a central writes frames that need no answer; the others are requests anyway. */
enum WriteMode {
  /** Without response: fast. */
  COMMAND,
  /** With response: each piece waits for that of the one before. */
  REQUEST;

  static Optional<WriteMode> of(String text) {
    for (WriteMode mode : values()) {
      if (mode.text().equals(text)) {
        return Optional.of(mode);
      }
    }
    return Optional.empty();
  }

  /** As BlueZ calls it. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
