package dev.clasp.ble;

import java.util.List;

/** What a central has to do before a peripheral takes anything from it or tells it anything. */
public enum Encryption {
  /** Nothing: whoever is in range may write and listen. */
  NONE(""),
  /** Pair, in whatever way: nobody else can listen any more. */
  ENCRYPTED("encrypt-"),
  /** Pair with a code that people compare or type: nobody can be in between either. */
  AUTHENTICATED("encrypt-authenticated-"),
  /** That, with LE Secure Connections (Bluetooth 4.2). */
  SECURE("secure-");

  private final String prefix;

  Encryption(String prefix) {
    this.prefix = prefix;
  }

  /** Flags of the characteristic that is written. */
  List<String> writeFlags() {
    return this == NONE
        ? List.of("write", "write-without-response")
        : List.of("write", "write-without-response", prefix + "write");
  }

  /** Flags of the characteristic that is notified. */
  List<String> notifyFlags() {
    return this == NONE ? List.of("notify") : List.of("notify", prefix + "notify");
  }
}
